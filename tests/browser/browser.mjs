// A headless Chromium on the pages of a running demo.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const screenshots = path.join(path.resolve(process.env.BUILD || path.join(repository, 'build')), 'screenshots');
// Only a hanging page takes so long, also on a busy machine.
const patience = 120_000;

// further: arguments of Chromium's command line.
export function launchBrowser(...further) {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...further,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// The pages that most tests look at.
export const layouts = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

// Has the page take a window of lists of so many torrents and more.
export function setWindowFrom(page, count) {
  return page.addInitScript((from) => {
    const mark = () => document.getElementById('torrent-ws')?.setAttribute('data-window-from', from);
    new MutationObserver(mark).observe(document, { childList: true, subtree: true });
  }, count);
}

// What the browser itself logs when a server goes away.
const outage = /^WebSocket connection to .* failed|^Failed to load resource/;

// A page on which nothing may go wrong.
export class WatchedPage {
  #errors = [];
  #toleratesOutage = false;

  constructor(page, name) {
    this.page = page;
    this.name = name;
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => this.#errors.push(error.stack));
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      // The browser asks for it by itself.
      if (message.location().url.endsWith('/favicon.ico')) return;
      if (!(this.#toleratesOutage && outage.test(message.text()))) this.#errors.push(message.text());
    });
  }

  // Runs steps during which a server is away.
  async duringOutage(steps) {
    this.#toleratesOutage = true;
    await steps();
    this.#toleratesOutage = false;
  }

  async close() {
    await this.page.context().close();
    assert.deepEqual(this.#errors, [], 'errors on the page');
  }

  async screenshot(subject) {
    fs.mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${this.name}-${subject}.png`) });
  }
}

export class GuiPage extends WatchedPage {
  // Opens the page and waits for its list. layout: {name, viewport, and further options of a context}; prepare: what is
  // done with the page before it loads.
  static async open(browser, url, { name, prepare, ...context }) {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true, ...context })).newPage();
    const gui = new this(page, name);
    await prepare?.(page);
    await page.goto(url);
    await gui.connection('connected');
    await page.locator('[data-hash]').first().waitFor();
    return gui;
  }

  row(torrent) {
    return this.page
      .locator('[data-hash]')
      .filter({ has: this.page.locator('[data-field="name"]').getByText(torrent, { exact: true }) });
  }

  async progress(torrent) {
    return Number(await this.row(torrent).locator('[data-field="progress"]').getAttribute('data-value'));
  }

  // Waits until a torrent's progress is higher than it was.
  async progressBeyond(torrent, fraction) {
    const hash = await this.row(torrent).getAttribute('data-hash');
    await this.page.waitForFunction(
      ([id, than]) => Number(document.querySelector(`[data-hash="${id}"] [data-field="progress"]`)?.dataset.value) > than,
      [hash, fraction],
    );
  }

  status(torrent, text) {
    return this.row(torrent).locator('[data-field="status"]').filter({ hasText: text }).waitFor();
  }

  connection(state) {
    return this.page.locator(`[data-connection="${state}"]`).waitFor();
  }

  daemon(state) {
    return this.page.locator(`[data-daemon-state="${state}"]`);
  }

  act(action) {
    return this.page.locator(`[role="toolbar"] [data-action="${action}"]`).click();
  }

  async openAddDialog() {
    await this.act('add');
    return this.page.locator('[data-dialog="add"]');
  }

  async addFile(file) {
    const dialog = await this.openAddDialog();
    await dialog.locator('[name="files"]').setInputFiles(file);
    await dialog.locator('[data-action="confirm"]').click();
    const outcome = await this.page.waitForFunction(() => {
      const open = document.querySelector('[data-dialog="add"]');
      return open ? open.querySelector('[role="alert"]').textContent : 'closed';
    });
    assert.equal(await outcome.jsonValue(), 'closed');
  }

  paste(text) {
    return this.page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    }, text);
  }
}
