// Whose address a WebSocket has that came through a proxy: the site's rules see it, and so does the module.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';

import { freePort } from '../../conf/demo/network.mjs';
import { exchangeAndClose, openWebSocket, upgradeResponse } from '../support/exchange.mjs';
import { loadModules, tlsHost } from '../support/httpd-modules.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

// The proxy's client (RFC 5737), which alone may connect to /echo/far.
const client = '203.0.113.9';

const configuration = ({ port, tlsPort }) => `
${loadModules('remoteip')}
TorrentWsAccessLog logs/websocket.log
RemoteIPHeader X-Forwarded-For
RemoteIPTrustedProxy 127.0.0.1
<Location /echo/far>
  Require ip ${client}
</Location>
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  RemoteIPProxyProtocol On
</VirtualHost>
${tlsHost(tlsPort, 'RemoteIPProxyProtocol On')}
`;

// The PROXY protocol's header of a connection from an address, in both versions.
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
const [proxyCommand, tcpOverIpv4, addressesLength] = [0x21, 0x11, 12];
const headers = {
  1: (address) => Buffer.from(`PROXY TCP4 ${address} 192.0.2.1 51000 443\r\n`),
  2: (address) =>
    Buffer.concat([
      signature,
      Buffer.from([proxyCommand, tcpOverIpv4, 0, addressesLength]),
      Buffer.from([address, '192.0.2.1'].flatMap((ip) => ip.split('.').map(Number))),
      Buffer.from([51000 >> 8, 51000 & 0xff, 443 >> 8, 443 & 0xff]),
    ]),
};

let stack;
let ports;
before(async () => {
  const [port, tlsPort] = await Promise.all([freePort(), freePort()]);
  ports = { ws: port, wss: tlsPort };
  stack = await startStack({ testEndpoints: true, conf: configuration({ port, tlsPort }) });
});
after(() => stack?.stop([/ AH01630: /, / AH03492: /]));

// What npm's ws takes to connect as a proxy would: the header goes ahead of everything, TLS too.
async function proxied(scheme, header) {
  const socket = net.connect(ports[scheme], '127.0.0.1');
  await once(socket, 'connect');
  socket.write(header);
  if (scheme === 'ws') return { createConnection: () => socket };
  const secure = tls.connect({ socket, ca: stack.certificate, host: '127.0.0.1' });
  return { createConnection: () => secure };
}

// The addresses of the closed WebSockets to a path, as the module wrote them down.
function addressesOf(place) {
  const log = fs.readFileSync(path.join(stack.directory, 'logs/websocket.log'), 'utf8');
  const lines = log.split('\n').filter((line) => line.includes(`"GET ${place} WebSocket"`));
  return lines.map((line) => line.split(' ')[1]);
}

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    test('mod_remoteip takes it from the header of a trusted proxy', async () => {
      const { url, ca } = endpoint(stack, scheme, `/echo/far/${scheme}`);
      assert.equal((await upgradeResponse(url, { ca })).status, 403);
      const from = (address) => ({ ca, headers: { 'X-Forwarded-For': address } });
      assert.equal((await upgradeResponse(url, from('203.0.113.10'))).status, 403);
      await exchangeAndClose(await openWebSocket(url, from(client)));
      await eventually(() => assert.deepEqual(addressesOf(`/echo/far/${scheme}`), [client]));
    });

    for (const [version, header] of Object.entries(headers)) {
      test(`PROXY protocol ${version} says it ahead of the connection`, async () => {
        const place = `/echo/far/proxy-${version}-${scheme}`;
        const url = `${scheme}://127.0.0.1:${ports[scheme]}${place}`;
        const stranger = await proxied(scheme, header('203.0.113.10'));
        assert.equal((await upgradeResponse(url, stranger)).status, 403);
        await exchangeAndClose(await openWebSocket(url, await proxied(scheme, header(client))));
        await eventually(() => assert.deepEqual(addressesOf(place), [client]));
      });
    }
  });
}
