// The handover on each MPM: open connections hold no httpd worker, and outlive graceful restarts and the
// children that took them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { openMany } from '../support/echo.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd, scoreboard } from '../support/processes.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const each = 30;
const gracefuls = 3;

const threaded = `StartServers 1\nThreadsPerChild 4\nMinSpareThreads 4\nMaxSpareThreads 8
ServerLimit 8\nMaxRequestWorkers 32\nMaxConnectionsPerChild 25\n`;

// Few slots, and children that leave after few connections: what a long connection must not hold up.
const mpms = {
  event: threaded,
  worker: threaded,
  prefork: 'StartServers 1\nMinSpareServers 1\nMaxSpareServers 2\nMaxRequestWorkers 4\nMaxConnectionsPerChild 8\n',
};

for (const [mpm, conf] of Object.entries(mpms)) {
  describe(`on the ${mpm} MPM`, () => {
    let stack;
    let eventLoop;
    const clients = { ws: [], wss: [] };
    const all = () => [...clients.ws, ...clients.wss];

    // Each connection works in both directions; a call on one that has ended fails.
    const answer = async () => {
      const results = await Promise.all(all().map((client) => client.call('session.stats')));
      for (const { torrentCount } of results) assert.equal(torrentCount, results[0].torrentCount);
    };

    before(async () => {
      stack = await startStack({ mpm, conf });
    });
    after(async () => {
      const expected = all().map((client) => client.ended());
      await stack?.stop();
      // Everybody is told that the server leaves.
      for (const { code } of await Promise.all(expected)) assert.equal(code, 1001);
    });

    test('connections outlive the children that took them', async () => {
      for (let i = 0; i < each; ++i) {
        for (const scheme of ['ws', 'wss']) {
          const client = await signedInClient(stack, { scheme });
          clients[scheme].push(client);
        }
      }
      const { pids, connections } = await stack.status();
      eventLoop = pids.event_loop;
      assert.equal(connections.ws, each);
      assert.equal(connections.wss, each);
      await answer();
    });

    test('they hold no httpd worker, so pages are served', async () => {
      for (let i = 0; i < 20; ++i) {
        assert.equal((await stack.get('/')).status, 200);
      }
      // The one that answers this question.
      await eventually(async () => assert.equal((await scoreboard(stack)).BusyWorkers, '1'));
    });

    test('graceful restarts drop none of them', async () => {
      for (let i = 0; i < gracefuls; ++i) {
        await restartHttpd(stack);
        await answer();
      }
      // Every child of before the first one is gone by now or soon, and its TLS is with a relay process.
      await eventually(async () => {
        const { pids, connections } = await stack.status();
        assert.equal(pids.event_loop, eventLoop);
        assert.equal(connections.relay, each);
        assert.ok(pids.relays.length > 0);
      });
      await answer();
    });

    test('relay processes go with their last connection', async () => {
      const gone = clients.wss.splice(0, each - 1);
      await Promise.all(gone.map((client) => client.close()));
      await eventually(async () => {
        const { pids, connections } = await stack.status();
        assert.equal(connections.wss, 1);
        assert.equal(connections.relay, 1);
        assert.equal(pids.relays.length, 1);
      });
      await answer();
    });
  });
}

test('TorrentWsRelayLifetime bounds what goes on after its child has left, and nothing else', async (t) => {
  const seconds = 8;
  const stack = await startStack({
    mpm: 'prefork',
    backend: noDaemon,
    testEndpoints: true,
    conf: `TorrentWsRelayLifetime ${seconds}s\n`,
  });
  t.after(() => stack.stop());
  const plain = await openMany(stack, 'ws', 5);
  const left = await openMany(stack, 'wss', 20);
  const begin = performance.now();
  await restartHttpd(stack);
  await eventually(async () => assert.equal((await stack.status()).connections.relay, left.length));
  const staying = [...plain, ...(await openMany(stack, 'wss', 5))];
  const ends = await Promise.all(
    left.map(async (client) => ({ code: await client.ended(), at: (performance.now() - begin) / 1000 })),
  );
  for (const { code } of ends) assert.equal(code, 1012);
  const times = ends.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  t.diagnostic(`closed from ${first.toFixed(2)} to ${last.toFixed(2)} s after the graceful restart`);
  assert.ok(first >= 0.75 * seconds, 'in the last quarter of the time');
  // They are spread over two seconds, so that the clients do not come back all at once.
  assert.ok(last - first > 0.2, 'not all at the same moment');
  await eventually(async () => assert.deepEqual((await stack.status()).pids.relays, []));
  // For as long as any of them would have had, if the bound were theirs too.
  await sleep((seconds + 1) * 1000);
  await Promise.all(staying.map((client) => client.echo()));
  await Promise.all(staying.map((client) => client.close()));
});
