// The page in the style of 2016 (WAMP v1, the talk's topic with user id and token) on the real stack: what its user sees.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';
import { LegacyPage } from './legacy-page.mjs';

const downloading = 'ubuntu-16.10-desktop-amd64.iso';

let stack;
let browser;
before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  // Its event loop was killed on purpose, and it says so.
  await stack?.stop([/\[torrent_ws:/]);
});

for (const [scheme, site] of [
  ['ws', 'httpUrl'],
  ['wss', 'tlsUrl'],
]) {
  describe(`the page by ${scheme}`, () => {
    let legacy;
    before(async () => {
      // So that nothing is complete before the tests are.
      await stack.rpc.call('session-set', { 'speed-limit-down': 1000 });
      legacy = await LegacyPage.open(browser, stack[site], { name: `legacy-${scheme}`, viewport: { width: 1000, height: 600 } });
    });
    after(() => legacy?.close());

    test('lists what the daemon has', async () => {
      const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name'] });
      for (const { hashString, name } of torrents) {
        assert.equal(await legacy.row(name).getAttribute('data-hash'), hashString);
      }
      assert.equal(await legacy.page.locator('[data-hash]').count(), torrents.length);
      await legacy.screenshot('list');
    });

    test('shows each change', async () => {
      const done = legacy.row(downloading).locator('td:nth-child(3)');
      const before = await done.textContent();
      await done.filter({ hasNotText: before }).waitFor();
    });

    test('stops and starts a torrent, which other pages see, too', async () => {
      const gui = await GuiPage.open(browser, stack[site], { name: `beside-${scheme}` });
      await legacy.press(downloading, 'Stop');
      await legacy.shows(downloading, 'status', 'Stopped');
      await gui.status(downloading, 'Stopped');
      await legacy.press(downloading, 'Start');
      await legacy.shows(downloading, 'status', 'Downloading');
      await gui.status(downloading, /Downloading|Stalled/);
      await gui.close();
    });

    test('connects again with a token of its own when the connection is lost', async () => {
      await legacy.duringOutage(async () => {
        process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
        await legacy.connection('Connection lost');
        await legacy.connection('Connected');
        await legacy.press(downloading, 'Stop');
        await legacy.shows(downloading, 'status', 'Stopped');
        await legacy.press(downloading, 'Start');
        await legacy.shows(downloading, 'status', 'Downloading');
      });
    });
  });
}
