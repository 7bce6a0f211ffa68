// The demo's page in a browser, on the real stack: what a user sees and does.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';

const downloading = 'ubuntu-16.10-desktop-amd64.iso';
const seeding = 'kubuntu-16.10-desktop-amd64.iso';
const extra = 'edubuntu-14.04.5-dvd-amd64.iso';
const started = /Downloading|Stalled|Queued|Seeding/;

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
      // So that nothing is complete before the tests are; a daemon that was killed has forgotten it.
      await stack.rpc.call('session-set', { 'speed-limit-down': 1000 });
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

    test('what the daemon refuses is told in its words, and stays to be corrected', async () => {
      const dialog = await gui.openAddDialog();
      const file = { name: 'broken.torrent', mimeType: 'application/x-bittorrent', buffer: Buffer.from('broken') };
      await dialog.locator('[name="files"]').setInputFiles(file);
      await dialog.locator('[data-action="confirm"]').click();
      await dialog.getByText(/broken\.torrent failed.*invalid or corrupt/).waitFor();
      await gui.screenshot('refused');
      await gui.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    });

    test('a magnet link is pasted anywhere', async () => {
      await gui.paste('magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=pasted');
      await gui.page.locator('[data-dialog="add"] [data-action="confirm"]').click();
      await gui.status('pasted', 'Getting metadata');
      await gui.row('pasted').click();
      await gui.act('remove');
      await gui.page.locator('[data-dialog="remove"] [data-action="confirm"]').click();
      await gui.row('pasted').waitFor({ state: 'detached' });
    });

    test('a torrent is stopped and started, and another page sees it', async () => {
      const other = await GuiPage.open(browser, stack.httpUrl, { name: `${name}-other` });
      await gui.row(extra).click();
      await gui.act('stop');
      await gui.status(extra, 'Stopped');
      await other.status(extra, 'Stopped');
      await gui.screenshot('stopped');
      await gui.act('start');
      await gui.status(extra, started);
      await other.status(extra, started);
      await other.close();
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
      await gui.page.locator('[data-filter="downloading"]').click();
      await gui.row(seeding).waitFor({ state: 'detached' });
      await gui.row(downloading).waitFor();
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

    test('when the site no longer knows its user the page says so, and goes on after a login', async () => {
      await gui.duringOutage(async () => {
        await gui.page.context().clearCookies();
        process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
        await gui.connection('signed-out');
        await gui.screenshot('signed-out');
        const login = await gui.page.context().newPage();
        await login.goto(stack[scheme]);
        await login.close();
        await gui.page.getByRole('button', { name: 'Try again' }).click();
        await gui.connection('connected');
      });
      assert.equal(await gui.page.evaluate(() => window.isSamePage), true);
    });

    test('the page shows the daemon down and up again', async () => {
      const rows = await gui.page.locator('[data-hash]').count();
      // The demo starts it again each time, until the page was seen.
      const killing = setInterval(() => killIfAlive(stack.pid('transmission')), 100);
      try {
        await gui.daemon('down').waitFor();
        await gui.page.getByText('last update').waitFor();
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
