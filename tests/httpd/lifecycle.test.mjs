// The life of a stack: its status, graceful and hard restarts, its end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import WebSocket from 'ws';

import { EchoClient } from '../support/echo.mjs';
import { unexpectedLines } from '../support/error-log.mjs';
import { EventQueue } from '../support/event-queue.mjs';
import { withoutModule } from '../support/httpd-modules.mjs';
import { eventually, withPatience } from '../support/patience.mjs';
import {
  haveEnded,
  isRunning,
  killHard,
  processTree,
  restartHttpd,
  torrentWsProcesses,
  workersOf,
} from '../support/processes.mjs';
import { descriptorsOf } from '../support/sockets.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, signedInClient, WampClient, WampError } from '../support/wamp.mjs';

const [welcome, goodbye] = [2, 6];
const [goingAway, serviceRestart] = [1001, 1012];

const notAuthorized = (error) => error instanceof WampError && error.uri === 'wamp.error.not_authorized';

describe('the status', () => {
  let stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack?.stop());

  test('has all figures as JSON', async () => {
    const clients = await Promise.all(['ws', 'wss', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
    for (const client of clients) await (await client.subscribe('torrents')).next();
    await clients[0].call('session.stats');
    const status = await stack.status();
    assert.equal(Number.isInteger(status.pids.event_loop), true);
    assert.ok(status.pids.workers.length >= 3);
    assert.deepEqual(status.pids.relays, []);
    assert.deepEqual(status.connections, { ws: 1, wss: 2, relay: 0, blocking: 0 });
    assert.equal(status.sessions, 3);
    assert.equal(status.subscriptions, 3);
    const { requests, errors, busy_seconds: busy } = status.backends.main;
    assert.ok(requests >= 3, `${requests} requests`);
    assert.equal(errors, 0);
    assert.ok(busy > 0);
    // Three sign-ins and a call.
    assert.deepEqual(status.jobs, { queued: 0, running: 0, done: 4, failed: 0 });
    for (const name of ['queued_bytes', 'dropped_deltas', 'worker_restarts', 'token_failures']) {
      assert.equal(status[name], 0, name);
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  test('is for who may see it, and cannot be posted to', async () => {
    const response = await fetch(new URL('/torrent-ws-status?json', stack.httpUrl), { method: 'POST' });
    assert.equal(response.status, 405);
    assert.equal((await stack.get('/torrent-ws-status?json')).headers['cache-control'], 'no-store');
  });
});

test('a graceful restart keeps the WebSockets, and takes the new configuration', async (t) => {
  const stack = await startStack({ conf: 'TorrentWsAdmins 7\n' });
  t.after(() => stack?.stop());
  const [admin, user] = await Promise.all([signedInClient(stack), signedInClient(stack, { userId: 2 })]);
  const view = new TorrentView(await admin.subscribe('torrents'));
  await view.advance();
  const { pids, jobs } = await stack.status();
  await assert.rejects(user.call('session.set', { 'speed-limit-up': 500 }), notAuthorized);

  fs.writeFileSync(`${stack.directory}.conf`, 'TorrentWsAdmins 2\n');
  await restartHttpd(stack);
  const later = await eventually(async () => {
    const client = await signedInClient(stack, { userId: 2 });
    await client.call('session.set', { 'speed-limit-up': 500 });
    return client;
  });
  assert.deepEqual((await stack.status()).pids, pids);
  assert.ok((await stack.status()).jobs.done > jobs.done, 'the counts go on');
  const { revision } = view;
  await view.until((seen) => seen.revision > revision);
  await admin.call('session.stats');
  await user.call('session.stats');
  // Once more, as the first one may have been the last that worked.
  await restartHttpd(stack);
  await eventually(async () => assert.deepEqual((await stack.status()).pids, pids));
  await admin.call('session.stats');
  await Promise.all([admin, user, later].map((client) => client.close()));
});

test('the end leaves no process, and tells the clients', async () => {
  const stack = await startStack();
  const { pid } = JSON.parse(fs.readFileSync(path.join(stack.directory, 'demo.json')));
  const clients = await Promise.all(['ws', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
  for (const client of clients) await (await client.subscribe('torrents')).next();
  const processes = processTree(pid);
  const { pids } = await stack.status();
  for (const known of [pids.event_loop, ...pids.workers, stack.pid('httpd'), stack.pid('transmission')]) {
    assert.ok(
      processes.some((process) => process.pid === known),
      `process ${known} is not below the demo`,
    );
  }
  await stack.stop();
  assert.deepEqual(processes.filter(isRunning), []);
  for (const client of clients) assert.equal((await client.ended()).code, 1001);
});

// A session and all that it was told: `messages`, and its close code. place: where its connection is, for people.
async function openSession(stack, scheme, place = scheme) {
  const { url, ca } = endpoint(stack, scheme);
  const socket = new WebSocket(url, 'wamp.2.json', { ca });
  const messages = new EventQueue();
  socket.on('message', (data) => messages.push(JSON.parse(data)));
  const code = new Promise((resolve) => socket.once('close', resolve));
  await withPatience(once(socket, 'open'), `opening ${url}`);
  socket.send(JSON.stringify([1, 'torrents', { roles: { subscriber: {} } }]));
  await messages.next(([type]) => type === welcome);
  return { messages, code, place };
}

// Sessions in each place where a connection may be: in a relay process, as the child that took it has
// left; in torrent-ws alone; in the relay thread of a living child.
async function openSessionsEverywhere(stack) {
  const first = await openSession(stack, 'wss', 'relay process');
  await restartHttpd(stack);
  await eventually(async () => assert.equal((await stack.status()).connections.relay, 1));
  return [first, await openSession(stack, 'ws', 'torrent-ws'), await openSession(stack, 'wss', 'relay thread')];
}

async function assertFarewell(sessions, expected) {
  const farewells = await Promise.all(
    sessions.map(async ({ messages, code, place }) => {
      const ended = await withPatience(code, 'the end of the connection');
      const last = messages.length > 0 ? await messages.next(([type]) => type === goodbye) : [];
      return { place, reason: last[2], code: ended };
    }),
  );
  const reason = 'wamp.close.system_shutdown';
  assert.deepEqual(
    farewells,
    sessions.map(({ place }) => ({ place, reason, code: expected })),
  );
}

for (const mpm of ['event', 'worker', 'prefork']) {
  describe(`on the ${mpm} MPM`, () => {
    const start = () => startStack({ mpm, backend: noDaemon });

    test('a restart replaces torrent-ws, and tells clients to come back', async (t) => {
      const stack = await start();
      t.after(() => stack.stop());
      const sessions = await openSessionsEverywhere(stack);
      const old = await torrentWsProcesses(stack);
      await restartHttpd(stack, 'SIGHUP');
      await assertFarewell(sessions, serviceRestart);
      await haveEnded(old);
      const [{ pid }] = await torrentWsProcesses(stack);
      assert.notEqual(pid, old[0].pid);
      for (const scheme of ['ws', 'wss']) await openSession(stack, scheme);
    });

    for (const [name, signal] of [
      ['a stop', 'SIGTERM'],
      ['a graceful stop', 'SIGWINCH'],
    ]) {
      test(`${name} tells the clients, and leaves no process`, async (t) => {
        const stack = await start();
        t.after(() => stack.stop());
        const sessions = await openSessionsEverywhere(stack);
        const processes = [...processTree(stack.pid('httpd')), ...(await torrentWsProcesses(stack))];
        process.kill(stack.pid('httpd'), signal);
        await assertFarewell(sessions, goingAway);
        await haveEnded(processes);
      });
    }

    test('a graceful restart without the module ends torrent-ws, and nothing else', async (t) => {
      const stack = await start();
      // The MPM does not know torrent-ws as a child any more when it ends.
      t.after(() => stack.stop([/long lost child came home/]));
      const sessions = await openSessionsEverywhere(stack);
      const old = await torrentWsProcesses(stack);
      const file = path.join(stack.root, 'httpd.conf');
      const configuration = fs.readFileSync(file, 'utf8');
      fs.writeFileSync(file, withoutModule(configuration, 'torrent_ws', 'TorrentWs'));
      await restartHttpd(stack);
      assert.equal((await stack.get('/')).status, 200);
      assert.equal((await stack.get('/torrent-ws-status?json')).status, 404);
      await assertFarewell(sessions, serviceRestart);
      await haveEnded(old);
      assert.match(stack.errorLog(), / TWS0106: /);
      assert.equal((await stack.get('/')).status, 200);

      fs.writeFileSync(file, configuration);
      await restartHttpd(stack);
      for (const scheme of ['ws', 'wss']) await openSession(stack, scheme);
    });
  });
}

test('new limits hold at a graceful restart, as docs/directives.md says for each', async (t) => {
  const site = 'https://www.example.org';
  const stack = await startStack({ backend: noDaemon, testEndpoints: true, conf: 'TorrentWsMaxMessageSize 200000\n' });
  t.after(() => stack.stop([/ TWS0202: /, / TWS0004: /]));
  const configure = async (...directives) => {
    fs.writeFileSync(`${stack.directory}.conf`, `${directives.join('\n')}\n`);
    await restartHttpd(stack);
  };
  const refusal = (status) => new RegExp(`Unexpected server response: ${status}$`);
  const old = [];
  for (const scheme of ['ws', 'wss']) old.push(await EchoClient.open(stack, scheme));
  await assert.rejects(EchoClient.open(stack, 'ws', { origin: site }), refusal(403));

  await configure('TorrentWsMaxConnections 1', `TorrentWsAllowedOrigins ${site}`);
  await eventually(() => assert.rejects(EchoClient.open(stack, 'wss'), refusal(503)));
  await Promise.all(old.map((client) => client.echo()));

  await configure('TorrentWsMaxMessageSize 300000', 'TorrentWsMaxMessageRate 1', `TorrentWsAllowedOrigins ${site}`);
  const client = await eventually(() => EchoClient.open(stack, 'wss', { origin: site }));
  await Promise.all([client, ...old].map((each) => each.echo('x'.repeat(50_000))));
  // Those who were there before are bound as the new one is.
  const tooOften = async (each) => {
    for (let i = 0; i < 20; ++i) await each.echo();
  };
  for (const each of [client, old[0]]) await assert.rejects(tooOften(each), /ended with 1008$/);
  await assert.rejects(old[1].echo('x'.repeat(350_000)), /ended with 1009$/);
});

test('after the ErrorLog was rotated and a graceful restart, all write to the new one', async (t) => {
  const stack = await startStack();
  const allowed = [/ TWS0201: /, / TWS0303: /, / TWS0304: /];
  t.after(() => stack.stop(allowed));
  const client = await signedInClient(stack);
  const view = new TorrentView(await client.subscribe('torrents'));
  await view.advance();
  const { pool, daemon } = await workersOf(stack);

  const file = path.join(stack.directory, 'logs/error.log');
  fs.renameSync(file, `${file}.1`);
  process.kill(stack.pid('httpd'), 'SIGUSR1');
  await eventually(() => assert.match(stack.errorLog(), / AH00489: /));
  const written = fs.readFileSync(`${file}.1`, 'utf8');
  const has = (code) => eventually(() => assert.match(stack.errorLog(), new RegExp(` ${code}: `)));

  // The daemon's worker complains, then one of the pool, then torrent-ws of its end.
  await killHard(stack.pid('transmission'));
  await has('TWS0304');
  fs.rmSync(stack.database);
  fs.mkdirSync(stack.database);
  const visitor = await WampClient.open(endpoint(stack).url);
  await assert.rejects(visitor.signIn(1, 'a token'));
  await has('TWS0303');
  await killHard(pool[0]);
  await has('TWS0201');

  const { pids } = await stack.status();
  assert.ok(pids.workers.includes(daemon), 'it is the worker of before');
  assert.equal(fs.readFileSync(`${file}.1`, 'utf8'), written, 'the old log has grown');
  assert.deepEqual(unexpectedLines(written, allowed), []);
  // Nor could it grow, by what a library or the kernel writes for one of them.
  const oldLog = fs.realpathSync(`${file}.1`);
  await eventually(async () => {
    const open = (await torrentWsProcesses(stack)).filter(({ pid }) =>
      Object.values(descriptorsOf(pid)).includes(oldLog),
    );
    assert.deepEqual(open, []);
  });
  await client.close();
});

test('a port that is taken is told before anything starts', async (t) => {
  const stack = await startStack();
  t.after(() => stack?.stop());
  const port = Number(new URL(stack.tlsUrl).port);
  await assert.rejects(
    startStack({ tlsPort: port }),
    new RegExp(`port ${port} is taken: choose another one with TLS_PORT`),
  );
});
