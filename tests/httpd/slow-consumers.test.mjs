// Clients that do not read what they have asked for: they lose events, or their connection, and nobody else loses
// anything.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { Bystander } from '../support/latency.mjs';
import { memoryOf } from '../support/measurements.mjs';
import { eventually, withPatience } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, WampClient } from '../support/wamp.mjs';

const torrents = 1000;
// Several answers of torrents.snapshot, which grow with the changes since.
const mostQueued = 12 << 20;
// Kilobytes that torrent-ws may take for a slow client: its queue, and what is made for it at the moment.
const mostMemory = 32 << 10;
// What was queued goes with the decision to close, but for the fragment that is on its way and the close frame.
const begun = 65 << 10;
const policyViolation = 1008;

let daemon;
let stack;
let bystander;
before(async () => {
  daemon = await BusyDaemon.start(torrents);
  stack = await startStack({
    backend: daemon.url,
    testEndpoints: true,
    conf: `TorrentWsMaxQueuedBytes ${mostQueued}\nTorrentWsPollInterval 200ms\n`,
  });
  bystander = await Bystander.start(stack);
});
after(async () => {
  await bystander?.close();
  await stack?.stop();
  await daemon?.stop();
});

// A client that can stop reading. Uncompressed, so that what it does not read is large.
async function openClient(scheme, path, realm) {
  const { url, ca } = endpoint(stack, scheme, path);
  const socket = new WebSocket(url, 'wamp.2.json', { ca, perMessageDeflate: false });
  socket.on('error', () => {});
  const client = new WampClient(socket);
  await withPatience(once(socket, 'open'), `opening ${url}`);
  if (realm === undefined) await client.signIn(1, await stack.token());
  else await client.join({}, undefined, realm);
  return { client, socket };
}

// Calls for a client that does not read, until it is to be closed; resolves with the calls.
async function overfill(client) {
  const calls = [];
  let most = 0;
  await eventually(async () => {
    calls.push(client.call('torrents.snapshot').catch(() => {}));
    const { queued_bytes: queued } = await stack.status();
    most = Math.max(most, queued);
    assert.ok(most > mostQueued / 2 && queued <= begun, 'it is not closed');
  });
  assert.ok(most <= mostQueued, `${most} bytes were queued`);
  return calls;
}

async function memoryOfTorrentWs() {
  return memoryOf((await stack.status()).pids.event_loop).anonymous;
}

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    test('who stops reading misses events, and goes on with one fresh snapshot', async (t) => {
      daemon.calm = false;
      const memory = await memoryOfTorrentWs();
      const { client, socket } = await openClient(scheme);
      const events = await client.subscribe('torrents');
      const view = new TorrentView(events);
      await view.until((seen) => Object.keys(seen.torrents).length === torrents);
      const { dropped_deltas: before } = await stack.status();

      socket.pause();
      await eventually(async () => assert.ok((await stack.status()).dropped_deltas > before, 'nothing dropped'));
      await bystander.assertUndisturbed(t);
      const { queued_bytes: queued, dropped_deltas: dropped } = await stack.status();
      assert.ok(queued > 0 && queued <= mostQueued, `${queued} bytes are queued`);
      const grown = (await memoryOfTorrentWs()) - memory;
      t.diagnostic(`${queued} bytes queued, ${dropped - before} deltas dropped, ${grown} kB more memory`);
      assert.ok(grown < mostMemory, `${grown} kB more memory`);

      socket.resume();
      const seen = [];
      const snapshots = () => seen.filter(({ snapshot }) => snapshot).length;
      while (snapshots() === 0) seen.push(await view.advance());
      for (let deltas = 0; deltas < 5; deltas += 1) seen.push(await view.advance());
      assert.equal(snapshots(), 1, 'snapshots after the pause');

      // Nothing is missing in the end.
      daemon.calm = true;
      const { requests } = (await stack.status()).backends.main;
      await eventually(async () => assert.ok((await stack.status()).backends.main.requests > requests + 4));
      const answer = await bystander.clients[0].call('torrents.snapshot');
      const truth = new TorrentView({ next: async () => answer.events.shift() });
      while (answer.events.length > 0) await truth.advance();
      await view.until(({ torrents: shown }) => isDeepStrictEqual(shown, truth.torrents));
      await client.close();
    });

    test('who lets his answers fill the queue is closed with 1008', async (t) => {
      daemon.calm = false;
      const memory = await memoryOfTorrentWs();
      const { client, socket } = await openClient(scheme);
      await (await client.subscribe('torrents')).next();
      socket.pause();
      const calls = await overfill(client);
      const grown = (await memoryOfTorrentWs()) - memory;
      assert.ok(grown < mostMemory, `${grown} kB more memory`);
      socket.resume();
      assert.equal((await client.ended()).code, policyViolation);
      await Promise.all(calls);
      await bystander.assertUndisturbed(t);
    });

    test('who never reads again is gone all the same', async (t) => {
      daemon.calm = false;
      const { client, socket } = await openClient(scheme);
      await (await client.subscribe('torrents')).next();
      const open = (await stack.status()).connections[scheme];
      socket.pause();
      const calls = await overfill(client);
      await eventually(async () => assert.ok((await stack.status()).connections[scheme] < open, 'it is still there'));
      await bystander.assertUndisturbed(t);
      socket.terminate();
      await Promise.all(calls);
    });
  });
}

test("a topic of clients' own: who does not read it is closed with 1008, the others get all of it", async (t) => {
  const [publisher, reader, slow] = await Promise.all(['ws', 'ws', 'ws'].map((each) => openClient(each, '/ws', 'realm1')));
  const events = await reader.client.subscribe('com.example.busy');
  await slow.client.subscribe('com.example.busy');
  slow.socket.pause();
  const filling = 'x'.repeat(64 << 10);
  let sent = 0;
  let most = 0;
  await eventually(async () => {
    for (let i = 0; i < 10; i += 1) await publisher.client.publish('com.example.busy', { n: (sent += 1), filling });
    const { queued_bytes: queued } = await stack.status();
    most = Math.max(most, queued);
    assert.ok(most > mostQueued / 2 && queued <= begun, 'it is not closed');
  });
  assert.ok(most <= mostQueued, `${most} bytes were queued`);
  slow.socket.resume();
  assert.equal((await slow.client.ended()).code, policyViolation);
  for (let n = 1; n <= sent; n += 1) assert.equal((await events.next()).n, n);
  await bystander.assertUndisturbed(t);
  await Promise.all([publisher, reader].map(({ client }) => client.close()));
});
