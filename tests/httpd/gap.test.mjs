// Who comes back and says which revision it had gets what has changed since, or a snapshot where that is not known.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, restartHttpd, whileStopped, workersOf } from '../support/processes.mjs';
import { forms, serializers } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient } from '../support/wamp.mjs';

let pages = [];
afterEach(async () => {
  await Promise.all(pages.map(({ client }) => client.close()));
  pages = [];
});

// A client that looks at the list; `before` is what it had, `revision` what it says of it.
async function open(stack, { serializer, format }, before, revision = before?.revision) {
  const client = await signedInClient(stack, { serializer });
  const events = await client.subscribe('torrents', { _format: format, ...(before && { _revision: revision }) });
  const page = { client, view: new TorrentView(events, before) };
  pages.push(page);
  return page;
}

async function whole(stack, form, count) {
  const page = await open(stack, form);
  await page.view.until(({ torrents }) => Object.keys(torrents).length === count);
  return page;
}

// Takes events of both until they are at the same revision, where they have to show the same.
async function assertAlike(...views) {
  const latest = () => Math.max(...views.map(({ revision }) => revision));
  do {
    for (const view of views) await view.advance();
    for (const view of views) await view.until(({ revision }) => revision >= latest());
  } while (views.some(({ revision }) => revision !== latest()));
  for (const { torrents } of views) assert.deepEqual(torrents, views[0].torrents);
}

describe('one daemon', () => {
  let stack;
  let torrentCount;
  before(async () => {
    stack = await startStack();
    ({ torrentCount } = await stack.rpc.call('session-stats'));
  });
  after(() => stack?.stop([/ TWS0201: /, / TWS0002: /, / TWS03\d\d: /]));

  const hashes = async () => (await stack.rpc.call('torrent-get', { fields: ['hashString'] })).torrents.map(({ hashString }) => hashString);
  let lastLabel = 0;
  async function setLabel(client) {
    const [hash] = await hashes();
    const label = `label ${(lastLabel += 1)}`;
    await client.call('torrent.set', { ids: [hash], labels: [label] });
    return ({ torrents }) => torrents[hash].labels[0] === label;
  }

  for (const form of forms) {
    test(`what changed meanwhile, in ${form.serializer} as ${form.format}`, async () => {
      const stays = await whole(stack, { serializer: 'json', format: 'object' }, torrentCount);
      const { client, view: had } = await whole(stack, form, torrentCount);
      await client.close();
      const isLabelled = await setLabel(stays.client);
      await stays.view.until(isLabelled);
      const { view } = await open(stack, form, had);
      // The first one comes at once, and no snapshot.
      assert.equal((await view.advance()).snapshot, false);
      while (!isLabelled(view)) assert.equal((await view.advance()).snapshot, false);
      while (Object.keys((await view.advance()).daemons ?? {}).length === 0);
      assert.equal(view.daemons.main.state, 'up');
      await assertAlike(view, stays.view);
    });
  }

  test('who was alone misses nothing either, and the daemon was left alone', async () => {
    const form = { serializer: 'cbor', format: 'table' };
    const { client, view: had } = await whole(stack, form, torrentCount);
    await client.close();
    const other = await signedInClient(stack);
    const isLabelled = await setLabel(other);
    await other.close();
    const { view } = await open(stack, form, had);
    while (!isLabelled(view)) assert.equal((await view.advance()).snapshot, false);
  });

  test('a revision of long ago, one that never was, and what is none', async () => {
    const form = { serializer: 'json', format: 'object' };
    const { view: had } = await whole(stack, form, torrentCount);
    for (const revision of [0, 1, had.revision + 1_000_000_000, Number.MAX_SAFE_INTEGER, -1, 0.5, 'now', [1], null]) {
      const { view } = await open(stack, form, had, revision);
      assert.equal((await view.advance()).snapshot, true, String(revision));
    }
  });

  test('a graceful restart', async () => {
    const form = { serializer: 'msgpack', format: 'object' };
    const { client, view: had } = await whole(stack, form, torrentCount);
    await client.close();
    await restartHttpd(stack);
    const { view } = await open(stack, form, had);
    assert.equal((await view.advance()).snapshot, false);
    await assertAlike(view, (await whole(stack, form, torrentCount)).view);
  });

  test("the daemon's worker is killed", async () => {
    const form = { serializer: 'cbor', format: 'object' };
    const stays = await whole(stack, { serializer: 'json', format: 'object' }, torrentCount);
    const { client, view: had } = await whole(stack, form, torrentCount);
    await client.close();
    await killHard((await workersOf(stack)).daemon);
    const isLabelled = await setLabel(await eventually(() => signedInClient(stack)));
    const { view } = await open(stack, form, had);
    await Promise.all([view, stays.view].map((each) => each.until(isLabelled)));
    await Promise.all([view, stays.view].map((each) => each.until(({ daemons }) => daemons.main.state === 'up')));
    await assertAlike(view, stays.view);
    assert.ok(view.revision > had.revision);
  });

  test('torrent-ws is killed', async () => {
    for (const form of forms.slice(0, 2)) {
      const { view: had } = await whole(stack, form, torrentCount);
      const { pids } = await stack.status();
      process.kill(pids.event_loop, 'SIGKILL');
      await eventually(async () => assert.notEqual((await stack.status()).pids.event_loop, pids.event_loop));
      const { view } = await eventually(() => open(stack, form, had));
      const first = await view.advance();
      assert.equal(first.snapshot, true);
      assert.ok(first.revision > had.revision, `${first.revision} after ${had.revision}`);
      await view.until(({ torrents }) => Object.keys(torrents).length === torrentCount);
    }
  });

  describe('calls', () => {
    const clients = {};
    before(async () => {
      for (const serializer of Object.keys(serializers)) clients[serializer] = await signedInClient(stack, { serializer });
    });
    after(() => Promise.all(Object.values(clients).map((client) => client.close())));

    // What a call's events add up to.
    function viewOf({ events }, had) {
      const view = new TorrentView(undefined, had);
      for (const event of events) view.take(event);
      return view;
    }
    const statusOf = async (hash) =>
      (await stack.rpc.call('torrent-get', { ids: [hash], fields: ['status'] })).torrents[0].status;
    // Longer than a call has the daemon asked.
    const forgotten = 7000;

    test('alone, have what there is now, in each serializer', async () => {
      const [hash] = await hashes();
      for (const [method, isWanted] of [['torrent-stop', (status) => status === 0], ['torrent-start', (status) => status !== 0]]) {
        await sleep(forgotten);
        await stack.rpc.call(method, { ids: [hash] });
        await eventually(async () => assert.ok(isWanted(await statusOf(hash))));
        for (const [serializer, client] of Object.entries(clients)) {
          const answer = await client.call('torrents.snapshot');
          const view = viewOf(answer);
          assert.equal(Object.keys(view.torrents).length, torrentCount, serializer);
          assert.ok(isWanted(view.torrents[hash].status), `${serializer}: ${view.torrents[hash].status}`);
          assert.equal(answer.daemons.main.state, 'up');
          assert.ok(answer.daemons.main.settings.version && answer.daemons.main.stats);
        }
      }
    });

    test('say what came since', async () => {
      for (const client of Object.values(clients)) {
        const before = viewOf(await client.call('torrents.snapshot'));
        const isLabelled = await setLabel(client);
        await eventually(async () => {
          const { events } = await client.call('torrents.since', { revision: before.revision });
          assert.ok(events.length > 0 && events.every(({ snapshot }) => snapshot === false));
          assert.ok(isLabelled(viewOf({ events }, before)));
        });
        const { events } = await client.call('torrents.since', { revision: 1 });
        assert.equal(events[0].snapshot, true);
      }
    });

    test('while the daemon hangs, have what was known last, and why', async () => {
      await sleep(forgotten);
      await whileStopped(stack.pid('transmission'), async () => {
        for (const client of Object.values(clients)) {
          const answer = await client.call('torrents.snapshot');
          assert.equal(Object.keys(viewOf(answer).torrents).length, torrentCount);
          assert.equal(answer.daemons.main.state, 'busy');
        }
      });
    });
  });
});

describe('two daemons', () => {
  let daemon;
  let stack;
  let torrentCount;
  before(async () => {
    daemon = await BusyDaemon.start(10);
    stack = await startStack({ conf: `TorrentWsBackend other ${daemon.url}\n` });
    torrentCount = (await stack.rpc.call('session-stats')).torrentCount + 10;
  });
  after(async () => {
    await stack?.stop();
    await daemon?.stop();
  });

  test('what changed meanwhile at both; a snapshot where one of them may be missing', async () => {
    const form = { serializer: 'json', format: 'object' };
    const stays = await whole(stack, form, torrentCount);
    const { client, view: had } = await whole(stack, form, torrentCount);
    await client.close();
    for (let event = 0; event < 4; event += 1) await stays.view.advance();
    const { view } = await open(stack, form, had);
    const first = await view.advance();
    assert.equal(first.snapshot, false);
    await assertAlike(view, stays.view);
    // Its connection was lost when it had the first of the two lists.
    const late = await open(stack, form);
    const partial = await late.view.advance();
    assert.equal(partial.snapshot, true);
    const again = await open(stack, form, late.view);
    assert.equal((await again.view.advance()).snapshot, true);
  });
});
