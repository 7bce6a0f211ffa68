// Chromium on a site with HTTP/2: where the server offers RFC 8441 it opens its WebSocket as a stream, else
// over HTTP/1.1. The page works either way.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { loadModules } from '../support/httpd-modules.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';

const http2 = (setting) => `${loadModules('http2')}Protocols h2 http/1.1\nH2WebSockets ${setting}\n`;

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

for (const [setting, blocking] of [
  ['on', 1],
  ['off', 0],
]) {
  describe(`with H2WebSockets ${setting}`, () => {
    let stack;
    before(async () => {
      stack = await startStack({ conf: http2(setting) });
    });
    after(() => stack?.stop());

    test('the list is live', async () => {
      const gui = await GuiPage.open(browser, stack.tlsUrl, { name: `http2-${setting}` });
      const protocol = await gui.page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol);
      assert.equal(protocol, 'h2');
      const { connections } = await stack.status();
      assert.equal(connections.wss, 1);
      assert.equal(connections.blocking, blocking);
      await gui.close();
      await eventually(async () => assert.equal((await stack.status()).connections.wss, 0));
    });
  });
}
