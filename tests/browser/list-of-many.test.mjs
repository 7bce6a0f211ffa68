// Lists of thousands of torrents, and of several daemons.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { LongListDaemon } from '../support/long-list-daemon.mjs';
import { eventually } from '../support/patience.mjs';
import { addSmallTorrents } from '../support/small-torrents.mjs';
import { startStack } from '../support/stack.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { GuiPage, launchBrowser, setWindowFrom } from './browser.mjs';

const torrentCount = 3000;
const viewport = { width: 1280, height: 800 };

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

describe('of thousands', () => {
  let daemon;
  let stack;

  before(async () => {
    daemon = await LongListDaemon.start(torrentCount);
    stack = await startStack({ backend: daemon.url });
  });
  after(async () => {
    await stack?.stop();
    await daemon?.stop();
  });

  for (const [part, windowFrom] of [['whole list', torrentCount + 1], ['window', 1000]]) { // prettier-ignore
    test(`all, all others and a range are selected by keys, in the ${part}`, async () => {
      const gui = await GuiPage.open(browser, stack.httpUrl, {
        name: 'many',
        viewport,
        prepare: (page) => setWindowFrom(page, windowFrom),
      });
      const grid = gui.page.getByRole('grid');
      const selected = (count) =>
        gui.page.locator('[data-total="selected"]').getByText(`${count.toLocaleString('en')} selected`, { exact: true }).waitFor();
      await eventually(async () => assert.equal(await grid.getAttribute('aria-rowcount'), `${torrentCount + 1}`));
      await grid.press('Control+a');
      await selected(torrentCount);
      await gui.page.locator('[data-hash]').nth(2).click({ modifiers: ['Control'] });
      await selected(torrentCount - 1);
      await grid.press('Control+i');
      await selected(1);
      await grid.press('Shift+End');
      await selected(torrentCount - 2);
      await grid.press('Shift+Home');
      await selected(3);
      await gui.close();
    });
  }
});

describe('of two daemons', () => {
  const names = ['main', 'other'];
  let other;
  let stack;
  let gui;

  before(async () => {
    other = await TransmissionDaemon.start();
    stack = await startStack({ conf: `TorrentWsBackend other ${other.url}\n` });
    await addSmallTorrents(other.rpc, 0, 5, other.downloads);
    gui = await GuiPage.open(browser, stack.httpUrl, { name: 'daemons', viewport });
  });
  after(async () => {
    await gui?.close();
    await stack?.stop();
    await other?.stop();
  });

  const daemons = async () => {
    const hashes = await gui.page.locator('[data-hash]').evaluateAll((rows) => rows.map(({ dataset }) => dataset.hash));
    return hashes.map((hash) => hash.split('.')[0]);
  };
  const value = (daemon) => gui.page.locator(`[data-facet="daemons"][data-value="${daemon}"]`);

  test('each is a value that the list is filtered by', async () => {
    await eventually(async () => assert.equal((await daemons()).filter((daemon) => daemon === 'other').length, 5));
    assert.equal(await gui.page.locator('[data-facet="daemons"]').count(), names.length);
    for (const name of names) {
      await value(name).getByRole('button').click();
      await eventually(async () => assert.deepEqual([...new Set(await daemons())], [name]));
    }
    await value('other').getByRole('button').click();
    await gui.page.getByRole('searchbox').fill('daemon:oth');
    await eventually(async () => assert.deepEqual(await daemons(), Array(5).fill('other')));
    await gui.page.getByRole('searchbox').fill('');
  });

  test('the list is sorted by them', async () => {
    await gui.page.locator('[data-action="columns"]').click();
    const dialog = gui.page.locator('[data-dialog="columns"]');
    await dialog.locator('[name="daemon"]').check();
    await dialog.locator('[data-action="confirm"]').click();
    const isSorted = async (ofNames) =>
      eventually(async () => {
        const shown = await daemons();
        assert.deepEqual(shown, [...shown].sort((left, right) => ofNames.indexOf(left) - ofNames.indexOf(right)));
        assert.deepEqual([...new Set(shown)], ofNames);
      });
    await gui.page.locator('[data-sort="daemon"]').click();
    await isSorted(names);
    await gui.page.locator('[data-sort="daemon"]').click();
    await isSorted([...names].reverse());
    await gui.screenshot('sorted');
  });
});
