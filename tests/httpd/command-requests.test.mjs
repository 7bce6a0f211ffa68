// The requests that commands make: on kept connections, never twice, and before those of polls.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

const ids = ['ab'.repeat(20)];
const torrents = 10_000;

let daemon;
let stack;
let client;
before(async () => {
  daemon = await BusyDaemon.start(torrents);
  stack = await startStack({ backend: daemon.url });
  client = await signedInClient(stack);
});
after(async () => {
  await client?.close();
  await stack?.stop([/ TWS03\d\d: /]);
  await daemon?.stop();
});

// The requests with this method while `action` runs, each as the connection that it came on.
async function connectionsOf(method, action, before = () => {}) {
  const connections = [];
  daemon.before = (asked, args, { socket }) => {
    if (asked !== method) return;
    connections.push(socket);
    before(socket, connections.length);
  };
  await action();
  daemon.before = () => {};
  return connections;
}

test('commands that follow one another use one connection', async () => {
  const connections = await connectionsOf('torrent-stop', async () => {
    for (let calls = 0; calls < 5; calls += 1) await client.call('torrent.stop', { ids });
  });
  assert.equal(connections.length, 5);
  assert.equal(new Set(connections).size, 1);
});

test('a kept connection that ends without an answer: the command is not sent again, and its outcome unknown', async () => {
  await client.call('torrent.stop', { ids });
  const connections = await connectionsOf(
    'torrent-verify',
    () => assert.rejects(client.call('torrent.verify', { ids }), wampError('torrent_ws.error.outcome_unknown')),
    (socket) => socket.destroy(),
  );
  assert.equal(connections.length, 1);
});

test('a read is sent again then', async () => {
  await client.call('session.stats');
  const connections = await connectionsOf(
    'session-stats',
    () => client.call('session.stats'),
    (socket, count) => {
      if (count === 1) socket.destroy();
    },
  );
  assert.equal(connections.length, 2);
});

test('a connection that ended while nobody used it costs a command nothing', async () => {
  await client.call('torrent.stop', { ids });
  daemon.closeIdle();
  await sleep(50);
  await client.call('torrent.stop', { ids });
});

test('a command waits for one poll at most', async () => {
  const viewer = await signedInClient(stack);
  const events = await viewer.subscribe('torrents');
  await events.next(({ torrents: list }) => Object.keys(list).length === torrents);
  // As transmission-daemon does, it answers one after the other; a poll takes its time.
  const served = [];
  let last = Promise.resolve();
  daemon.before = (method) => {
    last = last.then(async () => {
      served.push(method);
      if (method === 'torrent-get') await sleep(300);
    });
    return last;
  };
  for (let round = 0; round < 5; round += 1) {
    await events.next();
    await sleep(round * 100);
    const before = served.length;
    await client.call('torrent.start', { ids });
    const ahead = served.slice(before, served.indexOf('torrent-start', before)).filter((method) => method === 'torrent-get');
    assert.ok(ahead.length <= 1, `${served.slice(before)}`);
  }
  daemon.before = () => {};
  await viewer.close();
});
