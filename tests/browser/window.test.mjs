// The page with a list so long that it takes a window of it: what a user sees and does is what the daemon's whole list
// gives, and the whole list never comes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { referenceWindow, wholeList } from '../support/list-reference.mjs';
import { eventually } from '../support/patience.mjs';
import { addSmallTorrents } from '../support/small-torrents.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';
import { GuiPage, launchBrowser, setWindowFrom } from './browser.mjs';

const torrentCount = 400;
const windowFrom = 200;
// More rows than a page may have on any screen, and fewer than the list has.
const mostTorrentsTold = 350;
const subscribe = 32;
const unsubscribe = 34;
const event = 36;
const stopped = 0;

const layouts = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

let stack;
let browser;
let added = 0;

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  // Those of the demo change by themselves.
  await stack.rpc.call('torrent-remove', { ids: (await wholeList(stack.rpc)).map(({ hashString }) => hashString) });
  await stack.rpc.call('session-set', { 'download-queue-enabled': false });
  await addTorrents(torrentCount);
});

after(async () => {
  await browser?.close();
  // Its event loop was killed on purpose, and it says so.
  await stack?.stop([/\[torrent_ws:/]);
});

// Waits until the daemon has stopped just so many.
function daemonHasStopped(count) {
  return eventually(async () => {
    const list = await wholeList(stack.rpc);
    assert.equal(list.filter(({ status }) => status === stopped).length, count);
  });
}

async function addTorrents(count) {
  await addSmallTorrents(stack.rpc, added, count, `${stack.root}/downloads`);
  added += count;
}

class WindowedPage extends GuiPage {
  static async open(layout) {
    const sent = [];
    const received = [];
    const gui = await super.open(browser, stack.httpUrl, {
      ...layout,
      name: `window-${layout.name}`,
      prepare: async (page) => {
        page.on('websocket', (socket) => {
          socket.on('framesent', ({ payload }) => sent.push(JSON.parse(payload)));
          socket.on('framereceived', ({ payload }) => received.push(JSON.parse(payload)));
        });
        await setWindowFrom(page, windowFrom);
      },
    });
    return Object.assign(gui, { sent, received });
  }

  // The topics that were subscribed to, each once.
  get topics() {
    return [...new Set(this.sent.filter(([type]) => type === subscribe).map(([, , , topic]) => topic))].sort();
  }

  // How many torrents came with the longest event.
  get mostTorrents() {
    const events = this.received.filter(([type]) => type === event);
    return Math.max(...events.map((message) => message.at(-1).torrents?.rows.length ?? 0));
  }

  get grid() {
    return this.page.getByRole('grid');
  }

  // [number in the list, hash] of each row that exists; no hash where the torrent is not there yet.
  async rows() {
    const first = 1 + (await this.headerRows());
    return this.page
      .locator('[role="row"][aria-rowindex]:not(:has([role="columnheader"]))')
      .evaluateAll((rows, from) => rows.map((row) => [row.ariaRowIndex - from, row.dataset.hash]), first);
  }

  // How many rows the list has besides those of torrents: none on a phone.
  headerRows() {
    return this.grid.locator('[role=row]:has([role=columnheader])').count();
  }

  // Waits until the rows in sight are what the daemon's list gives, and counts as well.
  async isExact(spec = {}) {
    return eventually(async () => {
      const { order, counts } = referenceWindow(await wholeList(stack.rpc), { ...spec, limit: Infinity });
      const rows = await this.rows();
      assert.ok(rows.length > 0 || order.length === 0, 'rows');
      assert.deepEqual(
        rows,
        rows.map(([index]) => [index, order[index]]),
      );
      assert.equal(Number(await this.grid.getAttribute('aria-rowcount')), order.length + (await this.headerRows()));
      const shown = await this.page
        .locator('[data-filter]')
        .evaluateAll((buttons) =>
          Object.fromEntries(buttons.map((button) => [button.dataset.filter, Number(button.lastChild.textContent)])),
        );
      for (const [filter, count] of Object.entries(shown)) assert.equal(count, counts.status[filter] ?? 0, filter);
      return { order, rows };
    });
  }

  async scrollTo(end) {
    await this.grid.evaluate((list, to) => (list.scrollTop = to === 'end' ? list.scrollHeight : 0), end);
  }

  filter(name) {
    return this.page.locator(`[data-filter="${name}"]`).click();
  }

  search(text) {
    return this.page.getByRole('searchbox').fill(text);
  }

  selected(count) {
    return this.page.locator('[data-total="selected"]').getByText(`${count} selected`, { exact: true }).waitFor();
  }

  // A phone has no room to show it.
  total(text) {
    return this.page.locator('[data-total="torrents"]').getByText(text, { exact: true }).waitFor({ state: 'attached' });
  }
}

for (const layout of layouts) {
  describe(`on a ${layout.name}`, () => {
    const isPhone = layout.isMobile === true;
    let gui;

    before(async () => {
      // The order is the user's, also on another page.
      const client = await signedInClient(stack);
      await client.call('preferences.set', { preferences: { sorting: null } });
      await client.close();
      gui = await WindowedPage.open(layout);
    });
    after(() => gui?.close());

    test('the list begins as it does', async () => {
      const { rows } = await gui.isExact();
      assert.equal(rows[0][0], 0);
      await gui.total(`${torrentCount} torrents`);
      await gui.screenshot('list');
    });

    test('scrolled to its end, it ends as it does', async () => {
      await gui.scrollTo('end');
      const { rows } = await gui.isExact();
      assert.equal(rows.at(-1)[0], torrentCount - 1);
      await gui.screenshot('end');
    });

    test('sorted while scrolled, it is the same part of another order', async () => {
      if (isPhone) await gui.page.getByRole('button', { name: 'Turn the order around' }).click();
      else await gui.page.locator('[data-sort="name"]').click();
      const { rows } = await gui.isExact({ sort: [['name', 'desc']] });
      assert.equal(rows.at(-1)[0], torrentCount - 1);
      await gui.scrollTo('start');
      await gui.isExact({ sort: [['name', 'desc']] });
    });

    test('filters and search choose rows, also when there are fewer than where it was scrolled to', async () => {
      const sort = [['name', 'desc']];
      await gui.scrollTo('end');
      await gui.isExact({ sort });
      await gui.search('ähre 1');
      const { order } = await gui.isExact({ sort, filter: { search: 'ähre 1' } });
      assert.ok(order.length > 5 && order.length < 50);
      await gui.total(`${order.length} of ${torrentCount} torrents`);
      await gui.filter('problem');
      await gui.page.getByText('No torrent matches.').waitFor();
      await gui.filter('all');
      await gui.search('');
      await gui.isExact({ sort });
      await gui.search('as nothing is called');
      await gui.page.getByText('No torrent matches.').waitFor();
      await gui.search('');
      await gui.isExact({ sort });
      await gui.page.locator('[data-filter="stopped"]').click();
      await gui.isExact({ sort, filter: { status: ['stopped'] } });
      await gui.filter('all');
    });

    test('all are selected and acted on, however few of them are there', async () => {
      await gui.scrollTo('start');
      await gui.grid.press('Control+a');
      await gui.selected(torrentCount);
      await gui.act('start');
      await daemonHasStopped(0);
      await gui.isExact({ sort: [['name', 'desc']] });
      await gui.screenshot('all');
      await gui.act('stop');
      await daemonHasStopped(torrentCount);
      await gui.isExact({ sort: [['name', 'desc']] });
    });

    test('a range reaches over rows that never were there', async () => {
      const { order, rows } = await gui.isExact({ sort: [['name', 'desc']] });
      await gui.grid.press('Escape');
      await gui.grid.press('Home');
      await gui.grid.press('ArrowDown');
      await gui.selected(1);
      await gui.grid.press('Shift+End');
      await gui.selected(torrentCount - 1);
      const { rows: last } = await gui.isExact({ sort: [['name', 'desc']] });
      assert.equal(last.at(-1)[1], order.at(-1));
      assert.ok(!last.some(([index]) => index === rows[0][0]), 'the list went to its end');
      if (!isPhone) {
        await gui.page.locator(`[data-hash="${order.at(-2)}"]`).click({ modifiers: ['Control'] });
        await gui.selected(torrentCount - 2);
        await gui.page.locator(`[data-hash="${order.at(-2)}"]`).click();
        await gui.scrollTo('start');
        await gui.page.locator(`[data-hash="${order[0]}"]`).click({ modifiers: ['Shift'] });
        await gui.selected(torrentCount - 1);
      }
      await gui.act('remove');
      await gui.page.getByText(`Remove ${torrentCount - 1} torrents?`).waitFor();
      await gui.screenshot('remove');
      await gui.page.keyboard.press('Escape');
      await gui.page.locator('[data-dialog]').waitFor({ state: 'detached' });
    });

    test('what does not match any more is not acted on', async () => {
      await gui.scrollTo('start');
      await gui.grid.press('Control+a');
      await gui.selected(torrentCount);
      await gui.search('Beta');
      const { order } = await gui.isExact({ sort: [['name', 'desc']], filter: { search: 'beta' } });
      await gui.selected(order.length);
      await gui.act('start');
      await daemonHasStopped(torrentCount - order.length);
      await gui.act('stop');
      await daemonHasStopped(torrentCount);
      await gui.search('');
    });

    test('one row is clicked and acted on', async () => {
      await gui.grid.press('Escape');
      const { order } = await gui.isExact({ sort: [['name', 'desc']] });
      await gui.page.locator(`[data-hash="${order[1]}"]`).click();
      await gui.selected(1);
      await gui.act('start');
      await daemonHasStopped(torrentCount - 1);
      await gui.isExact({ sort: [['name', 'desc']] });
      await gui.act('stop');
      await daemonHasStopped(torrentCount);
    });

    test('what another session does shows, in sight and outside', async () => {
      const other = await signedInClient(stack);
      const { order, rows } = await gui.isExact({ sort: [['name', 'desc']] });
      const inSight = rows[2][1];
      await other.call('torrent.start', { ids: [inSight, order.at(-1)] });
      await gui.page
        .locator(`[data-hash="${inSight}"] [data-field="status"]`)
        .filter({ hasNotText: 'Stopped' })
        .waitFor();
      await gui.isExact({ sort: [['name', 'desc']] });
      await other.call('torrent.stop', { ids: [inSight, order.at(-1)] });
      await gui.isExact({ sort: [['name', 'desc']] });
      await other.close();
    });

    test('a lost connection is outlived where it was scrolled to', async () => {
      await gui.scrollTo('end');
      await gui.isExact({ sort: [['name', 'desc']] });
      await gui.duringOutage(async () => {
        process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
        await gui.connection('reconnecting');
        assert.ok((await gui.rows()).length > 0);
        await gui.connection('connected');
      });
      const { rows } = await gui.isExact({ sort: [['name', 'desc']] });
      assert.equal(rows.at(-1)[0], torrentCount - 1);
      await stack.rpc.call('torrent-start', { ids: [rows.at(-1)[1]] });
      await gui.isExact({ sort: [['name', 'desc']] });
      await stack.rpc.call('torrent-stop', { ids: [rows.at(-1)[1]] });
    });

    test('the whole list never came', () => {
      assert.deepEqual(gui.topics, ['preferences', 'session', 'torrents.commands', 'torrents.window']);
      assert.ok(gui.mostTorrents < mostTorrentsTold, `${gui.mostTorrents} torrents in one event`);
      const count = (wanted) => gui.sent.filter(([type]) => type === wanted).length;
      // Each window but the last of a session was left. There were two sessions, each with three topics that stay.
      assert.equal(count(subscribe) - count(unsubscribe), 8);
    });

    test('a list that has become short is taken whole, and as a window again when it has grown', async () => {
      await gui.scrollTo('start');
      const { order } = await gui.isExact({ sort: [['name', 'desc']] });
      await gui.page.evaluate(() => {
        window.fewestRows = Infinity;
        const look = () => {
          window.fewestRows = Math.min(window.fewestRows, document.querySelectorAll('[data-hash]').length);
          requestAnimationFrame(look);
        };
        look();
      });
      await stack.rpc.call('torrent-remove', { ids: order.slice(windowFrom / 2) });
      await eventually(() => assert.ok(gui.topics.includes('torrents')));
      await gui.isExact({ sort: [['name', 'desc']] });
      await addTorrents(torrentCount - windowFrom / 2);
      const last = (topic) => gui.sent.findLastIndex(([type, , , to]) => type === subscribe && to === topic);
      await eventually(() => assert.ok(last('torrents.window') > last('torrents')));
      await gui.isExact({ sort: [['name', 'desc']] });
      assert.ok((await gui.page.evaluate(() => window.fewestRows)) > 5, 'rows were there all the time');
    });
  });
}
