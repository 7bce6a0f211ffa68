// Pages that come through an SSH forward, on another host name and port than httpd's own: their WebSockets go the same way.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { freePort } from '../../conf/demo/network.mjs';
import { SshServer } from '../support/ssh-forward.mjs';
import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';
import { LegacyPage } from './legacy-page.mjs';

const host = 'somewhere.test';
const torrent = 'ubuntu-16.10-desktop-amd64.iso';
const portOf = (url) => new URL(url).port;

let stack;
let browser;
let ssh;
let port;
let tlsPort;
let endForward;
before(async () => {
  port = await freePort();
  tlsPort = await freePort();
  [stack, browser] = await Promise.all([
    startStack({
      conf: `
<Location /listed/>
  SetHandler torrent-ws
  TorrentWsAllowedOrigins http://${host}:${port}
</Location>
`,
    }),
    launchBrowser(`--host-resolver-rules=MAP ${host} 127.0.0.1`),
  ]);
  ssh = await SshServer.start(stack);
  const ends = [await ssh.forward(port, portOf(stack.httpUrl)), await ssh.forward(tlsPort, portOf(stack.tlsUrl))];
  endForward = () => Promise.all(ends.map((end) => end()));
});
after(async () => {
  await browser?.close();
  await endForward?.();
  await ssh?.stop();
  // The test that a page is refused says so.
  await stack?.stop([/ TWS0004: /]);
});

for (const scheme of ['http', 'https']) {
  describe(`${scheme} through a forward`, () => {
    const site = () => `${scheme}://${host}:${scheme === 'http' ? port : tlsPort}/`;
    const open = (kind, name) => kind.open(browser, site(), { name: `${name}-${scheme}` });

    test('the page has live torrents, and stops one', async () => {
      const gui = await open(GuiPage, 'forwarded');
      assert.equal((await stack.status()).connections[scheme.replace('http', 'ws')], 1);
      await gui.row(torrent).click();
      await gui.act('stop');
      await gui.status(torrent, 'Stopped');
      await gui.act('start');
      await gui.status(torrent, /Downloading|Stalled|Queued|Seeding/);
      await gui.close();
    });

    test('the page of 2016 has, too', async () => {
      const legacy = await open(LegacyPage, 'forwarded-legacy');
      await legacy.press(torrent, 'Stop');
      await legacy.shows(torrent, 'status', 'Stopped');
      await legacy.press(torrent, 'Start');
      await legacy.shows(torrent, 'status', /Downloading|Seeding/);
      await legacy.close();
    });
  });
}

test('a WebSocket past the forward is one of another origin, which has to be listed', async () => {
  // The page's own policy admits no other host; another site's may.
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`http://${host}:${port}/`);
  const firstMessage = (url) =>
    page.evaluate(
      (address) =>
        new Promise((resolve) => {
          const socket = new WebSocket(address, 'wamp');
          socket.onmessage = ({ data }) => resolve(JSON.parse(data)[0]);
          socket.onclose = () => resolve('refused');
        }),
      url,
    );
  const direct = stack.httpUrl.replace('http', 'ws');
  assert.equal(await firstMessage(`${direct}wss/`), 'refused');
  assert.equal(await firstMessage(`${direct}listed/`), 0);
  await page.close();
});

test('a page whose forward was lost goes on with the next one', async () => {
  const gui = await GuiPage.open(browser, `http://${host}:${port}/`, { name: 'forward-lost' });
  await gui.duringOutage(async () => {
    await endForward();
    await gui.connection('reconnecting');
    endForward = await ssh.forward(port, portOf(stack.httpUrl));
    await gui.connection('connected');
  });
  await gui.close();
});
