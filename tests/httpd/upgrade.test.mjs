// The module is upgraded under a running httpd: another version of it comes with a graceful restart.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { isRunning, processTree } from '../support/processes.mjs';
import { build, startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

// By rename, as packages do it: the old files are still in use.
function replacePrograms(stack) {
  for (const program of ['mod_torrent_ws.so', 'torrent-ws']) {
    const place = path.join(stack.root, 'programs', program);
    fs.copyFileSync(path.join(build, 'next-version', program), `${place}.new`);
    fs.renameSync(`${place}.new`, place);
  }
}

test('a new version serves new clients at once, while the old one sees its clients off', async (t) => {
  const stack = await startStack();
  t.after(() => stack.stop());
  const old = await Promise.all(['ws', 'wss', 'ws', 'wss', 'ws', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
  const before = (await stack.status()).pids;
  const [eventLoop] = processTree(before.event_loop);

  replacePrograms(stack);
  process.kill(stack.pid('httpd'), 'SIGUSR1');
  const pids = await eventually(async () => {
    const now = (await stack.status()).pids;
    assert.notEqual(now.event_loop, before.event_loop);
    return now;
  });
  const fresh = await Promise.all(['ws', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
  // For some seconds more there might be a graceful restart that wants it back.
  assert.ok(isRunning(eventLoop));
  for (const client of old) await client.call('session.stats');

  const times = await Promise.all(
    old.map(async (client) => {
      const { code } = await client.ended();
      assert.equal(code, 1012);
      return Date.now();
    }),
  );
  assert.ok(Math.max(...times) - Math.min(...times) > 1000, 'they were sent away one after the other');
  await eventually(() => assert.ok(!isRunning(eventLoop)));
  for (const client of fresh) await client.call('session.stats');
  assert.equal((await stack.status()).pids.event_loop, pids.event_loop);
  await Promise.all(fresh.map((client) => client.close()));
});
