// AngularWAMP in Chromium: WAMP v2 as it was used in pages with Angular.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { openWamp1 } from '../support/wamp1-session.mjs';
import { launchBrowser, WatchedPage } from './browser.mjs';

const { resolve } = createRequire(import.meta.url);
const files = {
  'angular.js': resolve('angular/angular.js'),
  'autobahn.js': resolve('autobahn-browser'),
  'angular-wamp.js': resolve('angular-wamp'),
  'page.html': new URL('angular-page/page.html', import.meta.url),
  'app.js': new URL('angular-page/app.js', import.meta.url),
};
const torrent = 'ubuntu-16.10-desktop-amd64.iso';

let stack;
let browser;
before(async () => {
  [stack, browser] = await Promise.all([
    startStack({
      conf: `
AddType text/html .html
TorrentWsAllow subscribe,publish com.example.chat
TorrentWsAllow subscribe,publish com.example.chat role=anonymous
`,
    }),
    launchBrowser(),
  ]);
  const folder = path.join(stack.root, 'site/angular');
  fs.mkdirSync(folder);
  for (const [name, file] of Object.entries(files)) fs.copyFileSync(file, path.join(folder, name));
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

for (const [scheme, site] of [
  ['ws', 'httpUrl'],
  ['wss', 'tlsUrl'],
]) {
  describe(`AngularWAMP by ${scheme}`, () => {
    let angular;
    let row;
    before(async () => {
      await stack.rpc.call('session-set', { 'speed-limit-down': 1000 });
      const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
      angular = new WatchedPage(page, `angular-${scheme}`);
      await page.goto(stack[site]); // to log in
      await page.goto(new URL('/angular/page.html', stack[site]).href);
      row = page.locator('[data-hash]').filter({ has: page.getByText(new RegExp(`^${torrent}: `)) });
    });
    after(() => angular?.close());

    test('signs in with a token', () => angular.page.getByText('connected as 1').waitFor());

    test('shows the torrents, and has one stopped and started', async () => {
      await row.getByRole('button', { name: 'Stop' }).click();
      await row.getByText(`${torrent}: 0`).waitFor();
      await row.getByRole('button', { name: 'Start' }).click();
      await row.getByText(`${torrent}: 4`).waitFor();
    });

    test('says something, and hears it and what a client of WAMP v1 says', async () => {
      const v1 = await openWamp1(stack, scheme);
      const events = v1.subscribe('com.example.chat');
      v1.publish('com.example.chat', 'from v1');
      await events.next();
      await angular.page.locator('#heard').getByText('from v1').waitFor();
      await angular.page.locator('input').fill('from Angular');
      await angular.page.getByRole('button', { name: 'Say' }).click();
      await angular.page.locator('#heard').getByText('from Angular').waitFor();
      await events.next((word) => word === 'from Angular');
      await v1.close();
    });
  });
}
