// A client of WAMP v1 that others wrote (npm's wamp1) on a site with each MPM: the site's topics and procedures, which it
// shares with clients of v2, and the talk's topic of live torrents.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { openWamp1 } from '../support/wamp1-session.mjs';
import { signedInClient } from '../support/wamp.mjs';

const room = 'com.example.chat.room';
const stopped = 0;

for (const mpm of ['event', 'worker', 'prefork']) {
  describe(`wamp1, ${mpm} MPM`, () => {
    let stack;
    let v2;
    // Both of strangers; one over TLS.
    let first;
    let second;
    before(async () => {
      stack = await startStack({
        mpm,
        conf: `
TorrentWsAllow all com.example.* role=anonymous
TorrentWsAllow all com.example.*
`,
      });
      v2 = await signedInClient(stack);
      [first, second] = await Promise.all([openWamp1(stack), openWamp1(stack, 'wss')]);
    });
    after(async () => {
      await Promise.all([first, second, v2].map((client) => client?.close()));
      await stack?.stop();
    });

    test('is welcomed with an id of its own', () => {
      const { version, server } = first.welcome;
      assert.equal(version, 1);
      assert.match(server, /^mod_torrent_ws\/\d/);
      assert.match(first.id, /^\d+$/);
      assert.notEqual(first.id, second.id);
    });

    describe('a chat', () => {
      const heard = {};
      before(async () => {
        heard.first = first.subscribe(room);
        heard.second = second.subscribe(room);
        heard.v2 = await v2.subscribe(room, {}, { whole: true });
        // Who hears oneself is subscribed; the other one's first word is the last that both hear of this.
        first.publish(room, 'begin');
        await heard.first.next();
        second.publish(room, 'ready');
        for (const name of ['first', 'second']) await heard[name].next((event) => event === 'ready');
      });

      let last = 0;
      // What `say` makes one say is heard by those who are named, once, and by nobody else.
      async function assertHeard(say, names) {
        const n = ++last;
        say(n);
        first.publish(room, { end: n });
        for (const name of ['first', 'second']) {
          const got = [];
          for (let event = await heard[name].next(); event.end !== n; event = await heard[name].next()) got.push(event);
          assert.deepEqual(got, names.includes(name) ? [n] : [], `${name} of ${names}`);
        }
      }

      test('reaches all, whoever speaks, too', () => assertHeard((n) => first.publish(room, n), ['first', 'second']));

      test('reaches all but who speaks, with excludeMe', () => assertHeard((n) => first.publish(room, n, true), ['second']));

      test('reaches all but those who are excluded', () =>
        assertHeard((n) => first.publish(room, n, [second.id, '1']), ['first']));

      test('reaches those alone who are eligible; an empty list is all', async () => {
        await assertHeard((n) => first.publish(room, n, [], [second.id]), ['second']);
        await assertHeard((n) => first.publish(room, n, [], []), ['first', 'second']);
        await assertHeard((n) => first.publish(room, n, [first.id], [first.id, second.id]), ['second']);
      });

      test('is shared with clients of v2', async () => {
        first.publish(room, { from: 'v1', list: [1, null, 'ü'] });
        const { args, kwargs, details } = await heard.v2.next(({ args: [event] }) => event?.from === 'v1');
        assert.deepEqual(args, [{ from: 'v1', list: [1, null, 'ü'] }]);
        assert.equal(kwargs, undefined);
        assert.deepEqual(details, {});

        await v2.publish(room, { from: 'v2' });
        for (const name of ['first', 'second']) await heard[name].next((event) => event.from === 'v2');
        await v2.publish(room, undefined, { args: ['to the second'], eligible: [Number(second.id)] });
        await heard.second.next((event) => event === 'to the second');
      });

      test('is heard under the name that one subscribed by, and by wamp1 under both', async () => {
        second.prefix('chat', 'com.example.chat.');
        const short = second.subscribe('chat:garden');
        const long = second.subscribe('com.example.chat.garden');
        second.publish('chat:garden', 'hello');
        // Two subscriptions to the client, so two events of each publication.
        for (const events of [short, long]) {
          assert.equal(await events.next(), 'hello');
          assert.equal(await events.next(), 'hello');
        }
      });

      test('is heard no more when one has unsubscribed', async () => {
        const events = first.subscribe('com.example.chat.attic');
        first.publish('com.example.chat.attic', 1);
        assert.equal(await events.next(), 1);
        first.unsubscribe('com.example.chat.attic');
        first.publish('com.example.chat.attic', 2);
        const again = first.subscribe('com.example.chat.attic');
        first.publish('com.example.chat.attic', 3);
        assert.equal(await again.next(), 3);
        assert.equal(events.length, 0);
      });
    });

    describe('a call', () => {
      before(async () => {
        await v2.register('com.example.sum', {}, (args) => [args.reduce((sum, n) => sum + n, 0)]);
        second.prefix('example', 'com.example.');
      });

      test('has its result, whoever answers it', async () => {
        assert.equal(await first.call('com.example.sum', 1, 2, 3), 6);
        assert.equal(await first.call('com.example.sum'), 0);
        assert.equal(await second.call('example:sum', [4, 5]), 9);
      });

      test('has its error', async () => {
        await assert.rejects(first.call('com.example.nothing'), { uri: 'wamp.error.no_such_procedure' });
        await assert.rejects(first.call('torrent.stop', { ids: [] }), { uri: 'wamp.error.not_authorized' });
      });
    });

    for (const scheme of ['ws', 'wss']) {
      describe(`the talk's topic over ${scheme}`, () => {
        const topic = async (userId = 1) => ({ topic: 'torrents', userId, token: await stack.token(userId) });
        let page;
        before(async () => {
          page = await openWamp1(stack, scheme);
        });
        after(() => page.close());

        test('is a snapshot first, then what a call changes', async () => {
          const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
          const events = page.subscribe(JSON.stringify(await topic()));
          const view = new TorrentView(events);
          await view.until((list) => Object.keys(list.torrents).length === torrents.length);
          const [hash] = Object.keys(view.torrents);
          assert.deepEqual(await page.call('torrent.stop', { ids: [hash] }), {});
          await view.until((list) => list.torrents[hash].status === stopped);
          assert.deepEqual(await page.call('torrent.start', { ids: [hash] }), {});
          await view.until((list) => list.torrents[hash].status !== stopped);
        });

        test('is known by its own name from then on', async () => {
          const event = await page.subscribe('torrents').next();
          assert.equal(event.snapshot, true);
        });

        test('has the errors of its procedures', () =>
          assert.rejects(page.call('torrent.stop', { ids: ['x'] }), ({ uri, message }) => {
            assert.equal(uri, 'wamp.error.invalid_argument');
            return /ids/.test(message);
          }));

        test('may be an object', async () => {
          const other = await openWamp1(stack, scheme);
          const event = await other.subscribe(await topic(245)).next();
          assert.equal(event.snapshot, true);
          await other.close();
        });

        test('lets nobody in with a token that was used, or is of another user', async () => {
          const used = JSON.stringify(await topic());
          const other = await openWamp1(stack, scheme);
          await other.subscribe(used).next();
          await other.close();
          for (const wrong of [used, { ...(await topic()), userId: 245 }]) {
            const thief = await openWamp1(stack, scheme);
            const events = thief.subscribe(wrong);
            assert.equal((await thief.ended()).code, 1008);
            assert.equal(events.length, 0);
          }
        });
      });
    }
  });
}
