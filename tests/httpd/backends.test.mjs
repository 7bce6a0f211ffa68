// Several daemons in one realm, one of which asks for a password and one of which gets a wrong one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { freePort, get } from '../../conf/demo/network.mjs';
import { writeSettings } from '../../conf/demo/transmission.mjs';
import { eventually } from '../support/patience.mjs';
import { build, startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';

const invalidArgument = (error) => error instanceof WampError && error.uri === 'wamp.error.invalid_argument';
const [user, password] = ['keeper', 'pass:word'];

// A transmission-daemon that asks for user and password, in a folder of its own.
async function startGuardedDaemon(folder) {
  const [rpcPort, peerPort] = await Promise.all([freePort(), freePort()]);
  writeSettings(folder, { rpcPort, peerPort, downloads: path.join(folder, 'downloads') });
  const file = path.join(folder, 'settings.json');
  const settings = JSON.parse(fs.readFileSync(file));
  const guard = { 'rpc-authentication-required': true, 'rpc-username': user, 'rpc-password': password };
  fs.writeFileSync(file, JSON.stringify({ ...settings, ...guard }));
  const command = ['transmission-daemon', '--foreground', '--log-error', '--config-dir', folder];
  const daemon = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...command], {
    stdio: 'ignore',
    // Debian's package may be installed, or only unpacked.
    env: { ...process.env, HOME: folder, PATH: `${process.env.PATH}:${path.join(build, 'packages/usr/bin')}` },
  });
  const url = `http://127.0.0.1:${rpcPort}/transmission/rpc`;
  await eventually(async () => {
    assert.equal(daemon.exitCode, null, 'the daemon has ended');
    assert.equal((await get(url)).status, 401);
  });
  return { daemon, url };
}

let folder;
let daemon;
let stack;
let client;
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-backends-'));
  let url;
  ({ daemon, url } = await startGuardedDaemon(folder));
  const backend = (name, secret) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, `${user}:${secret}\n`, { mode: 0o600 });
    return `TorrentWsBackend ${name} ${url} credentials=${file}\n`;
  };
  stack = await startStack({ conf: backend('guarded', password) + backend('locked', 'wrong') });
  client = await signedInClient(stack);
});
after(async () => {
  await client?.close();
  await stack?.stop([/ TWS03\d\d: daemon locked is down: /]);
  daemon.kill();
  if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
  fs.rmSync(folder, { recursive: true });
});

test('each has its own state', async () => {
  const events = await client.subscribe('session');
  const states = {};
  const waitFor = async (name, state) => {
    while (states[name]?.state !== state) Object.assign(states, (await events.next()).daemons);
  };
  await waitFor('main', 'up');
  await waitFor('guarded', 'up');
  await waitFor('locked', 'down');
  assert.match(states.locked.reason, /password|credentials|user/i);
});

test("torrents are told apart by their daemon's name", async () => {
  const view = new TorrentView(await client.subscribe('torrents'));
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
  const expected = torrents.map(({ hashString }) => `main.${hashString}`).sort();
  await view.until(() => Object.keys(view.torrents).sort().join() === expected.join());

  const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
  const added = await client.call('torrent.add', { daemon: 'guarded', metainfo, paused: true });
  const { hashString } = added['torrent-added'];
  await view.until(() => view.torrents[`guarded.${hashString}`]);
  assert.equal(view.torrents[`guarded.${hashString}`].daemon, 'guarded');
  assert.equal(view.torrents[`main.${hashString}`], undefined);

  await client.call('torrent.remove', { daemon: 'guarded', ids: [hashString] });
  await view.until(() => !view.torrents[`guarded.${hashString}`]);
});

test('a call names the daemon that it is for', async () => {
  const { version } = await client.call('session.get', { daemon: 'guarded' });
  assert.ok(version);
  await assert.rejects(client.call('session.get'), invalidArgument);
  await assert.rejects(client.call('session.get', { daemon: 'nobody' }), invalidArgument);
  await assert.rejects(
    client.call('session.get', { daemon: 'locked' }),
    (error) => error.uri === 'torrent_ws.error.daemon_unreachable',
  );
});

test('a folder of one daemon is none of another', async () => {
  const location = { 'download-dir': `${stack.root}/downloads` };
  const filename = `magnet:?xt=urn:btih:${'cd'.repeat(20)}`;
  await assert.rejects(client.call('torrent.add', { daemon: 'guarded', filename, ...location }), invalidArgument);
  await client.call('torrent.add', { daemon: 'main', filename, paused: true, ...location });
});
