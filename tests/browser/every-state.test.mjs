// Whatever the GUI shows: nothing is wider than the page, nobody is shut out, and the site's Content-Security-Policy holds.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { makeTorrent } from '../support/metainfo.mjs';
import { startStack } from '../support/stack.mjs';
import { ActionsPage } from './actions-page.mjs';
import { launchBrowser, layouts } from './browser.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const torrent = 'ubuntu-16.04.1-desktop-amd64.iso';
const tablet = { name: 'tablet', viewport: { width: 820, height: 1100 }, hasTouch: true };

let stack;
let browser;

before(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// Goes through what the GUI shows, and calls `visited` in each state.
async function visitAll(gui, visited) {
  await visited('list');
  await gui.select(torrent);
  await gui.openContextMenu(torrent);
  await visited('context menu');
  await gui.escape(gui.menu('Selected torrents'));
  await gui.act('more');
  await gui.focusIn('[role="menu"]');
  await visited('more');
  await gui.escape(gui.menu('More'));
  const keys = { add: 'a', palette: 'Control+k', shortcuts: 'Shift+?', labels: 'l', location: 'm', limits: 'Shift+L', remove: 'Delete' };
  for (const [kind, key] of Object.entries(keys)) {
    await gui.page.keyboard.press(key);
    await gui.dialog(kind).waitFor();
    if (['labels', 'location', 'limits'].includes(kind)) await gui.dialog(kind).locator('select, [name="new-label"]').first().waitFor();
    await visited(kind);
    await gui.escape(gui.dialog(kind));
  }
  await gui.page.keyboard.press('Control+k');
  await gui.dialog('palette').getByRole('combobox').fill('columns');
  await gui.page.keyboard.press('Enter');
  await gui.dialog('columns').waitFor();
  await visited('columns');
  await gui.escape(gui.dialog('columns'));
  const filters = gui.page.locator('[data-action="filters"]');
  if (await filters.isVisible()) {
    await filters.click();
    await gui.dialog('filters').waitFor();
    await visited('filters');
    await gui.escape(gui.dialog('filters'));
  }
  await gui.page.locator('[data-action="activity"]').click();
  await gui.focusIn('[aria-label="Activity"]');
  await visited('activity');
  await gui.escape(gui.page.getByRole('dialog', { name: 'Activity' }));
  const dialog = await gui.openAddDialog();
  await dialog.locator('[name="files"]').setInputFiles({ name: 'album.torrent', mimeType: 'application/x-bittorrent', buffer: album.bytes });
  await dialog.locator('[role="treegrid"], [role="tree"]').waitFor();
  await visited('files');
  await gui.escape(dialog);
}

// With a folder, and a name that is longer than a phone is wide.
const album = makeTorrent({
  name: 'album',
  files: { 'disc 1/01.flac': 3000, 'disc 1/02.flac': 4000, [`notes/${'a long name '.repeat(10)}.txt`]: 70 },
  announce: 'http://127.0.0.1:1/announce',
  pieceLength: 16_384,
  hashed: false,
});

test('on a phone fields have text that iOS does not zoom into', async () => {
  const gui = await ActionsPage.open(browser, stack.httpUrl, { ...layouts[1], name: 'zoom' });
  await visitAll(gui, async (state) => {
    const sizes = await gui.page
      .locator('#torrent-ws :is(select, textarea, input:not([type="checkbox"], [type="radio"], [type="file"]))')
      .evaluateAll((fields) => fields.map((field) => [field.name, parseFloat(getComputedStyle(field).fontSize)]));
    assert.deepEqual(sizes.filter(([, size]) => size < 16), [], state);
  });
  await gui.close();
});

describe('nothing is wider than the page', () => {
  for (const { name, viewport, hasTouch, isMobile } of [...layouts, tablet]) {
    test(`on a ${name}`, async () => {
      const gui = await ActionsPage.open(browser, stack.httpUrl, { name: `width-${name}`, viewport, hasTouch, isMobile });
      await visitAll(gui, async (state) => {
        const page = await gui.page.evaluate(() => document.scrollingElement.scrollWidth);
        assert.ok(page <= viewport.width, `${state}: ${page}`);
        const dialogs = await gui.page.locator('dialog[open]').evaluateAll((open) => open.map((each) => each.scrollWidth - each.clientWidth));
        assert.ok(dialogs.every((excess) => excess <= 0), `${state}: its dialog by ${dialogs}`);
        await gui.screenshot(state.replace(' ', '-'));
      });
      if (isMobile) {
        const excess = await gui.page.getByRole('grid').evaluate((list) => list.scrollWidth - list.clientWidth);
        assert.ok(excess <= 0, `rows are wider than the list by ${excess}`);
      }
      await gui.close();
    });
  }
});

describe('nobody is shut out', () => {
  for (const { name, viewport, hasTouch, isMobile } of layouts) {
    for (const colorScheme of ['light', 'dark']) {
      test(`on a ${name} in ${colorScheme} axe finds nothing serious`, async () => {
        const options = { name: `axe-${name}-${colorScheme}`, viewport, hasTouch, isMobile, colorScheme, bypassCSP: true };
        const gui = await ActionsPage.open(browser, stack.httpUrl, options);
        await gui.page.addScriptTag({ path: axe });
        const found = [];
        await visitAll(gui, async (state) => {
          const violations = await gui.page.evaluate(async () => {
            const { violations } = await window.axe.run('#torrent-ws', { resultTypes: ['violations'] });
            return violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
          });
          found.push(...violations.map((violation) => `${state}: ${violation}`));
          await gui.screenshot(state.replace(' ', '-'));
        });
        await gui.close();
        assert.deepEqual(found, []);
      });
    }
  }
});

describe('the Content-Security-Policy', () => {
  test('is strict, nothing violates it, and no other host is asked', async () => {
    const { headers } = await stack.get('/');
    const policy = headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);

    const hosts = new Set();
    const gui = await ActionsPage.open(browser, stack.httpUrl, {
      ...layouts[0],
      name: 'csp',
      prepare: async (page) => {
        page.on('request', (request) => hosts.add(new URL(request.url()).host));
        page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
        await page.addInitScript(() => {
          window.violations = [];
          document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
            window.violations.push([violatedDirective, blockedURI, sample]),
          );
        });
      },
    });
    await visitAll(gui, async () => {});
    assert.deepEqual(await gui.page.evaluate(() => window.violations), []);
    // The hook above sees what it should.
    await gui.page.evaluate(() => document.body.setAttribute('style', 'color: red'));
    await gui.page.waitForFunction(() => window.violations.length > 0);
    assert.deepEqual([...hosts], [new URL(stack.httpUrl).host]);
    await assert.rejects(gui.close(), /Content Security Policy/);
  });

  test('what is loaded later comes from wherever the GUI is served', async () => {
    const paths = [];
    const gui = await ActionsPage.open(browser, stack.httpUrl, {
      ...layouts[0],
      name: 'folder',
      prepare: async (page) => {
        page.on('request', (request) => paths.push(new URL(request.url()).pathname));
        // The page itself is as it was served: Chromium lets no other one reach a WebSocket on this machine.
        await page.route('**/gui/app.js', (route) =>
          route.fulfill({ contentType: 'text/javascript', body: 'import "/further/down/app.js";' }),
        );
        await page.route('**/further/down/**', async (route) => {
          const url = route.request().url().replace('/further/down/', '/gui/');
          await route.fulfill({ response: await route.fetch({ url }) });
        });
      },
    });
    await gui.page.keyboard.press('Control+k');
    await gui.dialog('palette').waitFor();
    assert.ok(paths.some((path) => path.startsWith('/further/down/assets/palette')));
    assert.ok(!paths.some((path) => path.startsWith('/gui/assets/')));
    await gui.close();
  });
});
