// A daemon is asked while somebody looks, the same for one as for many, and no longer: however the last one left.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { GuiPage, launchBrowser } from '../browser/browser.mjs';
import { BusyDaemon } from '../support/busy-daemon.mjs';
import { startIdleClient } from '../support/idle-client.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const interval = 200;
const goingAway = 1001;

let daemon;
let stack;
before(async () => {
  daemon = await BusyDaemon.start(10);
  stack = await startStack({
    backend: daemon.url,
    conf: `TorrentWsPollInterval ${interval}ms\nTorrentWsPingInterval 1s\n`,
  });
});
after(async () => {
  await stack?.stop();
  await daemon?.stop();
});

async function subscriber(options) {
  const client = await signedInClient(stack, options);
  const events = await client.subscribe('torrents');
  await events.next();
  return Object.assign(client, { events });
}

async function requestsDuring(intervals) {
  const before = daemon.requests;
  const begin = performance.now();
  await sleep(intervals * interval);
  return { requests: daemon.requests - before, intervals: (performance.now() - begin) / interval };
}

async function assertAsked() {
  const { requests } = daemon;
  await eventually(() => assert.ok(daemon.requests > requests + 2, 'is not asked'));
}

// A poll is two requests: of the torrents, and of the session's totals.
const requestsOfPoll = 2;

// A poll that is on its way when the last subscriber leaves is all there is, then none.
async function assertLeftAlone() {
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
  const first = await requestsDuring(2);
  assert.ok(first.requests <= requestsOfPoll, `${first.requests} requests`);
  assert.equal((await requestsDuring(8)).requests, 0);
}

const ways = {
  UNSUBSCRIBE: async (client) => {
    await client.unsubscribe(client.events);
    return () => client.close();
  },
  GOODBYE: (client) => client.leave(),
  'a close': (client) => client.close(),
  "a page's end": (client) => client.close(goingAway),
};

describe('the daemon is left alone after the last subscriber left', () => {
  for (const scheme of ['ws', 'wss']) {
    for (const [way, leave] of Object.entries(ways)) {
      test(`by ${way}, over ${scheme}`, async () => {
        const clients = [await subscriber({ scheme }), await subscriber({ userId: 2, scheme })];
        await leave(clients[0]);
        await assertAsked(); // for the other one
        const end = await leave(clients[1]);
        await assertLeftAlone();
        if (typeof end === 'function') await end();
        await clients[0].close();
      });
    }

    test(`with its process, over ${scheme}`, async () => {
      const client = await startIdleClient(stack, scheme, 'torrents');
      await assertAsked();
      await client.end();
      await assertLeftAlone();
    });

    test(`with its network, over ${scheme}`, async () => {
      const client = await startIdleClient(stack, scheme, 'torrents');
      await assertAsked();
      process.kill(client.pid, 'SIGSTOP');
      try {
        await assertLeftAlone();
      } finally {
        await client.end();
      }
    });
  }

  test('by going to another page in a browser', async () => {
    const browser = await launchBrowser();
    try {
      const { page } = await GuiPage.open(browser, stack.httpUrl, { name: 'idle' });
      await assertAsked();
      await page.goto('about:blank');
      await assertLeftAlone();
      await page.goBack();
      await page.locator('[data-hash]').first().waitFor();
      await assertAsked();
    } finally {
      await browser.close();
    }
    await assertLeftAlone();
  });
});

test('fifty subscribers cost the daemon what one does', async (t) => {
  const counted = 20;
  const one = await subscriber();
  const alone = await requestsDuring(counted);
  const others = await Promise.all(
    Array.from({ length: 49 }, (none, at) => subscriber({ scheme: at % 2 ? 'wss' : 'ws', userId: 1 + (at % 3) })),
  );
  const together = await requestsDuring(counted);
  await Promise.all([one, ...others].map((client) => client.close()));
  t.diagnostic(`in ${counted} intervals: ${alone.requests} requests for one, ${together.requests} for fifty`);
  assert.ok(alone.requests >= 1, 'is not asked');
  for (const { requests, intervals } of [alone, together]) {
    assert.ok(requests <= requestsOfPoll * (intervals + 1), `${requests} in ${intervals} intervals`);
  }
  await assertLeftAlone();
});
