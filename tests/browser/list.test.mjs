// What the list shows and how: filters with counts, terms in the search, several sort keys, columns, and selections.
// Each of it with the whole list and with a window of it, where it makes a difference.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { referenceWindow, wholeList } from '../support/list-reference.mjs';
import { eventually } from '../support/patience.mjs';
import { addSmallTorrents } from '../support/small-torrents.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';
import { GuiPage, launchBrowser, layouts, setWindowFrom } from './browser.mjs';

const torrentCount = 120;
const parts = [
  { part: 'whole list', windowFrom: 1000 },
  { part: 'window', windowFrom: 10 },
];

let stack;
let browser;
let films;

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  await stack.rpc.call('torrent-remove', { ids: (await wholeList(stack.rpc)).map(({ hashString }) => hashString) });
  await addSmallTorrents(stack.rpc, 0, torrentCount, `${stack.root}/downloads`);
  films = `${stack.root}/downloads/films`;
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

class ListPage extends GuiPage {
  static open({ name, windowFrom, ...context }) {
    return super.open(browser, stack.httpUrl, {
      ...context,
      name: `list-${name}`,
      prepare: (page) => setWindowFrom(page, windowFrom),
    });
  }

  get grid() {
    return this.page.getByRole('grid');
  }

  // The torrents of the rows that exist, in order.
  rows() {
    return this.page.locator('[data-hash]').evaluateAll((rows) => rows.map((row) => row.dataset.hash));
  }

  // What a column says in the rows that are in sight: the others are brought up to date when they come there.
  textsInSight(column) {
    return this.grid.evaluate((list, of) => {
      const end = list.getBoundingClientRect().bottom;
      const inSight = [...list.querySelectorAll('[data-hash]')].filter((row) => row.getBoundingClientRect().y < end);
      return inSight.map((row) => row.querySelector(`[data-column="${of}"]`).textContent);
    }, column);
  }

  // The counts that are shown of the facets' values. Of what nobody has there is nothing, or 0.
  counts() {
    return this.page.locator('[data-facet]').evaluateAll((values) => {
      const counts = {};
      for (const { dataset, lastChild } of values) {
        counts[dataset.facet] ??= {};
        counts[dataset.facet][dataset.value] = Number(lastChild.lastChild.textContent);
      }
      return counts;
    });
  }

  // Waits until rows and counts are what the daemon's list gives.
  async isExact(spec = {}) {
    await eventually(async () => {
      const { order, counts } = referenceWindow(await wholeList(stack.rpc), { ...spec, limit: Infinity });
      const rows = await this.rows();
      const headerRows = await this.grid.locator('[role=row]:has([role=columnheader])').count();
      assert.equal(Number(await this.grid.getAttribute('aria-rowcount')), order.length + headerRows);
      assert.ok(rows.length > 0 || order.length === 0);
      assert.deepEqual(rows, order.slice(0, rows.length));
      // Of each of these the page shows all values.
      for (const [facet, values] of Object.entries(await this.counts()))
        assert.deepEqual(Object.fromEntries(Object.entries(values).filter(([, count]) => count > 0)), counts[facet], facet);
    });
  }

  value(facet, value) {
    return this.page.locator(`[data-facet="${facet}"][data-value="${value}"]`).first();
  }

  choose(facet, value, options) {
    return this.value(facet, value).getByRole('button').click(options);
  }

  search(text) {
    return this.page.getByRole('searchbox').fill(text);
  }

  selected(count) {
    return this.page.locator('[data-total="selected"]').getByText(`${count} selected`, { exact: true }).waitFor();
  }

  columns() {
    return this.page.getByRole('columnheader').evaluateAll((all) => all.map(({ dataset }) => dataset.columnHeader));
  }

  // The columns that the list says it is sorted by.
  sorted() {
    const headers = this.page.locator('[aria-sort$="ending"]');
    return headers.evaluateAll((all) => all.map(({ dataset }) => dataset.columnHeader));
  }

  header(column) {
    return this.page.locator(`[data-column-header="${column}"]`);
  }

  // Drags with the mouse, by so many pixels or to the left half of another element.
  async dragFrom(element, to) {
    const from = await element.boundingBox();
    const [x, y] = [from.x + from.width / 2, from.y + from.height / 2];
    const end = 'x' in to ? x + to.x : (await to.boundingBox()).x + 10;
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(end, y, { steps: 5 });
    await this.page.mouse.up();
  }

  async widthOf(column) {
    return Math.round((await this.header(column).boundingBox()).width);
  }
}

for (const layout of layouts) {
  const isPhone = layout.isMobile === true;
  for (const { part, windowFrom } of parts) {
    describe(`on a ${layout.name}, with the ${part}`, () => {
      let gui;

      before(async () => {
        gui = await ListPage.open({ ...layout, windowFrom });
      });
      after(() => gui?.close());

      test('facets are combined, and count what matches the others', async () => {
        if (isPhone) await gui.page.locator('[data-action="filters"]').click();
        await gui.choose('labels', 'old');
        await gui.isExact({ filter: { labels: ['old'] } });
        await gui.choose('folders', films);
        await gui.isExact({ filter: { labels: ['old'], folders: [films] } });
        await gui.value('labels', '').getByRole('checkbox').click({ force: true });
        await gui.isExact({ filter: { labels: ['old', ''], folders: [films] } });
        await gui.choose('trackers', 'localhost', isPhone ? {} : { modifiers: ['Control'] });
        await gui.isExact({ filter: { labels: ['old', ''], folders: [films], trackers: ['localhost'] } });
        await gui.screenshot(`filters-${windowFrom}`);
        if (isPhone) {
          await gui.page.locator('[data-dialog="filters"] [data-action="close"]').click();
          await gui.page.locator('[data-total="filters"]').getByText('4', { exact: true }).waitFor();
          await gui.page.locator('[data-action="filters"]').click();
        }
        await gui.choose('folders', films);
        await gui.choose('status', 'problem');
        await gui.isExact({ filter: { labels: ['old', ''], trackers: ['localhost'], status: ['problem'] } });
        await gui.page.locator('[data-action="clear-filters"]').click();
        await gui.isExact();
        if (isPhone) await gui.page.keyboard.press('Escape');
        assert.equal(await gui.page.locator('[data-facet-list="daemons"]').count(), 0);
      });

      test('the search takes terms', async () => {
        await gui.search('label:OL');
        await gui.isExact({ filter: { labels: ['old'] } });
        await gui.search('ähre folder:films label:""');
        await gui.isExact({ filter: { search: 'ähre', folders: [films], labels: [''] } });
        await gui.search('is:stop tracker:local 1');
        await gui.isExact({ filter: { search: '1', trackers: ['localhost'] } });
        await gui.search('daemon:mai beta');
        await gui.isExact({ filter: { search: 'beta' } });
        for (const nothing of ['label:nobody', 'is:lost', 'daemon:other']) {
          await gui.search(nothing);
          await gui.page.getByText('No torrent matches.').waitFor();
        }
        await gui.search('');
        await gui.isExact();
      });

      test('a label that comes to be known is counted and found', async () => {
        const [{ hashString, labels }] = await wholeList(stack.rpc);
        await gui.search('label:fresh');
        await gui.page.getByText('No torrent matches.').waitFor();
        // Past the module, it would be read when the daemon's labels are read next.
        const other = await signedInClient(stack);
        await other.call('torrent.set', { ids: [hashString], labels: ['fresh'] });
        await gui.isExact({ filter: { labels: ['fresh'] } });
        await other.call('torrent.set', { ids: [hashString], labels });
        await gui.page.getByText('No torrent matches.').waitFor();
        await gui.search('');
        await other.close();
      });

      if (isPhone) return;

      test('a further column sorts what is equal by the first', async () => {
        await gui.page.locator('[data-sort="status"]').click();
        await gui.page.locator('[data-sort="name"]').click({ modifiers: ['Shift'] });
        await gui.page.locator('[data-sort="name"]').press('Shift+Enter');
        await gui.isExact({ sort: [['status', 'asc'], ['name', 'desc']] }); // prettier-ignore
        assert.equal(await gui.header('status').getAttribute('aria-sort'), 'ascending');
        assert.equal(await gui.header('name').getAttribute('aria-sort'), 'descending');
        assert.equal(await gui.header('name').locator('[data-rank]').textContent(), '2');
        await gui.page.locator('[data-sort="name"]').click();
        await gui.isExact();
      });

      test('a row out of sight is left alone, and is as it should be when it comes into sight', async () => {
        const inDocument = await gui.rows();
        const [first, last] = [inDocument[0], inDocument.at(-1)];
        const status = (hash) => gui.page.locator(`[data-hash="${hash}"] [data-field="status"]`);
        await stack.rpc.call('torrent-start', { ids: [first, last] });
        await eventually(async () => assert.notEqual(await status(first).getAttribute('data-activity'), 'stopped'));
        assert.equal(await status(last).getAttribute('data-activity'), 'stopped');
        await status(last).evaluate((cell) => cell.scrollIntoView());
        await eventually(async () => assert.notEqual(await status(last).getAttribute('data-activity'), 'stopped'));
        await stack.rpc.call('torrent-stop', { ids: [first, last] });
        await gui.grid.evaluate((list) => (list.scrollTop = 0));
        await gui.isExact();
      });

      test('all are selected at once, inverted and dropped', async () => {
        await gui.grid.press('Control+a');
        await gui.selected(torrentCount);
        await gui.page.locator('[data-hash]').nth(2).click({ modifiers: ['Control'] });
        await gui.selected(torrentCount - 1);
        await gui.grid.press('Control+i');
        await gui.selected(1);
        assert.equal(await gui.page.locator('[data-hash]').nth(2).getAttribute('aria-selected'), 'true');
        await gui.grid.press('Escape');
        await gui.page.locator('[data-total="selected"]').waitFor({ state: 'detached' });
      });
    });
  }
}

test('rows have another height on a page that is turned, and all can be scrolled to', async () => {
  const gui = await ListPage.open({ ...layouts[0], windowFrom: 1000 });
  const distance = () =>
    gui.page.locator('[data-hash]').evaluateAll(([first, second]) => second.getBoundingClientRect().y - first.getBoundingClientRect().y);
  const length = () => gui.page.locator('[role=grid] > [role=presentation]').evaluate((rows) => rows.clientHeight);
  for (const [width, height] of [[1280, 34], [600, 64], [1280, 34]]) { // prettier-ignore
    await gui.page.setViewportSize({ width, height: 800 });
    await eventually(async () => {
      assert.equal(await distance(), height);
      assert.equal(await length(), height * torrentCount);
    });
    await gui.isExact();
  }
  await gui.close();
});

test('rows that come into sight as the page is turned follow their torrents', async () => {
  const gui = await ListPage.open({ ...layouts[0], viewport: { width: 1280, height: 480 }, windowFrom: 1000 });
  const status = (hash) => gui.page.locator(`[data-hash="${hash}"] [data-field="status"]`);
  const headers = gui.page.getByRole('columnheader');
  for (const height of [780, 800, 820, 840]) {
    await gui.page.setViewportSize({ width: 1280, height: 480 });
    await eventually(async () => assert.equal(await headers.count(), 9));
    await gui.page.setViewportSize({ width: 600, height });
    await eventually(async () => assert.equal(await headers.count(), 0));
    const inSight = (await gui.textsInSight('status')).length;
    const hash = (await gui.rows())[inSight - 1];
    const before = await status(hash).getAttribute('data-activity');
    await stack.rpc.call(before === 'stopped' ? 'torrent-start' : 'torrent-stop', { ids: [hash] });
    await eventually(async () => assert.notEqual(await status(hash).getAttribute('data-activity'), before));
  }
  await stack.rpc.call('torrent-stop', { ids: await gui.rows() });
  await gui.close();
});

test('Shift takes a range on a narrow page too, and a row out of sight is not named as the active one', async () => {
  const gui = await ListPage.open({ ...layouts[0], viewport: { width: 600, height: 800 }, windowFrom: 10 });
  const rows = gui.page.locator('[data-hash]');
  await rows.nth(1).click();
  await rows.nth(4).click({ modifiers: ['Shift'] });
  await gui.selected(4);
  await gui.page.keyboard.press('Escape');
  const id = await gui.grid.getAttribute('aria-activedescendant');
  assert.equal(await gui.page.locator(`[id="${id}"]`).count(), 1);
  assert.equal(await rows.first().getAttribute('aria-rowindex'), '1');
  // Out of sight, there is no element to name.
  await gui.grid.evaluate((list) => (list.scrollTop = list.scrollHeight));
  await eventually(async () => assert.equal(await gui.grid.getAttribute('aria-activedescendant'), null));
  await gui.close();
});

test('nothing moves on a page whose user wants that', async () => {
  const gui = await ListPage.open({ ...layouts[0], reducedMotion: 'reduce', windowFrom: 1000 });
  const moving = await gui.page.evaluate(() =>
    [...document.querySelectorAll('#torrent-ws, #torrent-ws *')].filter((element) => {
      const { animationName, transitionDuration } = getComputedStyle(element);
      return animationName !== 'none' || transitionDuration !== '0s';
    }).length,
  );
  assert.equal(moving, 0);
  await gui.close();
});

describe('columns', () => {
  let gui;

  const openPage = () => ListPage.open({ ...layouts[0], windowFrom: 10 });
  before(async () => {
    gui = await openPage();
  });
  after(() => gui?.close());

  test('are chosen and ordered in a dialog, by keyboard', async () => {
    await gui.page.locator('[data-action="columns"]').press('Enter');
    const dialog = gui.page.locator('[data-dialog="columns"]');
    await dialog.locator('[name="peers"]').press('Space');
    assert.equal(await dialog.locator(':focus').getAttribute('name'), 'peers');
    await dialog.locator('[name="labels"]').press('Space');
    await dialog.locator('[name="tracker"]').press('Space');
    // A window is told of trackers only when they are to be shown.
    await eventually(async () => {
      const texts = await gui.textsInSight('tracker');
      assert.ok(texts.length > 10);
      for (const text of texts) assert.match(text, /^(127\.0\.0\.1|localhost)$/);
    });
    const up = dialog.locator('[data-shown-column="tracker"] [data-move="up"]');
    await up.press('Enter');
    await gui.page.keyboard.press('Enter');
    await gui.screenshot('columns');
    await dialog.locator('[data-action="confirm"]').click();
    await dialog.waitFor({ state: 'detached' });
    const expected = ['name', 'status', 'progress', 'size', 'download', 'upload', 'eta', 'tracker', 'ratio', 'labels'];
    assert.deepEqual(await gui.columns(), expected);
    await gui.screenshot('chosen');
  });

  test('are moved by keys, which does not sort', async () => {
    await gui.page.locator('[data-sort="tracker"]').press('Alt+Shift+ArrowLeft');
    await eventually(async () => assert.equal((await gui.columns())[6], 'tracker'));
    assert.deepEqual(await gui.sorted(), ['name']);
    // The server sorts no window by trackers.
    assert.equal(await gui.header('tracker').getAttribute('aria-sort'), null);
  });

  test('are resized by keys', async () => {
    const width = await gui.widthOf('size');
    await gui.page.locator('[data-sort="size"]').press('Alt+ArrowLeft');
    await eventually(async () => assert.equal(await gui.widthOf('size'), width - 10));
  });

  test('are dragged to another place, which does not sort', async () => {
    const from = await gui.columns();
    await gui.dragFrom(gui.page.locator('[data-sort="size"]'), gui.page.locator('[data-sort="status"]'));
    const others = from.filter((id) => id !== 'size');
    await eventually(async () => assert.deepEqual(await gui.columns(), ['name', 'size', ...others.slice(1)]));
    assert.deepEqual(await gui.sorted(), ['name']);
  });

  test('leave the keys to the page and to the list', async () => {
    await gui.page.locator('[data-sort="size"]').focus();
    await gui.page.keyboard.press('ArrowDown');
    assert.equal(await gui.grid.getAttribute('aria-activedescendant'), null);
    await gui.page.keyboard.press('Control+a');
    await gui.selected(torrentCount);
    await gui.page.keyboard.press('Escape');
    await gui.page.locator('[data-total="selected"]').waitFor({ state: 'detached' });
  });

  test('are made wider by their edge, which does not move them', async () => {
    const [columns, width] = [await gui.columns(), await gui.widthOf('size')];
    await gui.dragFrom(gui.page.locator('[data-edge="size"]'), { x: 60, y: 0 });
    await eventually(async () => assert.equal(await gui.widthOf('size'), width + 60));
    assert.deepEqual(await gui.columns(), columns);
  });

  test('fit what is in sight after a double click', async () => {
    await gui.page.locator('[data-edge="size"]').dblclick();
    const isCutOff = (cells) => cells.some((cell) => cell.scrollWidth > cell.clientWidth);
    await eventually(async () => {
      assert.ok((await gui.widthOf('size')) < 100);
      assert.equal(await gui.page.locator('[data-column="size"]').evaluateAll(isCutOff), false);
    });
  });

  test('that do not fit are scrolled to', async () => {
    await gui.page.locator('[data-action="columns"]').click();
    const dialog = gui.page.locator('[data-dialog="columns"]');
    for (const name of ['folder', 'added', 'done', 'uploaded', 'activity']) await dialog.locator(`[name="${name}"]`).check();
    await gui.page.keyboard.press('Escape');
    const isInSight = () => gui.header('activity').evaluate((header) => header.getBoundingClientRect().right <= innerWidth);
    assert.equal(await isInSight(), false);
    await gui.grid.evaluate((list) => (list.scrollLeft = list.scrollWidth));
    await eventually(async () => assert.equal(await isInSight(), true));
    const [header, cell] = [gui.header('activity'), gui.page.locator('[data-column="activity"]').first()];
    assert.equal((await header.boundingBox()).x, (await cell.boundingBox()).x);
    await gui.screenshot('scrolled');
  });

  test('and the order are kept for the next page', async () => {
    await gui.page.locator('[data-sort="size"]').click();
    const columns = await gui.columns();
    // Another browser knows nothing but what the server does.
    const other = await openPage();
    await eventually(async () => {
      assert.deepEqual(await other.columns(), columns);
      assert.equal(await other.header('size').getAttribute('aria-sort'), 'descending');
    });
    await other.close();
  });

  test('are reset', async () => {
    await gui.page.locator('[data-action="columns"]').click();
    await gui.page.locator('[data-dialog="columns"] [data-action="reset"]').click();
    await gui.page.keyboard.press('Escape');
    await eventually(async () => assert.ok((await gui.columns()).includes('peers') && !(await gui.columns()).includes('tracker')));
  });
});
