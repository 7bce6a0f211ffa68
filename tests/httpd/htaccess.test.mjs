// Only the server's configuration says where WebSockets and the status are: who may write .htaccess files
// can neither open a place for them nor read the status.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { freePort, get } from '../../conf/demo/network.mjs';
import { exchangeAndClose, openWebSocket, upgradeResponse } from '../support/exchange.mjs';
import { loadModules } from '../support/httpd-modules.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

// Folder → its .htaccess.
const attempts = {
  'set-handler': 'SetHandler torrent-ws',
  'set-handler-in-files': '<Files file.x>\nSetHandler torrent-ws\n</Files>',
  'add-handler': 'AddHandler torrent-ws .x',
  'rewrite-rule': 'RewriteEngine on\nRewriteRule . - [H=torrent-ws]',
  'force-type': 'AddType torrent-ws .x',
  'test-endpoint': 'SetHandler torrent-ws-test-echo',
  status: 'SetHandler torrent-ws-status',
  'status-by-name': 'AddHandler torrent-ws-status .x',
  // The server's configuration opens this one, for WebSockets and not for the status.
  'opened-otherwise': 'SetHandler torrent-ws-status',
  // Here the server's configuration says it, but not with SetHandler.
  'add-handler-in-the-server': '',
  'rewrite-rule-in-the-server': '',
};
// Folders that it does open.
const opened = ['directory', 'files', 'by-rewriting'];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-htaccess-'));
const configuration = (port) => `
${loadModules('rewrite')}
Alias /people/ ${folder}/
<Directory ${folder}>
  AllowOverride All
  Require all granted
</Directory>
<Directory ${folder}/directory>
  SetHandler torrent-ws-test-echo
</Directory>
<Directory ${folder}/files>
  <Files file.x>
    SetHandler torrent-ws-test-echo
  </Files>
</Directory>
<Directory ${folder}/opened-otherwise>
  SetHandler torrent-ws
</Directory>
<Directory ${folder}/add-handler-in-the-server>
  AddHandler torrent-ws .x
</Directory>
<Directory ${folder}/rewrite-rule-in-the-server>
  RewriteEngine on
  RewriteRule . - [H=torrent-ws]
</Directory>
<Location /people/located>
  SetHandler torrent-ws-test-echo
</Location>
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  SetHandler torrent-ws-test-echo
</VirtualHost>
`;

let stack;
let port;
before(async () => {
  fs.chmodSync(folder, 0o755);
  for (const name of [...Object.keys(attempts), ...opened, 'plain']) {
    fs.mkdirSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, name, 'file.x'), 'a file\n');
  }
  for (const [name, text] of Object.entries(attempts))
    fs.writeFileSync(path.join(folder, name, '.htaccess'), `${text}\n`);
  // A .htaccess file may lead to a place that the server opens, as a link may.
  fs.writeFileSync(
    path.join(folder, 'by-rewriting', '.htaccess'),
    'RewriteEngine on\nRewriteRule ^file\\.x$ /echo/rewritten\n',
  );
  port = await freePort();
  stack = await startStack({ testEndpoints: true, conf: configuration(port) });
});
after(async () => {
  fs.rmSync(folder, { recursive: true });
  // What mod_mime says to a type without a slash.
  await stack?.stop([/ TWS0009: /, / AH01599: Cannot get media type from 'torrent-ws'$/]);
});

const urlOf = (name, scheme = 'ws') => endpoint(stack, scheme, `/people/${name}/file.x`);
const complaints = () =>
  stack
    .errorLog()
    .split('\n')
    .filter((line) => line.includes(' TWS0009: ')).length;

for (const name of Object.keys(attempts)) {
  test(`${name.replaceAll('-', ' ')}: nothing comes of it`, async () => {
    for (const scheme of ['ws', 'wss']) {
      const before = complaints();
      const { url, ca } = urlOf(name, scheme);
      const { status, headers } = await upgradeResponse(url, { ca, protocols: 'wamp.2.json' });
      assert.equal(status, 403);
      assert.equal(headers.upgrade, undefined);
      const page = await get(`${url.replace('ws', 'http')}?json`, { ca });
      assert.equal(page.status, 403);
      assert.doesNotMatch(page.body, /event_loop/);
      assert.equal(complaints(), before + 2);
    }
  });
}

describe("the server's configuration opens a place", () => {
  for (const name of opened) {
    test(`${name.replaceAll('-', ' ')}`, async () => {
      for (const scheme of ['ws', 'wss']) {
        const { url, ca } = urlOf(name, scheme);
        await exchangeAndClose(await openWebSocket(url, { ca }));
      }
    });
  }

  test('location', async () => {
    const { url, ca } = endpoint(stack, 'wss', '/people/located');
    await exchangeAndClose(await openWebSocket(url, { ca }));
  });

  test('virtual host', async () => {
    await exchangeAndClose(await openWebSocket(`ws://127.0.0.1:${port}/people/plain/file.x`));
  });

  test('and no other one', async () => {
    assert.equal((await upgradeResponse(urlOf('plain').url)).status, 200);
  });
});
