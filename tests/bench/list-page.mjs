// A web client's page with its list of torrents, in a Chromium of its own.

import { gzipSync } from 'node:zlib';

import { launchBrowser, setWindowFrom } from '../browser/browser.mjs';
import { categories, MainThread } from './main-thread.mjs';

const viewport = { width: 1280, height: 800 };
// Pixels in a second, of somebody who looks for something.
const scrollSpeed = 3000;
// A page of very many rows may take long.
const patience = 300_000;

export class ListPage {
  #browser;
  #page;
  #debugger;

  // client: {url, row, total}, selectors of a row and of the number of all torrents; windowFrom: from how many torrents on
  // the GUI takes a window of the list, if not from its own figure.
  static async open(client) {
    const listPage = new ListPage();
    listPage.client = client;
    listPage.#browser = await launchBrowser();
    return listPage;
  }

  // Milliseconds until the first rows and how many torrents there are in all are on the screen, nothing being cached.
  async visit(count) {
    await this.leave();
    const context = await this.#browser.newContext({ viewport });
    this.#page = await context.newPage();
    this.#debugger = await context.newCDPSession(this.#page);
    if (this.client.windowFrom) await setWindowFrom(this.#page, this.client.windowFrom);
    await this.#page.goto(this.client.url, { waitUntil: 'commit' });
    return this.#page.evaluate(
      async ({ row, total, count: wanted, patience: longest }) => {
        const shows = () => {
          const text = document.querySelector(total)?.textContent ?? '';
          return Number(text.replace(/\D/g, '')) === wanted && document.querySelector(row) !== null;
        };
        while (!shows()) {
          if (performance.now() > longest) throw new Error(`no list of ${wanted} torrents at ${location}`);
          await new Promise(requestAnimationFrame);
        }
        // Until this frame is drawn.
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        return performance.now();
      },
      { ...this.client, count, patience },
    );
  }

  async leave() {
    await this.#page?.context().close();
  }

  // Bytes of what JavaScript the page has loaded, compressed as a server would.
  async scriptBytes() {
    const texts = await this.#page.evaluate(async () => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name);
      const scripts = [...new Set(names)].filter((name) => new URL(name).pathname.endsWith('js'));
      return Promise.all(scripts.map(async (name) => (await fetch(name)).text()));
    });
    return texts.reduce((bytes, text) => bytes + gzipSync(text).length, 0);
  }

  // The main thread while `action` goes on.
  async trace(action) {
    await this.#browser.startTracing(this.#page, { categories });
    await action();
    return new MainThread(await this.#browser.stopTracing());
  }

  // Turns the wheel over the list, down and up again.
  async scroll(pixels) {
    const [x, y] = [viewport.width / 2, viewport.height / 2];
    for (const yDistance of [-pixels, pixels]) {
      await this.#debugger.send('Input.synthesizeScrollGesture', {
        x,
        y,
        yDistance,
        speed: scrollSpeed,
        gestureSourceType: 'mouse',
        preventFling: true,
      });
    }
  }

  // {heap, nodes}: bytes of JavaScript's objects that are in use, and nodes of the document.
  async memory() {
    await this.#debugger.send('Performance.enable');
    // What finalizers let go of takes a second time.
    for (let round = 0; round < 2; round += 1) await this.#debugger.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#debugger.send('Performance.getMetrics');
    const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
    return { heap: of('JSHeapUsedSize'), nodes: of('Nodes') };
  }

  close() {
    return this.#browser.close();
  }
}
