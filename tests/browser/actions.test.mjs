// The actions of the GUI in a browser, however they are given: toolbar, menus, palette, keys, dialogs; and its themes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { makeTorrent } from '../support/metainfo.mjs';
import { startStack } from '../support/stack.mjs';
import { ActionsPage } from './actions-page.mjs';
import { launchBrowser, setWindowFrom } from './browser.mjs';

const torrent = 'ubuntu-16.04.1-desktop-amd64.iso';
const other = 'ubuntu-core-16';
const stopped = 'xubuntu-16.10-desktop-amd64.iso';
const started = /Downloading|Stalled|Queued|Seeding/;
const layouts = [
  { name: 'desktop', speed: 321, viewport: { width: 1280, height: 800 } },
  { name: 'phone', speed: 322, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

let stack;
let browser;

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

class DaemonPage extends ActionsPage {
  async fields(name, ...fields) {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', ...fields] });
    return torrents.find((found) => found.name === name);
  }

  // Adds a torrent of which nobody has anything, and waits for its row.
  async addStopped(torrentName) {
    const { bytes } = makeTorrent({ name: torrentName, length: 1000, announce: 'http://127.0.0.1:1/announce', pieceLength: 16_384, hashed: false });
    await stack.rpc.call('torrent-add', { metainfo: bytes.toString('base64'), paused: true });
    await this.row(torrentName).waitFor();
  }

  // Waits until the daemon has it so.
  async becomes(name, field, wanted) {
    for (;;) {
      const { [field]: value } = await this.fields(name, field);
      if (JSON.stringify(value) === JSON.stringify(wanted)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

for (const { name, speed, ...context } of layouts) {
  describe(`on a ${name}`, () => {
    let gui;

    before(async () => {
      gui = await DaemonPage.open(browser, stack.httpUrl, {
        name: `actions-${name}`,
        permissions: ['clipboard-read', 'clipboard-write'],
        ...context,
      });
    });

    after(() => gui?.close());

    test('the context menu selects the row that it is opened on, and acts', async () => {
      await gui.select(other);
      const menu = await gui.openContextMenu(torrent);
      assert.equal(await gui.row(torrent).getAttribute('aria-selected'), 'true');
      assert.equal(await gui.selected(), 1);
      await gui.screenshot('context-menu');
      await menu.getByRole('menuitem', { name: 'Stop' }).click();
      await gui.status(torrent, 'Stopped');
      assert.equal(await menu.count(), 0);
      await gui.openContextMenu(torrent);
      await menu.getByRole('menuitem', { name: 'Start now' }).click();
      await gui.status(torrent, started);
    });

    test('a row that is selected keeps the others selected, and submenus act on all', async () => {
      await gui.select(torrent, other);
      await gui.openContextMenu(torrent);
      assert.equal(await gui.selected(), 2);
      await gui.menu('Selected torrents').getByRole('menuitem', { name: 'Priority' }).click();
      await gui.menu('Priority').getByRole('menuitem', { name: 'Low' }).click();
      await gui.becomes(torrent, 'bandwidthPriority', -1);
      await gui.becomes(other, 'bandwidthPriority', -1);
    });

    test('a menu is gone through by keys, and gives the focus back', async () => {
      await gui.select(torrent);
      await gui.page.getByRole('grid').focus();
      await gui.page.keyboard.press('ArrowDown');
      await gui.page.keyboard.press('Shift+F10');
      await gui.focusIn('[role="menu"]');
      await gui.page.keyboard.press('q');
      await gui.page.keyboard.press('ArrowRight');
      await gui.focusIn('[data-menu="Queue"]');
      assert.equal(await gui.page.evaluate(() => document.activeElement.dataset.action), 'queue-top');
      await gui.page.keyboard.press('End');
      assert.equal(await gui.page.evaluate(() => document.activeElement.dataset.action), 'queue-bottom');
      await gui.page.keyboard.press('ArrowLeft');
      await gui.menu('Queue').waitFor({ state: 'detached' });
      assert.equal(await gui.page.evaluate(() => document.activeElement.dataset.submenu), 'Queue');
      await gui.escape(gui.menu('Selected torrents'));
      assert.equal(await gui.page.evaluate(() => document.activeElement.getAttribute('role')), 'grid');
    });

    test('the toolbar has one stop for Tab, and arrow keys go on from there', async () => {
      await gui.select(torrent);
      const toolbar = gui.page.getByRole('toolbar');
      assert.equal(await toolbar.locator(':scope > [tabindex="0"]').count(), 1);
      await toolbar.locator(':scope > [tabindex="0"]').focus();
      await gui.page.keyboard.press('ArrowRight');
      const focused = await gui.page.evaluate(() => document.activeElement.dataset.action);
      assert.equal(await toolbar.locator(':scope > [tabindex="0"]').getAttribute('data-action'), focused);
    });

    test('the button for more is a stop for Tab while it has the focus', async () => {
      await gui.select(torrent);
      const more = gui.page.getByRole('toolbar').locator('[data-action="more"]');
      await more.focus();
      assert.equal(await more.getAttribute('tabindex'), '0');
    });

    test('dialogs and the palette give the focus back to the list', async () => {
      const removed = `removed-${name}`;
      await gui.addStopped(removed);
      await gui.select(removed);
      await gui.page.keyboard.press('Shift+L');
      await gui.dialog('limits').getByRole('button', { name: 'Cancel' }).click();
      await gui.focused('[role="grid"]');
      await gui.page.keyboard.press('l');
      await gui.dialog('labels').locator('[name="new-label"]').fill('gone');
      await gui.page.keyboard.press('Enter');
      await gui.focused('[role="grid"]');
      await gui.page.keyboard.press('Control+k');
      await gui.dialog('palette').getByRole('combobox').fill('edit labels');
      await gui.page.keyboard.press('Enter');
      // The palette's end is not that of the dialog that it opened.
      await gui.dialog('labels').locator('[name="new-label"]').waitFor();
      await gui.escape(gui.dialog('labels'));
      await gui.focused('[role="grid"]');
      await gui.page.keyboard.press('Delete');
      await gui.dialog('remove').waitFor();
      await gui.page.keyboard.press('Enter');
      await gui.dialog('remove').waitFor({ state: 'detached' });
      const active = () => gui.page.getByRole('grid').getAttribute('aria-activedescendant');
      await gui.page.keyboard.press('Home');
      const first = await active();
      await gui.page.keyboard.press('ArrowDown');
      assert.notEqual(await active(), first);
      await gui.row(removed).waitFor({ state: 'detached' });
    });

    test('another thing that is expanded does not keep a menu open', async () => {
      const activity = gui.page.locator('[data-action="activity"]');
      await activity.click();
      await gui.focusIn('[aria-label="Activity"]');
      await gui.act('more');
      await gui.focusIn('[role="menu"]');
      await activity.click();
      await gui.menu('More').waitFor({ state: 'detached' });
      await gui.page.getByRole('dialog', { name: 'Activity' }).waitFor({ state: 'detached' });
    });

    test('Tab stops once at each group of filters, and keys choose there', async () => {
      const stops = await gui.page.getByRole('group').filter({ has: gui.page.locator('[data-facet]') }).evaluateAll((groups) =>
        groups.map((group) => [...group.querySelectorAll('button, input')].filter(({ tabIndex }) => tabIndex >= 0).length),
      );
      assert.ok(stops.length > 0 && stops.every((count) => count === 1), String(stops));
      const chosen = (value) => gui.page.locator(`[data-filter="${value}"][aria-pressed="true"]`).waitFor();
      await gui.page.locator('[data-filter="all"]').focus();
      await gui.page.keyboard.press('ArrowDown');
      const first = await gui.page.evaluate(() => document.activeElement.dataset.filter);
      await gui.page.keyboard.press('Enter');
      await chosen(first);
      await gui.page.keyboard.press('ArrowDown');
      const second = await gui.page.evaluate(() => document.activeElement.dataset.filter);
      await gui.page.keyboard.press('Space');
      await chosen(first);
      await chosen(second);
      assert.equal(await gui.page.locator('[data-filter][tabindex="0"]').getAttribute('data-filter'), second);
      await gui.page.keyboard.press('Home');
      await gui.page.keyboard.press('Enter');
      await chosen('all');
    });

    test('the search leads to the list, and has the keys that count everywhere', async () => {
      await gui.select(torrent);
      const search = gui.page.getByRole('searchbox');
      for (const key of ['ArrowDown', 'Enter']) {
        await search.focus();
        await gui.page.keyboard.press(key);
        await gui.focused('[role="grid"]');
      }
      await search.fill('ubuntu');
      await gui.page.keyboard.press('Control+k');
      await gui.dialog('palette').waitFor();
      await gui.escape(gui.dialog('palette'));
      await gui.focused('[type="search"]');
      assert.equal(await search.inputValue(), 'ubuntu');
      await gui.page.keyboard.press('Escape');
      assert.equal(await search.inputValue(), '');
      assert.equal(await gui.selected(), 1);
      await gui.page.keyboard.press('Escape');
      await gui.page.waitForFunction(() => !document.querySelector('[data-hash][aria-selected="true"]'));
    });

    test('the palette points at what is there when less can be done', async () => {
      const removed = `chosen-${name}`;
      await gui.addStopped(removed);
      await gui.select(removed);
      await gui.page.keyboard.press('Control+k');
      const box = gui.dialog('palette').getByRole('combobox');
      await box.waitFor();
      await gui.page.keyboard.press('ArrowUp');
      const { hashString } = await gui.fields(removed, 'hashString');
      await stack.rpc.call('torrent-remove', { ids: [hashString] });
      await gui.dialog('palette').locator('[data-action="labels"]').waitFor({ state: 'detached' });
      const pointed = await box.getAttribute('aria-activedescendant');
      assert.equal(await gui.page.locator(`[id="${pointed}"][aria-selected="true"]`).count(), 1);
      await gui.escape(gui.dialog('palette'));
    });

    test('the palette finds an action by a few letters and runs it', async () => {
      await gui.select(torrent);
      await gui.page.keyboard.press('Control+k');
      await gui.dialog('palette').getByRole('combobox').fill('prio hi');
      const first = gui.dialog('palette').getByRole('option').first();
      await first.filter({ hasText: 'High' }).waitFor();
      assert.equal(await first.getAttribute('aria-selected'), 'true');
      await gui.screenshot('palette');
      await gui.page.keyboard.press('Enter');
      await gui.dialog('palette').waitFor({ state: 'detached' });
      await gui.becomes(torrent, 'bandwidthPriority', 1);
    });

    test('keys act, but not while something is typed', async () => {
      await gui.select(torrent);
      await gui.page.keyboard.press('p');
      await gui.status(torrent, 'Stopped');
      await gui.page.keyboard.press('/');
      await gui.page.keyboard.type('ubuntu s');
      assert.equal(await gui.page.getByRole('searchbox').inputValue(), 'ubuntu s');
      await gui.page.getByRole('searchbox').fill('');
      await gui.page.getByRole('grid').focus();
      await gui.status(torrent, 'Stopped');
      await gui.page.keyboard.press('s');
      await gui.status(torrent, started);
      await gui.page.keyboard.press('Control+a');
      const all = await gui.page.locator('[data-hash]').count();
      await gui.page.waitForFunction(
        (count) => document.querySelectorAll('[data-hash][aria-selected="true"]').length === count,
        all,
      );
    });

    test('the sheet of shortcuts tells them', async () => {
      await gui.page.keyboard.press('Shift+?');
      await gui.dialog('shortcuts').getByText('Ask for more peers').waitFor();
      await gui.screenshot('shortcuts');
      await gui.escape(gui.dialog('shortcuts'));
    });

    test('labels: those that differ stay unless they are touched', async () => {
      const shared = `shared-${name}`;
      const hashOf = async (of) => (await gui.fields(of, 'hashString')).hashString;
      await stack.rpc.call('torrent-set', { ids: [await hashOf(torrent)], labels: ['one', 'two'] });
      await stack.rpc.call('torrent-set', { ids: [await hashOf(other)], labels: ['two'] });
      await gui.select(torrent, other);
      await gui.page.keyboard.press('l');
      const dialog = gui.dialog('labels');
      const one = dialog.getByRole('checkbox', { name: 'one', exact: true });
      await one.waitFor();
      assert.equal(await one.evaluate((box) => box.indeterminate), true);
      await dialog.getByRole('checkbox', { name: 'two', exact: true }).uncheck();
      await dialog.locator('[name="new-label"]').fill('no, commas');
      await dialog.getByText('A label has no commas.').waitFor();
      assert.equal(await dialog.locator('[data-action="confirm"]').isDisabled(), true);
      await dialog.locator('[name="new-label"]').fill(shared);
      await gui.screenshot('labels');
      await dialog.locator('[data-action="confirm"]').click();
      await gui.becomes(torrent, 'labels', ['one', shared]);
      await gui.becomes(other, 'labels', [shared]);
    });

    test('limits: unlimited, own and the session’s are told apart, and what differs stays', async () => {
      const { hashString } = await gui.fields(other, 'hashString');
      await stack.rpc.call('torrent-set', { ids: [hashString], seedRatioMode: 2, uploadLimited: false });
      await gui.select(torrent, other);
      const before = await gui.fields(torrent, 'seedRatioMode');
      await gui.page.keyboard.press('Shift+L');
      const dialog = gui.dialog('limits');
      await dialog.locator('[name="ratio"]').waitFor();
      const differ = before.seedRatioMode === 2 ? '2' : '';
      assert.equal(await dialog.locator('[name="ratio"]').inputValue(), differ);
      await dialog.locator('[name="download"]').selectOption({ label: 'Its own limit' });
      await dialog.locator('[name="download-number"]').fill(String(speed));
      await gui.screenshot('limits');
      await dialog.locator('[data-action="confirm"]').click();
      for (const of of [torrent, other]) {
        await gui.becomes(of, 'downloadLimit', speed);
        await gui.becomes(of, 'downloadLimited', true);
      }
      assert.equal((await gui.fields(torrent, 'seedRatioMode')).seedRatioMode, before.seedRatioMode);
      assert.equal((await gui.fields(other, 'seedRatioMode')).seedRatioMode, 2);

      await gui.select(other);
      await gui.page.keyboard.press('Shift+L');
      await dialog.locator('[name="ratio"]').waitFor();
      assert.equal(await dialog.locator('[name="ratio"] option:checked').textContent(), 'Unlimited');
      const upload = dialog.locator('[name="upload"] option:checked');
      await stack.rpc.call('session-set', { 'speed-limit-up': 777, 'speed-limit-up-enabled': true });
      await upload.filter({ hasText: /^As the session: 777 kB\/s$/ }).waitFor({ state: 'attached' });
      await stack.rpc.call('session-set', { 'speed-limit-up-enabled': false });
      await upload.filter({ hasText: /^As the session: unlimited$/ }).waitFor({ state: 'attached' });
      await dialog.locator('[name="honors-session-limits"]').uncheck();
      assert.equal(await upload.textContent(), 'Unlimited');
      assert.equal(await dialog.locator('[name="download"]').inputValue(), '1');
      await gui.escape(dialog);
    });

    test('location: a folder among those known, or another below a root', async () => {
      await gui.select(stopped);
      const { downloadDir } = await gui.fields(stopped, 'downloadDir');
      await gui.page.keyboard.press('m');
      const dialog = gui.dialog('location');
      await dialog.locator('[name="folder"]').waitFor();
      assert.equal(await dialog.locator('[name="folder"]').inputValue(), downloadDir);
      await dialog.locator('[name="folder"]').selectOption({ label: 'Another folder…' });
      await dialog.locator('[name="other-folder"]').fill('/etc');
      assert.equal(await dialog.locator('[data-action="confirm"]').isDisabled(), true);
      const below = `${stack.root}/downloads/moved-${name}`;
      await dialog.locator('[name="other-folder"]').fill(below);
      await gui.screenshot('location');
      await dialog.locator('[data-action="confirm"]').click();
      await gui.becomes(stopped, 'downloadDir', below);
    });

    test('a magnet link is copied', async () => {
      await gui.select(torrent);
      await gui.page.keyboard.press('c');
      await gui.page.locator('[data-notice="done"]').filter({ hasText: 'Copied' }).waitFor();
      const { magnetLink } = await gui.fields(torrent, 'magnetLink');
      assert.equal(await gui.page.evaluate(() => navigator.clipboard.readText()), magnetLink);
    });

    test('a theme is chosen, and is there before the GUI after a reload', async () => {
      const background = () =>
        gui.page.evaluate(() => getComputedStyle(document.getElementById('torrent-ws')).backgroundColor);
      const light = await background();
      await gui.act('more');
      await gui.focusIn('[role="menu"]');
      await gui.menu('More').getByRole('menuitem', { name: 'Theme' }).click();
      await gui.menu('Theme').getByRole('menuitemradio', { name: 'Dark' }).click();
      const dark = await background();
      assert.notEqual(dark, light);
      await gui.page.route('**/app.js', (route) => setTimeout(() => route.continue(), 1500));
      await gui.page.reload({ waitUntil: 'commit' });
      await gui.page.locator('#torrent-ws').waitFor({ state: 'attached' });
      assert.equal(await background(), dark);
      assert.equal(await gui.page.locator('#torrent-ws > *').count(), 0);
      await gui.page.unroute('**/app.js');
      await gui.connection('connected');
      assert.equal(await background(), dark);
      await gui.page.keyboard.press('Control+k');
      await gui.dialog('palette').getByRole('combobox').fill('theme system');
      await gui.page.keyboard.press('Enter');
      await gui.page.waitForFunction(() => !('torrentWsTheme' in document.documentElement.dataset));
      assert.equal(await background(), light);
    });
  });
}

describe('on a desktop', () => {
  test('a slow mouse reaches a submenu', async () => {
    const gui = await DaemonPage.open(browser, stack.httpUrl, { ...layouts[0], name: 'slow' });
    const menu = await gui.openContextMenu(torrent);
    const item = await menu.locator('[data-submenu="Queue"]').boundingBox();
    const y = item.y + item.height / 2;
    await gui.page.mouse.move(item.x + item.width - 10, y);
    await gui.menu('Queue').waitFor();
    const end = (await gui.menu('Queue').boundingBox()).x + 10;
    // Half a pixel after the other.
    await gui.page.mouse.move(end, y, { steps: 2 * Math.ceil(end - item.x - item.width + 10) });
    assert.equal(await gui.menu('Queue').count(), 1);
    await gui.close();
  });

  test('a dialog about torrents that are gone says so', async () => {
    let isLate = false;
    const gui = await DaemonPage.open(browser, stack.httpUrl, {
      ...layouts[0],
      name: 'gone',
      // The page hears of nothing while it is late.
      prepare: (page) =>
        page.routeWebSocket(/./, (socket) => {
          const server = socket.connectToServer();
          server.onMessage((message) => {
            if (!(isLate && JSON.parse(message)[0] === 36)) socket.send(message);
          });
        }),
    });
    await gui.addStopped('gone');
    await gui.select('gone');
    isLate = true;
    const { hashString } = await gui.fields('gone', 'hashString');
    await stack.rpc.call('torrent-remove', { ids: [hashString] });
    await gui.page.keyboard.press('m');
    await gui.dialog('location').getByText('These torrents are gone.').waitFor();
    assert.equal(await gui.dialog('location').locator('[data-action="confirm"]').isDisabled(), true);
    await gui.close();
  });

  test('where the page has a window of the list, labels and folders of all torrents are offered', async () => {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', 'hashString'] });
    for (const [of, label] of [[other, 'nearby'], [stopped, 'elsewhere']]) {
      const { hashString } = torrents.find((found) => found.name === of);
      await stack.rpc.call('torrent-set', { ids: [hashString], labels: [label] });
    }
    const gui = await DaemonPage.open(browser, stack.httpUrl, {
      ...layouts[0],
      name: 'window',
      prepare: (page) => setWindowFrom(page, 1),
    });
    await gui.page.locator('[data-facet="labels"][data-value="nearby"]').getByRole('button').click();
    await gui.row(stopped).waitFor({ state: 'detached' });
    await gui.select(other);
    await gui.page.keyboard.press('l');
    await gui.dialog('labels').getByRole('checkbox', { name: 'elsewhere' }).waitFor();
    await gui.close();
  });
});

describe('on a phone', () => {
  test('a long press opens the menu, and lifting the finger does nothing more', async () => {
    const gui = await DaemonPage.open(browser, stack.httpUrl, { ...layouts[1], name: 'press' });
    const touch = await gui.page.context().newCDPSession(gui.page);
    const { x, y } = await gui.row(torrent).boundingBox();
    const touchPoints = [{ x: x + 100, y: y + 20 }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await gui.menu('Selected torrents').waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await gui.focusIn('[role="menu"]');
    assert.equal(await gui.row(torrent).getAttribute('aria-selected'), 'true');
    await gui.menu('Selected torrents').getByRole('menuitem', { name: 'Ask for more peers' }).waitFor();
    await gui.close();
  });
});
