// The demo's page in the style of 2016, in a browser.

import { WatchedPage } from './browser.mjs';

const columns = { status: 2, done: 3 };

export class LegacyPage extends WatchedPage {
  // Logs in, opens the page and waits for its list. site: where the browser finds the demo. layout: {name, and options of
  // a context}.
  static async open(browser, site, { name, ...context }) {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true, ...context })).newPage();
    const legacy = new LegacyPage(page, name);
    await page.goto(site);
    await page.getByRole('link', { name: 'As in 2016' }).click();
    await page.locator('[data-hash]').first().waitFor();
    return legacy;
  }

  row(torrent) {
    return this.page.locator('[data-hash]').filter({ has: this.page.getByRole('cell', { name: torrent, exact: true }) });
  }

  // Waits until a torrent's column says that.
  shows(torrent, column, text) {
    return this.row(torrent).locator(`td:nth-child(${columns[column]})`).filter({ hasText: text }).waitFor();
  }

  press(torrent, button) {
    return this.row(torrent).getByRole('button', { name: button }).click();
  }

  connection(text) {
    return this.page.locator('#connection').filter({ hasText: text }).waitFor();
  }
}
