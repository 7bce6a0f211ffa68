// make screenshots: those of docs/screenshots, made anew on a real stack.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';

const folder = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const desktop = { width: 1280, height: 640 };
const phone = { width: 390, height: 844 };
const downloading = 'ubuntu-16.10-desktop-amd64.iso';
const stopped = 'xubuntu-16.10-desktop-amd64.iso';

// name: of the file. steps: what is done with the page before.
const scenes = [
  { name: 'desktop-list', viewport: desktop, steps: (gui) => gui.row(stopped).click() },
  {
    name: 'desktop-dark',
    viewport: desktop,
    colorScheme: 'dark',
    steps: async (gui) => {
      await gui.row(downloading).locator('[data-field="name"]').click({ button: 'right' });
      await gui.page.waitForFunction(() => document.activeElement.closest('[role="menu"]') !== null);
    },
  },
  { name: 'phone-list', viewport: phone, hasTouch: true, isMobile: true },
];

const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
try {
  for (const { name, steps, ...layout } of scenes) {
    const gui = await GuiPage.open(browser, stack.httpUrl, {
      name,
      colorScheme: 'light',
      reducedMotion: 'reduce',
      ...layout,
    });
    // So that the bars have something to show.
    await gui.progressBeyond(downloading, 0.05);
    await steps?.(gui);
    // No row is shown as pointed at.
    await gui.page.mouse.move(0, 0);
    await gui.page.screenshot({ path: path.join(folder, `${name}.png`) });
    await gui.close();
  }
} finally {
  await browser.close();
  await stack.stop();
}
