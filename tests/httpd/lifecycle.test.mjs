// The life of a stack: its status, a graceful restart, its end.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { isRunning, processTree } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';

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
    assert.deepEqual(status.connections, { ws: 1, wss: 2, relay: 0 });
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

  test('has them as OpenMetrics, too', async () => {
    const { status, headers, body } = await stack.get('/torrent-ws-status?metrics');
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^application\/openmetrics-text; version=1\.0\.0; charset=utf-8$/);
    assert.ok(body.endsWith('\n# EOF\n'));
    const samples = new Map();
    const families = new Set();
    let family;
    for (const line of body.split('\n').slice(0, -2)) {
      const [, declared] = /^# TYPE ([a-z_:][a-z0-9_:]*) (?:gauge|counter)$/.exec(line) ?? [];
      if (declared) {
        assert.ok(!families.has(declared), `two families ${declared}`);
        families.add(declared);
        family = declared;
        continue;
      }
      const [, name, labels, value] =
        /^([a-z_:][a-z0-9_:]*)((?:\{[a-z_]+="[^"\\]*"\})?) (-?[0-9.e+-]+)$/.exec(line) ?? [];
      assert.ok(name, `not a sample: ${line}`);
      assert.ok([family, `${family}_total`].includes(name), `${name} in the family ${family}`);
      assert.ok(!samples.has(name + labels), `two samples ${name}${labels}`);
      samples.set(name + labels, Number(value));
    }
    assert.ok(samples.get('torrent_ws_jobs_done') >= 4);
    assert.ok([...samples.keys()].some((name) => name.includes('{backend="main"}')));
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
  process.kill(stack.pid('httpd'), 'SIGUSR1');
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
  process.kill(stack.pid('httpd'), 'SIGUSR1');
  const log = path.join(stack.directory, 'logs/error.log');
  await eventually(() => assert.ok(fs.readFileSync(log, 'utf8').match(/ AH00493: /g).length >= 2));
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

test('a port that is taken is told before anything starts', async (t) => {
  const stack = await startStack();
  t.after(() => stack?.stop());
  const port = Number(new URL(stack.tlsUrl).port);
  await assert.rejects(
    startStack({ tlsPort: port }),
    new RegExp(`port ${port} is taken: choose another one with TLS_PORT`),
  );
});
