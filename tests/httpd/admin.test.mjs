// torrent-wsctl: what an administrator sees and does, who is none, and what the socket for it stands.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { httpdChildren, killHard, restartHttpd } from '../support/processes.mjs';
import { holdersOf, unixListeners } from '../support/sockets.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { controlSocket, RawAdmin, torrentWsctl, watchTopic } from '../support/torrent-wsctl.mjs';
import { endpoint, signedInClient, WampClient } from '../support/wamp.mjs';

const [policyViolation, serviceRestart] = [1008, 1012];
const root = process.getuid() === 0;

// What a command prints, which has to succeed.
async function output(stack, ...args) {
  const { code, stdout, stderr } = await torrentWsctl(stack, args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout;
}

const json = async (stack, ...args) => JSON.parse(await output(stack, '--json', ...args));
const rows = (text) => text.trimEnd().split('\n').map((line) => line.split('\t'));

const subscriptionsBecome = (stack, count) =>
  eventually(async () => assert.equal((await stack.status()).subscriptions, count));

// A client of the test realm, where everybody may do everything.
async function testRealmClient(stack) {
  const client = await WampClient.open(endpoint(stack, 'ws', '/ws').url);
  await client.join({}, undefined, 'realm1');
  return client;
}

describe('torrent-wsctl', () => {
  let stack;
  before(async () => {
    stack = await startStack({ testEndpoints: true });
  });
  after(() => stack?.stop([/ TWS0110: /]));

  test('status tells what the status page does', async () => {
    const client = await signedInClient(stack);
    const told = await json(stack, 'status');
    const { pids, sessions, connections } = await stack.status();
    assert.deepEqual([told.pids, told.sessions, told.connections], [pids, sessions, connections]);
    const figures = new Map(rows(await output(stack, 'status')));
    assert.equal(figures.get('connections.ws'), '1');
    assert.equal(figures.get('pids.event_loop'), String(pids.event_loop));
    assert.equal(figures.get('pids.workers'), pids.workers.join(','));
    await client.close();
  });

  test('sessions lists them', async () => {
    const begin = Math.floor(Date.now() / 1000);
    const [first, second, visitor] = await Promise.all([
      signedInClient(stack),
      signedInClient(stack, { userId: 2, scheme: 'wss' }),
      WampClient.open(endpoint(stack).url),
    ]);
    await first.subscribe('torrents');
    await first.subscribe('session');
    const found = await json(stack, 'sessions');
    assert.equal(new Set(found.map(({ id }) => id)).size, 3);
    for (const { id, since } of found) {
      assert.ok(Number.isInteger(id) && id > 0);
      assert.ok(since >= begin && since <= Date.now() / 1000);
    }
    const of = (name) => {
      const { id, since, queued_bytes: queued, ...rest } = found.find(({ user }) => user === name);
      assert.equal(typeof queued, 'number');
      return rest;
    };
    const common = { realm: 'torrents', address: '127.0.0.1' };
    const user = { ...common, authmethod: 'ticket', state: 'established' };
    assert.deepEqual(of('1'), { ...user, user: '1', subscriptions: 2, transport: 'ws' });
    assert.deepEqual(of('2'), { ...user, user: '2', subscriptions: 0, transport: 'wss' });
    const fresh = { ...common, authmethod: 'anonymous', state: 'fresh' };
    assert.deepEqual(of(''), { ...fresh, user: '', subscriptions: 0, transport: 'ws' });

    const [heading, ...lines] = rows(await output(stack, 'sessions'));
    assert.equal(lines.length, 3);
    for (const line of lines) {
      const session = Object.fromEntries(heading.map((name, index) => [name, line[index]]));
      const same = found.find(({ id }) => String(id) === session.id);
      assert.deepEqual(session, { ...Object.fromEntries(Object.entries(same).map(([name, value]) => [name, String(value)])), queued_bytes: session.queued_bytes });
    }
    await Promise.all([first, second, visitor].map((client) => client.close()));
  });

  test('sessions lists more than fit into one answer', async () => {
    const clients = await Promise.all(Array.from({ length: 250 }, () => testRealmClient(stack)));
    assert.equal((await json(stack, 'sessions')).length, 250);
    await Promise.all(clients.map((client) => client.close()));
    await eventually(async () => assert.deepEqual(await json(stack, 'sessions'), []));
  });

  test('kick session ends this one, and tells its client', async () => {
    const [kicked, other] = await Promise.all([signedInClient(stack), signedInClient(stack)]);
    await kicked.subscribe('torrents');
    const { id } = (await json(stack, 'sessions')).find(({ subscriptions }) => subscriptions === 1);
    assert.equal(await output(stack, 'kick', 'session', id), 'killed\t1\n');
    assert.deepEqual(await kicked.ended(), { code: policyViolation, reason: 'killed by an administrator' });
    assert.equal(kicked.goodbye, 'wamp.close.killed');
    await other.call('session.stats');
    assert.match(stack.errorLog(), new RegExp(` TWS0111: torrent-wsctl of user ${process.getuid()}, .*session ${id}$`, 'm'));

    const again = await torrentWsctl(stack, ['kick', 'session', id]);
    assert.equal(again.code, 1);
    assert.equal(again.stdout, '');
    assert.match(again.stderr, new RegExp(`no session ${id} .*command sessions lists them`));
    await other.close();
  });

  test('kick user ends all pages of this user, and no other', async () => {
    const pages = await Promise.all(['ws', 'wss'].map((scheme) => signedInClient(stack, { userId: 7, scheme })));
    const other = await signedInClient(stack, { userId: 77 });
    assert.deepEqual(await json(stack, 'kick', 'user', '7'), { killed: 2 });
    for (const page of pages) {
      assert.equal((await page.ended()).code, policyViolation);
      assert.equal(page.goodbye, 'wamp.close.killed');
    }
    assert.deepEqual(await json(stack, 'kick', 'user', '7'), { killed: 0 });
    await other.call('session.stats');
    await other.close();
  });

  test('drain closes all who are there evenly, while new ones come', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, (none, i) => signedInClient(stack, { scheme: i % 2 ? 'wss' : 'ws' })));
    const closed = [];
    const ends = clients.map(async (client) => {
      const { code } = await client.ended();
      closed.push(Date.now());
      return { code, goodbye: client.goodbye };
    });
    const begin = Date.now();
    assert.equal(await output(stack, 'drain', '4'), 'draining\t20\n');
    const late = await signedInClient(stack);
    assert.ok(closed.length < clients.length, 'some are still there');
    for (const end of await Promise.all(ends)) {
      assert.deepEqual(end, { code: serviceRestart, goodbye: 'wamp.close.system_shutdown' });
    }
    assert.ok(closed.at(-1) - begin > 3000, 'the last one goes at the end');
    assert.ok(closed.at(-1) - closed[0] > 2000, 'not all at once');
    await late.call('session.stats');
    // The next one takes its place.
    await json(stack, 'drain', '3600');
    await json(stack, 'drain', '0');
    assert.equal((await late.ended()).code, serviceRestart);
  });

  test('watch shows a topic, and costs a subscription as long as it lasts', async () => {
    await subscriptionsBecome(stack, 0);
    const watch = watchTopic(stack, 'torrents');
    const { args, kwargs } = await watch.events.next();
    assert.deepEqual(args, []);
    assert.equal(kwargs.snapshot, true);
    assert.ok(Object.keys(kwargs.torrents).length > 0);
    assert.equal((await stack.status()).subscriptions, 1);
    const { requests } = (await stack.status()).backends.main;
    await eventually(async () => assert.ok((await stack.status()).backends.main.requests > requests, 'polls'));
    const [{ transport, user }] = await json(stack, 'sessions');
    assert.deepEqual([transport, user], ['admin', 'torrent-wsctl']);
    // It is no client that a drain sends away.
    assert.deepEqual(await json(stack, 'drain', '0'), { draining: 0 });
    await watch.events.next((event) => event.kwargs.snapshot === false);
    watch.process.kill('SIGTERM');
    await watch.ended();
    await subscriptionsBecome(stack, 0);
    assert.deepEqual(await json(stack, 'sessions'), []);
  });

  test('watch shows what clients publish in the test realm', async () => {
    const client = await testRealmClient(stack);
    const watch = watchTopic(stack, 'com.example.news');
    await subscriptionsBecome(stack, 1);
    await client.publish('com.example.news', { text: 'line\nfeed', long: 'x'.repeat(200_000) });
    assert.deepEqual(await watch.events.next(), { args: [], kwargs: { text: 'line\nfeed', long: 'x'.repeat(200_000) } });
    const { id } = (await json(stack, 'sessions')).find(({ transport }) => transport === 'admin');
    await output(stack, 'kick', 'session', id);
    assert.deepEqual(await watch.ended(), { code: 1, stderr: 'torrent-wsctl: killed by an administrator\n' });
    await client.close();
  });

  // The first one while there is more to come, the second one when LineLink has waited.
  for (const [name, megabytes, atOnce] of [['gets too much to read', 20, true], ['reads nothing any more', 4, false]]) {
    test(`a watch that ${name} is hung up on`, async () => {
      const client = await testRealmClient(stack);
      const admin = new RawAdmin(stack);
      assert.deepEqual(await admin.ask({ command: 'watch', topic: 'com.example.flood' }), { watching: 'com.example.flood' });
      admin.socket.pause();
      await subscriptionsBecome(stack, 1);
      const text = 'x'.repeat(1 << 20);
      for (let i = 0; i < megabytes; ++i) await client.publish('com.example.flood', { text });
      if (atOnce) assert.equal((await stack.status()).subscriptions, 0);
      await subscriptionsBecome(stack, 0);
      admin.socket.resume();
      await admin.ended();
      assert.ok(admin.lines.length < megabytes, `${admin.lines.length} events came`);
      await client.close();
    });
  }

  test('a watch of a name that is no topic is refused', async () => {
    const { code, stderr } = await torrentWsctl(stack, ['watch', 'no topic']);
    assert.equal(code, 1);
    assert.match(stderr, /no topic "no topic"; docs\/topics\.md tells them/);
    assert.equal((await stack.status()).subscriptions, 0);
  });

  for (const [name, args] of [
    ['no command', []],
    ['an unknown command', ['restart']],
    ['too few words', ['kick', '1']],
    ['too many words', ['status', 'now']],
    ['no number', ['drain', 'soon']],
    ['a negative number', ['drain', '--', '-1']],
    ['a session that is no number', ['kick', 'session', '1x']],
    ['neither a session nor a user', ['kick', 'page', '1']],
    ['an unknown option', ['--force', 'status']],
  ]) {
    test(`usage: ${name}`, async () => {
      const { code, stdout, stderr } = await torrentWsctl(stack, args);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /--help/);
    });
  }

  test('it tells how it is used, and its version', async () => {
    assert.match(await output(stack, '--help'), /^usage: torrent-wsctl .*drain \[SECONDS\].*torrent-ws\.ctl\n$/s);
    assert.match(await output(stack, '--version'), /^torrent-wsctl \d+\.\d+\.\d+\n$/);
  });

  test('a socket that is not there is told, with what to look at', async () => {
    for (const [file, remedy] of [
      ['/nowhere/torrent-ws.ctl', /No such file.*is httpd running.*TorrentWsControlSocket/],
      [`/${'d'.repeat(108)}`, /longer than a socket's path may be/],
    ]) {
      const { code, stderr } = await torrentWsctl(stack, ['--socket', file, 'status']);
      assert.equal(code, 1);
      assert.match(stderr, remedy);
    }
  });

  test('a drain that is too long is refused', async () => {
    const { code, stderr } = await torrentWsctl(stack, ['drain', '86401']);
    assert.equal(code, 1);
    assert.match(stderr, /from 0 to 86400/);
  });

  test('the socket stands what is no request', async () => {
    const admin = new RawAdmin(stack);
    for (const garbage of ['', 'GET / HTTP/1.1', '[]', '{"command":1}', '{"command":"stop"}', '\xff\xfe', '{"command":"kick"}',
      '{"command":"kick","session":1,"user":"1"}', '{"command":"kick","user":7}', '{"command":"drain","seconds":-1}',
      '{"command":"watch"}', '{"command":"status","command":"drain"}', '['.repeat(4000)]) {
      admin.send(`${garbage}\n`);
      assert.deepEqual(Object.keys(await admin.lines.next()), ['error'], garbage);
    }
    // Many at once are answered one after the other, also when the asker says no more.
    admin.socket.end('{"command":"status"}\n'.repeat(500));
    for (let i = 0; i < 500; ++i) assert.ok((await admin.lines.next()).pids);
    await admin.ended();
  });

  test('the socket hangs up on a line without an end', async () => {
    const admin = new RawAdmin(stack);
    admin.send('x'.repeat(4097));
    assert.match((await admin.lines.next()).error, /longer than 4096 bytes/);
    await admin.ended();
    // One who sends more may be cut off before he reads why.
    const flood = new RawAdmin(stack);
    flood.send('x'.repeat(10_000_000));
    await flood.ended();
    await output(stack, 'status');
  });

  test('the socket takes no further request where a topic is watched', async () => {
    const admin = new RawAdmin(stack);
    await admin.ask({ command: 'watch', topic: 'session' });
    admin.send('{"command":"status"}\n');
    await admin.lines.next((line) => line.error !== undefined);
    await admin.ended();
    await subscriptionsBecome(stack, 0);
  });

  test('so many may be connected, and one more when one has left', async () => {
    const admins = Array.from({ length: 16 }, () => new RawAdmin(stack));
    for (const admin of admins) await admin.ask({ command: 'status' });
    const { code, stderr } = await torrentWsctl(stack, ['status']);
    assert.equal(code, 1);
    assert.match(stderr, /16 torrent-wsctl already; end one/);
    for (const admin of admins) admin.socket.destroy();
    await eventually(() => output(stack, 'status'));
  });

  test('nobody else may connect', { skip: !root && 'not root' }, async () => {
    assert.equal(fs.statSync(controlSocket(stack)).mode & 0o777, 0o600);
    const byMode = await torrentWsctl(stack, ['status'], { user: 'www-data' });
    assert.equal(byMode.code, 1);
    assert.match(byMode.stderr, /Permission denied.*only root/);
    assert.doesNotMatch(stack.errorLog(), / TWS0110: /);
    // Also where the mode says otherwise.
    fs.chmodSync(controlSocket(stack), 0o666);
    const { uid } = fs.statSync(stack.database);
    for (const args of [['status'], ['drain', '0'], ['watch', 'torrents']]) {
      const byUser = await torrentWsctl(stack, args, { user: 'www-data' });
      assert.deepEqual([byUser.code, byUser.stdout], [1, '']);
      assert.match(byUser.stderr, /hung up.*may not administer/);
    }
    assert.equal(stack.errorLog().match(new RegExp(` TWS0110: a process of user ${uid} is no administrator`, 'g')).length, 3);
    fs.chmodSync(controlSocket(stack), 0o600);
    await output(stack, 'status');
  });
});

describe('the socket', () => {
  test('is there over graceful restarts and crashes, and gone after the stop', async (t) => {
    const stack = await startStack({ backend: noDaemon });
    t.after(() => stack.stop([/ TWS0002: /, / TWS0304: /]));
    const { pids } = await json(stack, 'status');
    const watch = watchTopic(stack, 'session');
    await watch.events.next();
    let restarting = true;
    const asking = (async () => {
      let asked = 0;
      for (; restarting; ++asked) await output(stack, 'status');
      return asked;
    })();
    for (let i = 0; i < 3; ++i) await restartHttpd(stack);
    restarting = false;
    assert.ok((await asking) > 0);
    assert.equal((await json(stack, 'status')).pids.event_loop, pids.event_loop);
    assert.equal((await stack.status()).subscriptions, 1, 'who watches goes on');

    await killHard(pids.event_loop);
    assert.equal((await watch.ended()).code, 1);
    const next = await eventually(() => json(stack, 'status'));
    assert.notEqual(next.pids.event_loop, pids.event_loop);
    await restartHttpd(stack, 'SIGHUP');
    const last = await eventually(() => json(stack, 'status'));
    assert.notEqual(last.pids.event_loop, next.pids.event_loop);

    const file = controlSocket(stack);
    process.kill(stack.pid('httpd'), 'SIGTERM');
    await eventually(() => assert.equal(fs.existsSync(file), false));
  });

  test('goes with its configuration', async (t) => {
    const stack = await startStack({ backend: noDaemon, conf: '\n' });
    t.after(() => stack.stop());
    const configure = async (text) => {
      fs.writeFileSync(`${stack.directory}.conf`, text);
      await restartHttpd(stack);
    };
    const file = controlSocket(stack);
    const admin = new RawAdmin(stack);
    await admin.ask({ command: 'status' });
    await configure('TorrentWsControlSocket off\n');
    await eventually(() => assert.equal(fs.existsSync(file), false));
    await admin.ended();
    await configure('TorrentWsControlSocket other.ctl\n');
    const other = file.replace(/[^/]*$/, 'other.ctl');
    await eventually(() => assert.ok(fs.existsSync(other)));
    assert.ok(JSON.parse((await output(stack, '--json', '--socket', other, 'status'))).pids);
    await configure('');
    await eventually(() => output(stack, 'status'));
    assert.equal(fs.existsSync(other), false);
  });

  test('is open in torrent-ws and where it was made, not where scripts run', { skip: !root && 'not root' }, async (t) => {
    const stack = await startStack({ backend: noDaemon });
    t.after(() => stack.stop());
    for (let i = 0; i < 2; ++i) {
      const { pids } = await json(stack, 'status');
      const parent = stack.pid('httpd');
      const children = await httpdChildren(stack);
      assert.ok(children.length > 0);
      const all = [parent, pids.event_loop, ...pids.workers, ...children.map(({ pid }) => pid)];
      const inodes = unixListeners(`${controlSocket(stack)}~`);
      assert.equal(inodes.length, 1);
      assert.deepEqual(holdersOf(inodes[0], all), [parent, pids.event_loop]);
      await restartHttpd(stack);
      await eventually(() => {
        const now = unixListeners(`${controlSocket(stack)}~`);
        assert.ok(now.length === 1 && now[0] !== inodes[0], `${now} after ${inodes}`);
      });
    }
  });

  test('that cannot be made is told, and the site goes on', async (t) => {
    const stack = await startStack({ backend: noDaemon, conf: 'TorrentWsControlSocket /proc/torrent-ws.ctl\n' });
    t.after(() => stack.stop([/ TWS0010: /]));
    assert.match(stack.errorLog(), / TWS0010: .*\/proc\/torrent-ws\.ctl.*: .*; give TorrentWsControlSocket another path, or off/);
    const client = await signedInClient(stack);
    await client.close();
  });
});
