// Sessions of Autobahn|JS on pages of a headless Chromium.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { RemoteSession } from '../support/remote-session.mjs';
import { bytesInJson, fromText, toText } from '../support/session-values.mjs';
import { endpoint } from '../support/wamp.mjs';

const library = createRequire(import.meta.url).resolve('autobahn-browser');
const support = fileURLToPath(new URL('../support/', import.meta.url));
const modules = ['autobahn-session.mjs', 'page-bridge.mjs', 'session-values.mjs'];

// What a stack needs to serve the pages.
export const pageConf = 'AddType text/html .html\nAddType text/javascript .mjs\n';

// Opens pages of the stack's that have the library, one over http and one over https as the server takes WebSockets of
// its own pages alone, and gives what opens sessions on them.
export async function openAutobahnPages(browser, stack) {
  const folder = path.join(stack.root, 'site/sessions');
  fs.mkdirSync(folder);
  fs.copyFileSync(library, path.join(folder, 'autobahn.js'));
  for (const name of modules) fs.copyFileSync(path.join(support, name), path.join(folder, name));
  fs.writeFileSync(path.join(folder, 'page.html'), '<!doctype html><script src="autobahn.js"></script>');

  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const sessions = new Map();
  await context.exposeFunction('tellTest', (name, text) => sessions.get(name).take(fromText(text)));
  const openPage = async (base) => {
    const page = await context.newPage();
    await page.goto(new URL('/sessions/page.html', base).href);
    return page;
  };
  const pages = { ws: await openPage(stack.httpUrl), wss: await openPage(stack.tlsUrl) };

  return async (scheme, serializer) => {
    const page = pages[scheme];
    const name = `session${sessions.size}`;
    const tellPage = (message) =>
      page
        .evaluate(([at, text]) => window[at](text), [name, toText(message)])
        .catch((error) => sessions.get(name).fail(error));
    const session = new RemoteSession(tellPage, serializer === 'json' ? bytesInJson : (bytes) => bytes);
    sessions.set(name, session);
    const options = { transport: { url: endpoint(stack, scheme, '/ws').url }, serializer, realm: 'realm1' };
    await page.evaluate(
      async ([at, given]) => {
        const { bridge } = await import('/sessions/page-bridge.mjs');
        window[at] = bridge(window.autobahn, given, (text) => window.tellTest(at, text));
      },
      [name, options],
    );
    return session.join();
  };
}
