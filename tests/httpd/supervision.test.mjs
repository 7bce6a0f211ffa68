// torrent-ws is killed, stopped, or cannot be started: httpd goes on, and so does torrent-ws as soon as it can.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { EchoClient } from '../support/echo.mjs';
import { eventually } from '../support/patience.mjs';
import {
  haveEnded,
  httpdChildren,
  identity,
  isRunning,
  killHard,
  restartHttpd,
  torrentWsProcesses,
} from '../support/processes.mjs';
import { RawConnection, requestHead, upgradeHeaders } from '../support/raw-http.mjs';
import { descriptorsOf } from '../support/sockets.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';

const deaths = [/ TWS0002: /, / TWS0003: /, / TWS0304: /];
// A connection that was being taken over when torrent-ws died, and the status page without it.
const interrupted = [/ TWS0005: /, / TWS0006: /];
const schemes = ['ws', 'wss'];
const kills = 20;
// Two seconds where nothing else runs; this is to tell apart from never, or a back-off.
const soon = 20_000;

// Children that stay, so that their descriptors can be compared.
const threaded = `StartServers 2\nServerLimit 4\nThreadsPerChild 8\nMinSpareThreads 8\nMaxSpareThreads 32
MaxRequestWorkers 32\n`;
const mpms = {
  event: threaded,
  worker: threaded,
  prefork: 'StartServers 4\nMinSpareServers 2\nMaxSpareServers 16\nMaxRequestWorkers 16\n',
};

const descriptorCount = (pid) => Object.keys(descriptorsOf(pid)).length;
const start = (mpm) => startStack({ mpm, conf: mpms[mpm], backend: noDaemon, testEndpoints: true });

// A visitor that comes back as often as it takes.
const enter = (stack, scheme) => eventually(() => EchoClient.open(stack, scheme));
const enterAll = (stack, each) =>
  Promise.all(schemes.flatMap((scheme) => Array.from({ length: each }, () => enter(stack, scheme))));

async function milliseconds(action) {
  const begin = performance.now();
  await action();
  return Math.round(performance.now() - begin);
}

// Clients that connect, talk and leave without end while `action` runs, and once more after it; and a page
// that is asked for all the time. Fails when one of them hangs, or when a page is not served.
async function inStorm(stack, action) {
  let over = false;
  const visit = async (scheme) => {
    const client = await EchoClient.open(stack, scheme);
    await client.echo();
    await client.close();
  };
  const visitor = async (scheme) => {
    while (!over) {
      await visit(scheme).catch((error) => {
        if (/nothing for/.test(error.message)) throw error;
        return sleep(20);
      });
    }
    await eventually(() => visit(scheme));
  };
  const reader = async () => {
    let pages = 0;
    for (; !over; pages += 1) assert.equal((await stack.get('/')).status, 200);
    return pages;
  };
  const visitors = schemes.flatMap((scheme) => Array.from({ length: 4 }, () => visitor(scheme)));
  const storm = Promise.all([reader(), ...visitors]);
  storm.catch(() => {}); // it is looked at when the action is over
  try {
    await action();
  } finally {
    over = true;
  }
  const [pages] = await storm;
  assert.ok(pages > 0);
}

// Kills torrent-ws, waits for the next one, and has nothing of the old one left.
async function killTorrentWs(stack) {
  const old = await torrentWsProcesses(stack);
  const complaints = () => stack.errorLog().match(/ TWS0003: /g)?.length ?? 0;
  const before = complaints();
  let helped = false;
  await killHard(old[0].pid);
  await eventually(async () => {
    // After some deaths httpd waits for ten seconds before it tries again; a graceful restart does not.
    if (!helped && complaints() > before) {
      helped = true;
      await restartHttpd(stack);
    }
    const { pids } = await stack.status();
    assert.notEqual(pids.event_loop, old[0].pid);
  });
  await haveEnded(old);
}

// Puts a program that ends at once in torrent-ws's place.
async function whileUseless(stack, action) {
  const program = path.join(stack.root, 'programs/torrent-ws');
  fs.renameSync(program, `${program}.good`);
  fs.writeFileSync(program, '#!/bin/false\n', { mode: 0o755 });
  try {
    await action();
  } finally {
    fs.renameSync(`${program}.good`, program);
  }
}

// The response to an upgrade, which has to come at once: in far less time than torrent-ws needs to be back.
async function promptResponse(base, ca) {
  const connection = await RawConnection.open(base, ca);
  try {
    connection.send(requestHead('/wss/', upgradeHeaders(new URL(base).host)));
    const late = sleep(3000, undefined, { ref: false }).then(() => assert.fail('no answer at once'));
    return await Promise.race([connection.response(), late]);
  } finally {
    connection.close();
  }
}

for (const mpm of Object.keys(mpms)) {
  describe(`on the ${mpm} MPM`, () => {
    let stack;
    before(async () => {
      stack = await start(mpm);
    });
    after(() => stack?.stop([...deaths, ...interrupted]));

    test('a killed torrent-ws is replaced, and clients are in again', async (t) => {
      const clients = await enterAll(stack, 5);
      const old = await torrentWsProcesses(stack);
      await killHard(old[0].pid);
      let again;
      const time = await milliseconds(async () => {
        await Promise.all(clients.map((client) => client.ended()));
        again = await enterAll(stack, 5);
      });
      t.diagnostic(`in again ${time} ms after the kill`);
      assert.ok(time < soon, `${time} ms`);
      await haveEnded(old);
      await Promise.all(again.map((client) => client.echo()));
      await Promise.all(again.map((client) => client.close()));
    });

    test('a stopped torrent-ws goes on, and nobody is lost', async (t) => {
      const clients = await enterAll(stack, 3);
      const [{ pid }] = await torrentWsProcesses(stack);
      process.kill(pid, 'SIGSTOP');
      const time = await milliseconds(async () => {
        const late = await enterAll(stack, 3);
        await Promise.all([...clients, ...late].map((client) => client.echo()));
        await Promise.all([...clients, ...late].map((client) => client.close()));
      });
      t.diagnostic(`everybody answered ${time} ms after SIGSTOP`);
      assert.ok(time < soon, `${time} ms`);
      assert.equal((await torrentWsProcesses(stack))[0].pid, pid, 'it was continued, not replaced');
    });

    test('it may be killed in a storm of clients', async () => {
      await inStorm(stack, async () => {
        for (let index = 0; index < 4; index += 1) {
          await sleep(100 + 150 * index);
          await killTorrentWs(stack);
        }
      });
    });

    test('it may be stopped in a storm of clients, at any moment', async () => {
      const [{ pid }] = await torrentWsProcesses(stack);
      await inStorm(stack, async () => {
        for (let index = 0; index < 20; index += 1) {
          await sleep(Math.random() * 450);
          process.kill(pid, 'SIGSTOP');
        }
      });
      assert.equal((await torrentWsProcesses(stack))[0].pid, pid, 'it was continued, not replaced');
    });

    test(`${kills} kills leave no process and no descriptor`, async (t) => {
      const visit = async () => {
        const clients = await enterAll(stack, 6);
        await Promise.all(clients.map((client) => client.echo()));
        return clients;
      };
      const counts = async () => ({
        parent: descriptorCount(stack.pid('httpd')),
        children: Math.max(...(await httpdChildren(stack)).map(({ pid }) => descriptorCount(pid))),
      });
      // Every child serves both kinds before it is counted.
      await visit().then((clients) => Promise.all(clients.map((client) => client.close())));
      await killTorrentWs(stack);
      const quiet = await counts();
      t.diagnostic(`descriptors of httpd's parent and of its greatest child: ${quiet.parent}, ${quiet.children}`);
      for (let index = 0; index < kills; index += 1) {
        const clients = await visit();
        await killTorrentWs(stack);
        await Promise.all(clients.map((client) => client.ended()));
      }
      await eventually(async () => {
        const now = await counts();
        assert.equal(now.parent, quiet.parent);
        assert.ok(now.children <= quiet.children, `${now.children} descriptors of a child, ${quiet.children} before`);
      });
      assert.ok(isRunning(identity(stack.pid('httpd'))));
    });

    test('while it keeps ending, upgrades get 503 at once and pages are served', async (t) => {
      const [{ pid }] = await torrentWsProcesses(stack);
      await whileUseless(stack, async () => {
        const complaints = () => stack.errorLog().match(/ TWS0003: /g)?.length ?? 0;
        const earlier = complaints();
        await killHard(pid);
        await eventually(() => assert.ok(complaints() > earlier));
        for (const base of [stack.httpUrl, stack.tlsUrl]) {
          const time = await milliseconds(() =>
            eventually(async () => {
              const { status, headers } = await promptResponse(base, stack.certificate);
              assert.equal(status, 503);
              assert.match(headers['retry-after'], /^[1-9]\d*$/);
            }),
          );
          t.diagnostic(`503 after ${time} ms`);
        }
        assert.equal((await stack.get('/')).status, 200);
        await restartHttpd(stack);
        assert.equal((await stack.get('/')).status, 200);
      });
      const time = await milliseconds(async () => {
        const clients = await enterAll(stack, 1);
        await Promise.all(clients.map((client) => client.close()));
      });
      t.diagnostic(`in again ${time} ms after the program was mended`);
    });
  });
}

test('a graceful restart without the programs leaves the site up, and heals when they are back', async (t) => {
  const stack = await start('event');
  t.after(() => stack.stop([...deaths, / TWS0001: /, /TorrentWsPrograms: no program/]));
  const names = ['torrent-ws', 'torrent-ws-worker'].map((name) => path.join(stack.root, 'programs', name));
  const [{ pid }] = await torrentWsProcesses(stack);
  for (const name of names) fs.renameSync(name, `${name}.away`);
  try {
    await killHard(pid);
    await eventually(() => assert.match(stack.errorLog(), / TWS0003: /));
    await restartHttpd(stack);
    assert.equal((await stack.get('/')).status, 200);
  } finally {
    for (const name of names) fs.renameSync(`${name}.away`, name);
  }
  await (await enter(stack, 'wss')).close();
});
