// The site's own code behind topics and procedures: handlers in PHP and in Python, what they are told, what they may do,
// and what becomes of their clients when they hang, die or have too much to do.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { handlerPrograms } from '../support/handler-programs.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard } from '../support/processes.mjs';
import { notAuthorized, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { watchTopic } from '../support/torrent-wsctl.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';
import { V1Client } from '../support/wamp-v1.mjs';

const refused = wampError('com.example.error.no');
const failed = wampError('torrent_ws.error.handler_failed');
const outcomeUnknown = wampError('torrent_ws.error.outcome_unknown');
const whole = { whole: true };

let programs;
let stack;
before(async () => {
  programs = handlerPrograms();
  // It is silent for longer than PHP waits for sockets.
  const php = `/usr/bin/php -d default_socket_timeout=1 ${programs}/handlers/probe.php`;
  stack = await startStack({
    backend: noDaemon,
    conf: `
TorrentWsAllow all com.example.*
TorrentWsAllow call com.example.php.* role=anonymous
TorrentWsEventHistory com.example.php.room 10
TorrentWsHandler php "${php}" com.example.php.* timeout=2s
TorrentWsHandler python ${programs}/handlers/probe.py com.example.python.* timeout=2s
TorrentWsHandler three "${php} patterns" com.example.three.* workers=3
TorrentWsHandler chat-php "/usr/bin/php \${DIRECTORY}/handlers/chat.php" com.example.chat.*
TorrentWsHandler small "${php}" com.example.small.* queue=5 timeout=1s
TorrentWsHandler broken /bin/false com.example.broken.* timeout=500ms
`,
  });
});
after(async () => {
  fs.rmSync(programs, { recursive: true });
  // What they write about their failures, the ends that tests bring about, and what /bin/false does.
  await stack?.stop([/ TWS0(?:103|211|212|304): /, /^PHP |^Stack trace|^#\d|^ {2}|^Traceback|^ValueError|LogicException|^$/]);
});

for (const language of ['php', 'python']) {
  describe(`a handler in ${language}`, () => {
    const name = (last) => `com.example.${language}.${last}`;
    let first;
    let second;
    before(async () => {
      [first, second] = await Promise.all([signedInClient(stack, { userId: 2 }), signedInClient(stack, { userId: 3 })]);
    });
    after(() => Promise.all([first.close(), second.close()]));
    const told = (client = first, of = client) => client.ask(name('told'), [of.id]);

    test('is told of each of the seven events, in order', async () => {
      const client = await signedInClient(stack, { userId: 2 });
      const room = await client.subscribe(name('room'));
      await client.publish(name('room'), { a: 1 });
      assert.equal(await client.ask(name('add'), [1, 2, 3.5]), 6.5);
      await client.unsubscribe(room);
      await assert.rejects(client.ask(name('failing')), failed);
      const { id } = client;
      await client.close();
      const all = await eventually(async () => {
        const seen = await first.ask(name('told'), [id]);
        assert.equal(seen.at(-1), 'close');
        return seen;
      });
      assert.deepEqual(all, [
        'open 2 user 127.0.0.1', 'subscribe room', 'publish room {"a":1}', 'unsubscribe room', 'error secret', 'close',
      ]);
    });

    test('knows who signs in later', async () => {
      const client = await stranger(stack);
      await client.subscribe(name('room'), { _user_id: '2', _token: await stack.token(2) });
      assert.deepEqual(await client.ask(name('who')), ['2', 'user']);
      assert.deepEqual(await told(client), ['open  anonymous 127.0.0.1', 'subscribe room']);
      await client.close();
    });

    test('refuses a subscription, and a client has no second one of it', async () => {
      await assert.rejects(first.subscribe(name('refused')), refused);
      await first.publish(name('room'));
      await assert.rejects(first.subscribe(name('refused')), /not for you/);
    });

    test('refuses a publication, which nobody gets', async () => {
      const heard = await second.subscribe(name('room'));
      const anything = await second.subscribe(name('own'), {}, whole);
      await assert.rejects(first.publish(name('refused')), refused);
      await first.publish(name('own'), {}, { args: ['x'] });
      assert.deepEqual((await anything.next()).args, ['own x']);
      await first.publish(name('room'), { passed: 'on' });
      assert.deepEqual(await heard.next(), { passed: 'on' });
      await second.unsubscribe(heard);
      await second.unsubscribe(anything);
    });

    test('speaks to one connection, to one user', async () => {
      const [one, other] = await Promise.all([first, second].map((client) => client.subscribe(name('one'), {}, whole)));
      await first.publish(name('one'));
      assert.deepEqual((await one.next()).args, [`to ${first.id} of 2`]);
      assert.deepEqual((await other.next()).args, [`to ${second.id} of 2`]);
      const [two, three] = await Promise.all([first, second].map((client) => client.subscribe(name('user'), {}, whole)));
      await first.publish(name('user'), {}, { args: ['3'] });
      await first.publish(name('user'), {}, { args: ['2'] });
      assert.deepEqual((await three.next()).args, ['for you']);
      assert.deepEqual((await two.next()).args, ['for you']);
      assert.equal((await told()).filter((event) => event.startsWith('publish user')).length, 2);
    });

    test('answers calls: with a result, a refusal, or that it failed, which says nothing of its inside', async () => {
      assert.deepEqual(await first.ask(name('kwargs'), [1], { b: 'ü' }), [1, { b: 'ü' }]);
      await assert.rejects(first.ask(name('error')), refused);
      await assert.rejects(first.ask(name('failing')), (error) => failed(error) && !/secret/.test(error.message));
      await assert.rejects(first.ask(name('nothing')), wampError('wamp.error.no_such_procedure'));
      await assert.rejects(first.subscribe(name('failing')), failed);
    });

    test('fails once more when it is told so, and refuses in no language: it goes on', async () => {
      const pid = await first.ask(name('pid'));
      await assert.rejects(first.ask(name('failing'), ['twice']), failed);
      await assert.rejects(first.ask(name('garbled')), refused);
      assert.equal(await first.ask(name('pid')), pid);
    });

    test('is not asked about patterns where it does not know them', async () => {
      await assert.rejects(first.subscribe(name('refused'), { match: 'prefix' }), wampError('wamp.error.option_not_allowed'));
    });

    test('starts programs that read nothing of its own', async () => {
      const [nothing, ...sums] = await Promise.all([first.ask(name('child')), ...[1, 2].map((n) => first.ask(name('add'), [n]))]);
      assert.deepEqual([nothing, ...sums], [null, 1, 2]);
    });

    test('is there after a silence', async () => {
      const pid = await first.ask(name('pid'));
      await setTimeout(1500);
      assert.equal(await first.ask(name('pid')), pid);
    });

    test('is spoken to in each serializer', async () => {
      for (const serializer of ['cbor', 'msgpack']) {
        const client = await signedInClient(stack, { userId: 2, serializer });
        assert.deepEqual(await client.ask(name('kwargs'), [[1, 'ü', null]], { a: true }), [[1, 'ü', null], { a: true }]);
        const heard = await client.subscribe(name('own'), {}, whole);
        await client.publish(name('own'), {}, { args: ['x'] });
        assert.deepEqual((await heard.next()).args, ['own x']);
        await client.close();
      }
    });

    test('accepts a subscription before its work is done', async () => {
      const heard = await first.subscribe(name('early'), {}, whole);
      assert.deepEqual((await heard.next()).args, ['late']);
    });

    test('ends a connection', async () => {
      const client = await signedInClient(stack, { userId: 2 });
      client.subscribe(name('closing')).catch(() => {});
      assert.equal((await client.ended()).code, 1008);
      assert.equal(client.goodbye, 'wamp.close.killed');
    });

    test('publishes to its own topics alone', async () => {
      const foreign = await first.subscribe('com.example.foreign');
      assert.equal(await first.ask(name('foreign')), true);
      await second.publish('com.example.foreign', { mine: true });
      assert.deepEqual(await foreign.next(), { mine: true });
      assert.match(stack.errorLog(), new RegExp(`TWS0212: the handler ${language} gave a publication that was left out`));
    });

    test('that hangs holds up nobody else; it is replaced, and its successor knows who is there', async () => {
      const client = await signedInClient(stack, { userId: 2 });
      const heard = await client.subscribe(name('room'));
      const pid = await client.ask(name('pid'));
      const late = assert.rejects(client.ask(name('hang')), outcomeUnknown);
      // Behind it, and given to the successor.
      const waiting = client.subscribe(name('behind'));
      const another = language === 'php' ? 'python' : 'php';
      assert.equal(await second.ask(`com.example.${another}.add`, [1, 1]), 2);
      await late;
      await Promise.allSettled([waiting]);
      const successor = await eventually(() => client.ask(name('pid')));
      assert.notEqual(successor, pid);
      const known = await told(client);
      assert.deepEqual(known.slice(0, 2), ['open 2 user 127.0.0.1', 'subscribe room']);
      await second.publish(name('room'), { again: true });
      assert.deepEqual(await heard.next(), { again: true });
      await client.close();
    });

    test('that is killed is started again; clients stay', async () => {
      const client = await signedInClient(stack, { userId: 2 });
      await client.subscribe(name('room'));
      await killHard(await client.ask(name('pid')));
      // Asked while nobody is there.
      await client.subscribe(name('one'));
      assert.deepEqual(await told(client), ['open 2 user 127.0.0.1', 'subscribe room', 'subscribe one']);
      await client.close();
    });

    test('has descriptors for its socket and the log alone', async () => {
      const pid = await first.ask(name('pid'));
      // Its own copy of the socket, and the file that it reads its program from, may be there, too.
      const all = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
      const open = all.filter((target) => !target.startsWith(programs) && target !== '/dev/null');
      assert.ok(open.length <= 4, open.join(' '));
      assert.ok(open.every((target) => /^(?:socket|pipe):/.test(target)), open.join(' '));
      assert.equal(new Set(open.filter((target) => target.startsWith('socket:'))).size, 1);
    });
  });
}

describe('a handler', () => {
  let client;
  before(async () => {
    client = await signedInClient(stack, { userId: 2 });
  });
  after(() => client.close());

  test('is asked after TorrentWsAllow was', async () => {
    const nobody = await stranger(stack);
    await assert.rejects(nobody.subscribe('com.example.php.room'), notAuthorized);
    assert.deepEqual(await nobody.ask('com.example.php.told'), ['open  anonymous 127.0.0.1']);
    await nobody.close();
  });

  test('is asked about patterns that are its own as a whole; others are refused', async () => {
    await client.subscribe('com.example.three.room.', { match: 'prefix' });
    for (const [topic, match] of [['com.example.', 'prefix'], ['com.example..room', 'wildcard'], ['', 'prefix']]) {
      await assert.rejects(client.subscribe(topic, { match }), (error) =>
        ['wamp.error.option_not_allowed', 'wamp.error.not_authorized'].includes(error.uri));
    }
  });

  test('guards the history of its topics, too', async () => {
    const admin = await signedInClient(stack);
    const heard = await admin.subscribe('com.example.php.room');
    const history = [heard.subscription];
    await assert.rejects(client.ask('wamp.subscription.get_events', history), notAuthorized);
    await client.subscribe('com.example.php.room');
    assert.ok(Array.isArray(await client.ask('wamp.subscription.get_events', history)));
    await admin.close();
  });

  test('of three processes has each session at one of them', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => signedInClient(stack, { userId: 3 })));
    for (const one of clients) {
      const pids = await Promise.all([1, 2, 3].map(() => one.ask('com.example.three.pid')));
      assert.equal(new Set(pids).size, 1);
      assert.equal((await one.ask('com.example.three.told')).length, 1);
    }
    await Promise.all(clients.map((one) => one.close()));
  });

  test('that has too much to do refuses more, and goes on', async () => {
    const hanging = assert.rejects(client.ask('com.example.small.hang'), outcomeUnknown);
    const flood = await Promise.allSettled(Array.from({ length: 300 }, () => client.ask('com.example.small.add', [1])));
    const uris = new Set(flood.map(({ reason }) => reason.uri));
    assert.ok(uris.has('torrent_ws.error.handler_unavailable'), [...uris].join(' '));
    await hanging;
    assert.equal(await eventually(() => client.ask('com.example.small.add', [1])), 1);
  });

  test('is not told of torrent-wsctl, after a start either', async () => {
    const watch = watchTopic(stack, 'com.example.foreign');
    let watches = false;
    watch.events.next().then(() => (watches = true));
    await eventually(async () => {
      await client.publish('com.example.foreign');
      assert.ok(watches);
    });
    await killHard(await client.ask('com.example.php.pid'));
    assert.deepEqual(await eventually(() => client.ask('com.example.php.sessions')), [client.id]);
    watch.process.kill();
    await watch.ended();
  });

  test('has a share for each session', async () => {
    const other = await signedInClient(stack, { userId: 3 });
    const hanging = assert.rejects(client.ask('com.example.php.hang'), outcomeUnknown);
    const flood = Promise.allSettled(Array.from({ length: 300 }, () => client.ask('com.example.php.add', [1])));
    const answer = eventually(() => other.ask('com.example.php.add', [2]));
    const uris = (await flood).map(({ reason }) => reason?.uri);
    assert.ok(uris.filter((uri) => uri === 'torrent_ws.error.too_many_calls').length >= 200, uris.join(' '));
    assert.equal(await answer, 2);
    await hanging;
    await other.close();
  });

  test('that never begins fails its clients in time, and no other', async () => {
    const unavailable = wampError('torrent_ws.error.handler_unavailable');
    await assert.rejects(client.subscribe('com.example.broken.room'), unavailable);
    await assert.rejects(client.ask('com.example.broken.add'), unavailable);
    assert.equal(await client.ask('com.example.php.add', [1]), 1);
  });

  test('has figures in the status', async () => {
    const { handlers, pids } = await stack.status();
    assert.ok(handlers.php.jobs > 0 && handlers.php.restarts >= 2, JSON.stringify(handlers));
    assert.ok(handlers.small.refused >= 290, JSON.stringify(handlers));
    assert.ok(pids.handlers.length >= 6);
  });
});

describe('the example of a chat', () => {
  test('refuses, broadcasts, answers, and speaks to one user', async () => {
    const [alice, bob] = await Promise.all([2, 3].map((userId) => signedInClient(stack, { userId })));
    const [toAlice, toBob] = await Promise.all([alice, bob].map((one) => one.subscribe('com.example.chat.room', {}, whole)));
    await assert.rejects(alice.subscribe('com.example.chat.log'), notAuthorized);
    await assert.rejects(alice.publish('com.example.chat.room', {}, { args: [' '] }), wampError('wamp.error.invalid_argument'));
    await alice.publish('com.example.chat.room', {}, { args: ['hello'] });
    assert.deepEqual((await toBob.next()).args, [{ from: 'user 2', text: 'hello' }]);
    assert.deepEqual((await alice.ask('com.example.chat.names')).sort(), ['user 2', 'user 3']);
    await bob.ask('com.example.chat.whisper', ['2', 'psst']);
    assert.deepEqual((await toAlice.next()).args, [{ from: 'user 3', whispers: 'psst' }]);
    await Promise.allSettled([bob.publish('com.example.chat.room', {}, { args: ['/quit'] })]);
    assert.equal((await bob.ended()).code, 1008);
    await alice.close();
  });
});

describe('clients of WAMP v1', () => {
  test('hear a handler on topics that only they can have', async () => {
    const client = await V1Client.open(stack);
    const topic = { topic: 'com.example.php.page#1.own', userId: 2, token: await stack.token(2) };
    client.send([5, topic]);
    await eventually(async () => {
      assert.ok((await client.call('com.example.php.told')).includes('subscribe own'));
    });
    client.publish(topic.topic, 'x');
    assert.deepEqual((await client.events.next()).slice(1), [topic, 'own x']);
    await client.close();
  });

  test('are to a handler what those of v2 are', async () => {
    const client = await V1Client.open(stack);
    const room = { topic: 'com.example.php.own', userId: 2, token: await stack.token(2) };
    client.subscribe(room);
    // What is on its way to the database and back is behind it.
    await eventually(async () => {
      assert.deepEqual(await client.call('com.example.php.told'), ['open  anonymous 127.0.0.1', 'subscribe own']);
    });
    assert.deepEqual(await client.call('com.example.php.who'), ['2', 'user']);
    client.publish('com.example.php.own', 'x');
    assert.deepEqual((await client.events.next()).slice(2), ['own x']);
    await assert.rejects(client.call('com.example.php.error'), (error) => error.uri === 'com.example.error.no');
    client.unsubscribe(room);
    await eventually(async () => {
      assert.equal((await client.call('com.example.php.told')).at(-1), 'unsubscribe own');
    });
    await client.close();
  });
});
