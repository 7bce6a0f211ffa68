// The handover on each MPM: open connections hold no httpd worker, and outlive graceful restarts and the
// children that took them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
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

    const busyWorkers = async () => {
      const { body } = await stack.get('/server-status?auto');
      return Number(/^BusyWorkers: (\d+)$/m.exec(body)[1]);
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
      await eventually(async () => assert.equal(await busyWorkers(), 1));
    });

    test('graceful restarts drop none of them', async () => {
      for (let i = 0; i < gracefuls; ++i) {
        const generations = () => stack.errorLog().match(/AH00489|AH00163|AH00292/g).length;
        const before = generations();
        process.kill(stack.pid('httpd'), 'SIGUSR1');
        await eventually(() => assert.ok(generations() > before));
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
