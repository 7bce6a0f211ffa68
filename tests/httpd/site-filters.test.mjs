// Modules that work on what goes between httpd and its clients: they end with the upgrade, so that the
// WebSocket behind it is as good as any other, whatever they would do to a response.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { exchangeAndClose, openWebSocket } from '../support/exchange.mjs';
import { areLoadable, loadModules } from '../support/httpd-modules.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

const requestSeconds = 2;

// Place → what its <Location> says. Each would stall or spoil a stream of messages that it got hold of.
const places = {
  'deflate-responses': 'SetOutputFilter DEFLATE',
  'deflate-requests': 'SetInputFilter DEFLATE',
  // A kilobyte in a second: the long message alone would take a quarter of an hour.
  'rate-limit': 'SetOutputFilter RATE_LIMIT\nSetEnv rate-limit 1',
  buffer: 'SetInputFilter BUFFER\nSetOutputFilter BUFFER',
  substitute: 'SetOutputFilter SUBSTITUTE\nSubstitute "s/[a-z]/-/"',
  'external-filter': 'SetOutputFilter capitals',
  include: 'Options +Includes\nSetOutputFilter INCLUDES',
  'all-of-them': `SetInputFilter DEFLATE;BUFFER
    SetOutputFilter INCLUDES;SUBSTITUTE;capitals;BUFFER;DEFLATE;RATE_LIMIT\nSetEnv rate-limit 1`,
};

const filters = `
${loadModules('filter', 'deflate', 'ratelimit', 'buffer', 'substitute', 'ext_filter', 'include', 'reqtimeout')}
${loadModules('unique_id')}
Timeout ${requestSeconds}
RequestReadTimeout handshake=${requestSeconds} header=${requestSeconds} body=${requestSeconds}
ExtFilterDefine capitals mode=output cmd="/usr/bin/tr a-z A-Z"
LogFormat "%U %{UNIQUE_ID}e %>s %I %O %D" traffic
CustomLog logs/traffic.log traffic
${Object.entries(places)
  .map(([place, directives]) => `<Location /echo/${place}>\n${directives}\n</Location>\n`)
  .join('')}
<Location /gui/app.css>
${places['external-filter']}
</Location>
`;

// Modules of Debian packages of their own, which work on whole connections and on all requests.
const guards = {
  // It is not linked with the library that it needs.
  qos: `LoadFile libpcre.so.3
${loadModules('unique_id', 'qos')}
QS_ClientEntries 1000
QS_SrvMaxConnPerIP 50
QS_LocRequestLimit /echo 50
QS_LocKBytesPerSecLimit /echo 1
`,
  security2: `${loadModules('unique_id', 'security2')}
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecDataDir /tmp
SecTmpDir /tmp
`,
};

let stack;

async function open(scheme, place) {
  const { url, ca } = endpoint(stack, scheme, `/echo/${place}`);
  return openWebSocket(url, { ca });
}

for (const mpm of ['event', 'worker', 'prefork']) {
  describe(`filters on the ${mpm} MPM`, () => {
    before(async () => {
      stack = await startStack({ mpm, testEndpoints: true, conf: filters });
    });
    after(() => stack?.stop());

    for (const place of Object.keys(places)) {
      test(`${place.replaceAll('-', ' ')}: messages pass`, async () => {
        for (const scheme of ['ws', 'wss']) await exchangeAndClose(await open(scheme, place));
      });
    }

    test('they are at work on a page', async () => {
      const { body } = await stack.get('/gui/app.css');
      assert.ok(body.length > 0);
      assert.equal(body, body.toUpperCase());
    });

    test('the time for a request does not count for a WebSocket', async () => {
      const sockets = await Promise.all(['ws', 'wss'].map((scheme) => open(scheme, 'silent')));
      await sleep(2 * requestSeconds * 1000);
      for (const socket of sockets) await exchangeAndClose(socket);
    });

    test('the access log has one line for an upgrade', async () => {
      for (const scheme of ['ws', 'wss']) {
        const place = `logged-${scheme}`;
        await exchangeAndClose(await open(scheme, place));
        const line = await eventually(() => {
          const log = fs.readFileSync(path.join(stack.directory, 'logs/traffic.log'), 'utf8');
          const lines = log.split('\n').filter((entry) => entry.startsWith(`/echo/${place} `));
          assert.equal(lines.length, 1);
          return lines[0];
        });
        const [, id, status, ...figures] = line.split(' ');
        assert.match(id, /^[\w@-]{24,}$/, 'mod_unique_id gave one');
        assert.equal(status, '101');
        // httpd's part ends with the request; of the messages' mebibyte it knows nothing.
        const [received, sent, microseconds] = figures.map(Number);
        assert.ok(received > 100 && received < 4096, `${received} bytes received`);
        assert.ok(sent >= 0 && sent < 4096, `${sent} bytes sent`);
        assert.ok(microseconds >= 0 && microseconds < 60e6, `${microseconds} µs`);
      }
    });
  });
}

for (const [name, conf] of Object.entries(guards)) {
  describe(`mod_${name}`, { skip: !areLoadable(conf) && 'it is not installed' }, () => {
    before(async () => {
      stack = await startStack({ testEndpoints: true, conf });
    });
    after(() => stack?.stop([/ \[security2:notice\] /]));

    test('messages pass', async () => {
      for (const scheme of ['ws', 'wss']) await exchangeAndClose(await open(scheme, 'guarded'));
    });
  });
}
