// What the processes may do, and who may talk to them. What it needs root for is left out without it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { eventually } from '../support/patience.mjs';
import { httpdChildren, torrentWsProcesses } from '../support/processes.mjs';
import { fewChildren, leaveToRelayProcesses } from '../support/relays.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const root = process.getuid() === 0;
const password = 'a-password-that-is-nowhere-else';
const header = fileURLToPath(new URL('../../mod_torrent_ws/wire/version.hpp', import.meta.url));
const version = Number(/TWS_WIRE_VERSION (\d+)/.exec(fs.readFileSync(header, 'utf8'))[1]);
const sequenced = '0005'; // the type of the handover socket in /proc/net/unix
const foreignSender = fileURLToPath(new URL('../support/foreign_sender.py', import.meta.url));

// The descriptors of a process that lead to torrent-ws, or are meant for it.
function sequencedSockets(pid) {
  const types = new Map(
    fs.readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1, -1).map((line) => {
      const [, , , , type, , inode] = line.split(/\s+/);
      return [`socket:[${inode}]`, type];
    }),
  );
  const folder = `/proc/${pid}/fd`;
  return fs.readdirSync(folder).filter((name) => types.get(fs.readlinkSync(`${folder}/${name}`)) === sequenced);
}

// Whether the memory that a process may write to holds the text.
function holds(pid, text) {
  const memory = fs.openSync(`/proc/${pid}/mem`);
  try {
    return fs.readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n').some((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (from === undefined) return false;
      const buffer = Buffer.alloc(Number.parseInt(to, 16) - Number.parseInt(from, 16));
      try {
        fs.readSync(memory, buffer, 0, buffer.length, Number.parseInt(from, 16));
      } catch (error) {
        if (error.code === 'EIO') return false;
        throw error;
      }
      return buffer.includes(text);
    });
  } finally {
    fs.closeSync(memory);
  }
}

describe('the processes', { skip: !root && 'not root' }, () => {
  let stack;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-privileges-'));
  const credentials = path.join(folder, 'credentials');
  fs.writeFileSync(credentials, `somebody:${password}\n`, { mode: 0o600 });

  before(async () => {
    stack = await startStack({
      conf: `LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
${fewChildren.event}TorrentWsBackend other http://127.0.0.1:9/ credentials=${credentials}\n`,
    });
  });
  after(async () => {
    fs.rmSync(folder, { recursive: true });
    await stack.stop([/ TWS0304: /, / TWS0203: /]);
  });

  test("none of them is root's, and nobody of the same user may look into them", async () => {
    const client = await signedInClient(stack, { scheme: 'wss' });
    await leaveToRelayProcesses(stack);
    const processes = await torrentWsProcesses(stack);
    assert.ok(processes.length >= 4);
    for (const { pid } of processes) {
      assert.doesNotMatch(fs.readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:.*\b0\b/m);
      // What the kernel gives to root instead of the process's user (proc(5)).
      assert.equal(fs.statSync(`/proc/${pid}/environ`).uid, 0);
    }
    await client.close();
  });

  test("a daemon's password is not in the processes that run the site's scripts", async () => {
    const children = await httpdChildren(stack);
    assert.ok(children.length > 0);
    for (const { pid } of children) assert.equal(holds(pid, password), false);
    // Where it is needed, it is found: so would it be there.
    const { pids } = await stack.status();
    assert.equal(pids.workers.some((pid) => holds(pid, password)), true);
  });

  test('no process that httpd forks can read what is meant for torrent-ws', async () => {
    // By now there was a graceful restart: mod_cgid's process was forked when the sockets were there.
    const forked = await httpdChildren(stack);
    const [cgid, ...others] = forked.filter(({ pid }) => sequencedSockets(pid).length > 0);
    assert.ok(others.length > 0, 'children, and the process of mod_cgid');
    // The sending end.
    for (const { pid } of [cgid, ...others]) assert.equal(sequencedSockets(pid).length, 1);
  });

  test('who has the handover socket but is not httpd forges no user', async () => {
    const { pid } = (await httpdChildren(stack)).find((child) => sequencedSockets(child.pid).length > 0);
    const message = JSON.stringify({
      version,
      kind: 'connection',
      endpoint: 'wamp',
      realm: 'torrents',
      address: '127.0.0.1',
      user: '1',
      key: 'dGhlIHNhbXBsZSBub25jZQ==',
      protocol: 'wamp.2.json',
    });
    const answerTo = (user) =>
      execFileSync('python3', [foreignSender, pid, sequencedSockets(pid)[0], user, `${message}\n`], { encoding: 'utf8' });
    assert.equal(answerTo('nobody'), '\n');
    assert.equal(answerTo('root'), '\n');
    assert.match(answerTo('www-data'), /^HTTP\/1\.1 101 /);
    await eventually(() => assert.equal(stack.errorLog().match(/ TWS0203: .*none of httpd's children/g).length, 2));
  });
});
