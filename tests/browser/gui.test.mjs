// The demo's page in a browser, on the real stack: what a user sees and does.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';

const downloading = 'ubuntu-16.10-desktop-amd64.iso';
const extra = 'edubuntu-14.04.5-dvd-amd64.iso';

const layouts = [
  { name: 'desktop', scheme: 'tlsUrl', viewport: { width: 1280, height: 800 } },
  { name: 'phone', scheme: 'httpUrl', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

let stack;
let browser;

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  // Its processes were killed on purpose, and it says so.
  await stack?.stop([/\[torrent_ws:/]);
});

function killIfAlive(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

for (const { name, scheme, ...context } of layouts) {
  describe(`on a ${name}, by ${scheme === 'tlsUrl' ? 'wss' : 'ws'}`, () => {
    let gui;

    before(async () => {
      gui = await GuiPage.open(browser, stack[scheme], { name, ...context });
      // Gone after a reload.
      await gui.page.evaluate(() => (window.isSamePage = true));
    });

    after(() => gui?.close());

    test('a torrent moves', async () => {
      await gui.progressBeyond(downloading, await gui.progress(downloading));
      await gui.daemon('up').waitFor();
      await gui.screenshot('list');
    });

    test('a torrent is added from a file and downloads', async () => {
      await gui.addFile(stack.extraTorrent);
      await gui.row(extra).waitFor();
      await gui.progressBeyond(extra, 0);
    });

    test('a torrent that is there already is not added twice', async () => {
      await gui.addFile(stack.extraTorrent);
      await gui.page.locator('[data-notice="done"]').filter({ hasText: 'was in the list before' }).waitFor();
      assert.equal(await gui.row(extra).count(), 1);
    });

    test('a torrent is stopped and started', async () => {
      await gui.row(extra).click();
      await gui.act('stop');
      await gui.status(extra, 'Stopped');
      await gui.screenshot('stopped');
      await gui.act('start');
      await gui.status(extra, /Downloading|Stalled|Queued|Seeding/);
    });

    test('a torrent is removed with its data', async () => {
      await gui.act('remove');
      const dialog = gui.page.locator('[data-dialog="remove"]');
      await dialog.getByText(extra).waitFor();
      await dialog.locator('[name="delete-data"]').check();
      await gui.screenshot('remove');
      await dialog.locator('[data-action="confirm"]').click();
      await gui.row(extra).waitFor({ state: 'detached' });
      const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name'] });
      assert.ok(!torrents.some((torrent) => torrent.name === extra));
    });

    test('filters and search choose rows', async () => {
      await gui.page.locator('[data-filter="stopped"]').click();
      await gui.row('xubuntu-16.10-desktop-amd64.iso').waitFor();
      await gui.row(downloading).waitFor({ state: 'detached' });
      await gui.page.locator('[data-filter="all"]').click();
      await gui.page.getByRole('searchbox').fill('DESKTOP ubuntu-16.10');
      await gui.row('ubuntu-core-16').waitFor({ state: 'detached' });
      await gui.row(downloading).waitFor();
      await gui.page.getByRole('searchbox').fill('');
      await gui.row('ubuntu-core-16').waitFor();
    });

    test('the death of the event loop is outlived without a reload', async () => {
      const { pids } = await stack.status();
      await gui.duringOutage(async () => {
        process.kill(pids.event_loop, 'SIGKILL');
        await gui.connection('reconnecting');
        await gui.screenshot('reconnecting');
        await gui.connection('connected');
      });
      await gui.progressBeyond(downloading, await gui.progress(downloading));
      assert.notEqual((await stack.status()).pids.event_loop, pids.event_loop);
      assert.equal(await gui.page.evaluate(() => window.isSamePage), true);
    });

    test('the page shows the daemon down and up again', async () => {
      const rows = await gui.page.locator('[data-hash]').count();
      // The demo starts it again each time, until the page was seen.
      const killing = setInterval(() => killIfAlive(stack.pid('transmission')), 100);
      try {
        await gui.daemon('down').waitFor();
        await gui.page.getByText('Last update').waitFor();
        assert.equal(await gui.page.locator('[data-hash]').count(), rows);
        await gui.screenshot('daemon-down');
      } finally {
        clearInterval(killing);
      }
      await gui.daemon('up').waitFor();
      await gui.progressBeyond(downloading, await gui.progress(downloading));
      assert.equal(await gui.page.evaluate(() => window.isSamePage), true);
    });
  });
}
