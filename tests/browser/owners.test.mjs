// Torrents of several owners, as user 1 sees them: with the whole list and with a window of it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { wholeList } from '../support/list-reference.mjs';
import { makeTorrent } from '../support/metainfo.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';
import { GuiPage, launchBrowser, layouts, setWindowFrom } from './browser.mjs';

const parts = [
  { part: 'whole list', windowFrom: 1000 },
  { part: 'window', windowFrom: 1 },
];

let stack;
let browser;
let users;

// Nobody has anything of them, so that one that is started goes on downloading.
const torrentNamed = (name) => {
  const { bytes } = makeTorrent({ name, length: 16_384, pieceLength: 16_384, hashed: false });
  return { metainfo: bytes.toString('base64'), paused: name !== 'mine that runs' };
};

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  await stack.rpc.call('torrent-remove', { ids: (await wholeList(stack.rpc)).map(({ hashString }) => hashString) });
  // Past the module.
  await stack.rpc.call('torrent-add', torrentNamed('nobody’s'));
  users = new Map();
  for (const userId of [1, 2]) users.set(userId, await signedInClient(stack, { userId }));
});

after(async () => {
  for (const client of users?.values() ?? []) await client.close();
  await browser?.close();
  await stack?.stop();
});

class OwnersPage extends GuiPage {
  static async open({ windowFrom, ...layout }) {
    const name = `owners-${layout.name}-${windowFrom}`;
    const gui = await super.open(browser, stack.httpUrl, { ...layout, name, prepare: (page) => setWindowFrom(page, windowFrom) });
    return Object.assign(gui, { isPhone: layout.isMobile === true });
  }

  // Runs steps with the filters in sight, which a phone has in a sheet.
  async withFilters(steps) {
    if (this.isPhone) await this.page.locator('[data-action="filters"]').click();
    await steps();
    if (this.isPhone) await this.page.locator('[data-dialog="filters"] [data-action="close"]').click();
  }

  get facet() {
    return this.page.locator('[data-facet-list="owners"]');
  }

  // What is shown of the facet's values: [name, count] of each.
  values() {
    return this.facet.locator('[aria-pressed]').evaluateAll((all) => all.map(({ children }) => [...children].map((child) => child.textContent)));
  }

  async hasValues(...expected) {
    await eventually(async () => assert.deepEqual(await this.values(), expected));
  }

  choose(facet, name) {
    return this.page.locator(`[data-facet="${facet}"]`).getByRole('button', { name }).first().click();
  }

  async hasTorrents(...names) {
    const shown = this.page.locator('[data-hash] [data-field="name"]');
    await eventually(async () => assert.deepEqual(await shown.allTextContents(), names));
  }

  search(text) {
    return this.page.getByRole('searchbox').fill(text);
  }
}

for (const layout of layouts) {
  for (const { part, windowFrom } of parts) {
    describe(`on a ${layout.name}, with the ${part}`, () => {
      let gui;
      let hashes;

      const add = async (userId, name) => {
        const answer = await users.get(userId).call('torrent.add', torrentNamed(name));
        hashes.push(answer['torrent-added'].hashString);
      };

      before(async () => {
        hashes = [];
        gui = await OwnersPage.open({ ...layout, windowFrom });
      });
      after(() => gui?.close());

      test('nothing is said of owners before any is known, and then it is counted', async () => {
        await gui.withFilters(async () => {
          await gui.page.locator('[data-facet-list="folders"]').waitFor();
          assert.equal(await gui.facet.count(), 0);
          await add(1, 'mine');
          await gui.hasValues(['Without owner', '1'], ['You', '1']);
          await add(2, 'other');
          await add(1, 'mine that runs');
          await gui.hasValues(['Without owner', '1'], ['You', '2'], ['2', '1']);
          await gui.screenshot('facet');
        });
      });

      test('owners are chosen, also with a state', async () => {
        await gui.withFilters(async () => {
          await gui.choose('owners', 'You');
          await gui.hasTorrents('mine', 'mine that runs');
          await gui.choose('status', 'Stopped');
          await gui.hasValues(['Without owner', '1'], ['You', '1'], ['2', '1']);
          await gui.hasTorrents('mine');
          await gui.choose('status', 'Downloading');
          await gui.hasValues(['You', '1']);
          await gui.hasTorrents('mine that runs');
          await gui.page.locator('[data-action="clear-filters"]').click();
          await gui.choose('owners', 'Without owner');
          await gui.hasTorrents('nobody’s');
          await gui.page.locator('[data-action="clear-filters"]').click();
        });
        await gui.hasTorrents('mine', 'mine that runs', 'nobody’s', 'other');
      });

      test('owners are searched for', async () => {
        await gui.search('owner:you');
        await gui.hasTorrents('mine', 'mine that runs');
        await gui.search('owner:you runs');
        await gui.hasTorrents('mine that runs');
        await gui.search('owner:2');
        await gui.hasTorrents('other');
        await gui.search('owner:""');
        await gui.hasTorrents('nobody’s');
        await gui.search('');
      });

      test('the list is sorted by owners', async () => {
        const byOwner = ['nobody’s', 'mine', 'mine that runs', 'other'];
        if (gui.isPhone) {
          await gui.page.getByLabel('Sort by').selectOption('owner');
          await gui.hasTorrents(...byOwner);
          await gui.page.getByLabel('Sort by').selectOption('name');
          return;
        }
        await gui.page.locator('[data-action="columns"]').click();
        await gui.page.locator('[data-dialog="columns"] [name="owner"]').check();
        await gui.page.keyboard.press('Escape');
        await gui.page.locator('[data-sort="owner"]').click();
        await gui.hasTorrents(...byOwner);
        const shown = gui.page.locator('[data-hash] [data-field="owner"]');
        await eventually(async () => assert.deepEqual(await shown.allTextContents(), ['', 'You', 'You', '2']));
        await gui.screenshot('column');
        await gui.page.locator('[data-sort="name"]').click();
        await gui.page.locator('[data-action="columns"]').click();
        await gui.page.locator('[data-dialog="columns"] [data-action="reset"]').click();
        await gui.page.keyboard.press('Escape');
      });

      test('owners go with their torrents', async () => {
        await gui.hasTorrents('mine', 'mine that runs', 'nobody’s', 'other');
        await gui.withFilters(async () => {
          await users.get(2).call('torrent.remove', { ids: hashes.slice(1, 2) });
          await gui.hasValues(['Without owner', '1'], ['You', '2']);
          await users.get(1).call('torrent.remove', { ids: [hashes[0], hashes[2]] });
          await gui.facet.waitFor({ state: 'detached' });
        });
        await gui.hasTorrents('nobody’s');
      });
    });
  }
}
