// Autobahn|JS in Chromium, with each serializer, and the clients of other libraries.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { autobahnTraits, clientsOf, loginConf, nodeAndPython } from '../support/interop-clients.mjs';
import { testCases, testPayloads } from '../support/interop-tests.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { openAutobahnPages, pageConf } from './browser-sessions.mjs';
import { launchBrowser } from './browser.mjs';

let stack;
let browser;
let open;
before(async () => {
  [stack, browser] = await Promise.all([
    startStack({ backend: noDaemon, testEndpoints: true, conf: loginConf + pageConf }),
    launchBrowser(),
  ]);
  open = await openAutobahnPages(browser, stack);
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

const inChromium = { open: (_, scheme, serializer) => open(scheme, serializer), ...autobahnTraits };
const { 'Autobahn|JS': inNode, ...others } = nodeAndPython;
assert.ok(inNode);
const clients = clientsOf({ 'Autobahn|JS in Chromium': inChromium, ...others }, ['ws', 'wss']);

describe('what is in messages', () => testPayloads(() => stack, clients));
describe('features', () => testCases(() => stack, clients));
