// The site's own rules hold for WebSockets as they do for pages: access control, logins, virtual hosts,
// rewriting and headers.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { freePort } from '../../conf/demo/network.mjs';
import { writePasswords } from '../support/basic-login.mjs';
import { exchangeAndClose, openWebSocket, upgradeResponse } from '../support/exchange.mjs';
import { loadModules } from '../support/httpd-modules.mjs';
import { startStack } from '../support/stack.mjs';
import { WampClient } from '../support/wamp.mjs';

// The site: a virtual host without TLS, and two with it on one port.
const rules = `
  RewriteEngine on
  RewriteRule ^/old-ws/(.*) /wss/$1 [PT]
  RewriteRule ^/old-echo/(.*) /echo/$1 [PT]
  RewriteCond %{HTTP_COOKIE} "(?:^|; )banned="
  RewriteRule ^ - [F]
`;
const siteConfiguration = ({ folder, port, tlsPort }) => `
${loadModules('rewrite', 'auth_basic', 'authn_core', 'authn_file', 'authz_user', 'remoteip')}
RemoteIPHeader X-Forwarded-For
RemoteIPTrustedProxy 127.0.0.1
<Location /wss/>
  Header set X-Site response
  Header always set X-Site-Always response
  RequestHeader set X-Site request
  RequestHeader unset X-Unwanted
</Location>
<Location /wss/denied>
  Require all denied
</Location>
<Location /wss/listed>
  TorrentWsAllowedOrigins https://listed.example
</Location>
<Location /wss/far>
  Require ip 203.0.113.0/24
</Location>
<Location /wss/members>
  AuthType Basic
  AuthName members
  AuthBasicProvider file
  AuthUserFile ${folder}/passwords
  Require valid-user
</Location>
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  ServerName open.test
  ${rules}
</VirtualHost>
Listen 127.0.0.1:${tlsPort} https
<VirtualHost 127.0.0.1:${tlsPort}>
  ServerName open.test
  SSLEngine on
  SSLCertificateFile ${folder}/open.test.pem
  SSLCertificateKeyFile ${folder}/open.test.key
  ${rules}
</VirtualHost>
<VirtualHost 127.0.0.1:${tlsPort}>
  ServerName closed.test
  SSLEngine on
  SSLCertificateFile ${folder}/closed.test.pem
  SSLCertificateKeyFile ${folder}/closed.test.key
  TorrentWsAllowedOrigins https://closed-only.example
  <Location /wss/>
    Require all denied
  </Location>
</VirtualHost>
`;

// Makes HOST.pem and HOST.key, and returns the certificate, which signs itself.
function makeCertificate(host) {
  const [certificate, key] = [`${host}.pem`, `${host}.key`].map((name) => path.join(folder, name));
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const extensions = ['basicConstraints=critical,CA:FALSE', `subjectAltName=DNS:${host},IP:127.0.0.1`];
  const names = ['-subj', `/CN=${host}`, ...extensions.flatMap((extension) => ['-addext', extension])];
  execFileSync('openssl', ['req', ...options, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return fs.readFileSync(certificate);
}

const user = 'alice';
const password = 'correct horse';
const credentials = (name, secret) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-site-'));
const certificates = {};
let stack;
let places;
before(async () => {
  fs.chmodSync(folder, 0o755);
  for (const host of ['open.test', 'closed.test']) certificates[host] = makeCertificate(host);
  writePasswords(path.join(folder, 'passwords'), { [user]: password });
  const [port, tlsPort] = await Promise.all([freePort(), freePort()]);
  places = { ws: `ws://127.0.0.1:${port}`, wss: `wss://127.0.0.1:${tlsPort}` };
  stack = await startStack({ testEndpoints: true, conf: siteConfiguration({ folder, port, tlsPort }) });
});
after(async () => {
  fs.rmSync(folder, { recursive: true });
  await stack?.stop([/ TWS0004: /, / AH01630: | AH01617: | AH01618: /]);
});

// What a client of this virtual host gives to npm's ws.
const clientOf = (host, headers = {}) => ({
  ca: certificates[host],
  servername: host,
  headers: { Host: host, ...headers },
});

const statusOf = async (scheme, pathName, { host = 'open.test', ...headers } = {}) =>
  (await upgradeResponse(places[scheme] + pathName, { protocols: 'wamp.2.json', ...clientOf(host, headers) })).status;

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    const joined = async (pathName, headers) => {
      const client = await WampClient.open(places[scheme] + pathName, clientOf('open.test', headers));
      return { client, details: await client.join() };
    };

    test('Require says who may connect', async () => {
      assert.equal(await statusOf(scheme, '/wss/'), 101);
      assert.equal(await statusOf(scheme, '/wss/denied'), 403);
      assert.equal(await statusOf(scheme, '/wss/far'), 403);
    });

    test('a login that httpd checks is the login of the session', async () => {
      assert.equal(await statusOf(scheme, '/wss/members'), 401);
      assert.equal(await statusOf(scheme, '/wss/members', credentials(user, 'wrong')), 401);
      assert.equal(await statusOf(scheme, '/wss/members', credentials('mallory', password)), 401);
      const { client, details } = await joined('/wss/members', credentials(user, password));
      assert.equal(details.authid, user);
      assert.equal((await (await client.subscribe('torrents')).next()).snapshot, true);
      await client.close();
      // Where httpd asks for no login, what a client says about itself counts for nothing.
      const stranger = await joined('/wss/', credentials(user, password));
      assert.notEqual(stranger.details.authid, user);
      await assert.rejects(stranger.client.subscribe('torrents'), /not_authorized/);
      await stranger.client.close();
    });

    test('mod_remoteip tells who a proxy connects for', async () => {
      assert.equal(await statusOf(scheme, '/wss/far', { 'X-Forwarded-For': '203.0.113.9' }), 101);
      assert.equal(await statusOf(scheme, '/wss/far', { 'X-Forwarded-For': '198.51.100.9' }), 403);
    });

    test('origins may differ from place to place', async () => {
      const from = (Origin) => ({ Origin });
      assert.equal(await statusOf(scheme, '/wss/listed', from('https://listed.example')), 101);
      assert.equal(await statusOf(scheme, '/wss/', from('https://listed.example')), 403);
      const own = `${scheme === 'ws' ? 'http' : 'https'}://open.test`;
      assert.equal(await statusOf(scheme, '/wss/', from(own)), 101);
      assert.equal(await statusOf(scheme, '/wss/listed', from(own)), 403);
    });

    test('mod_rewrite leads old addresses here, and forbids', async () => {
      assert.equal(await statusOf(scheme, '/old-ws/'), 101);
      assert.equal(await statusOf(scheme, '/old-ws/denied'), 403);
      await exchangeAndClose(await openWebSocket(`${places[scheme]}/old-echo/`, clientOf('open.test')));
      assert.equal(await statusOf(scheme, '/wss/', { Cookie: 'theme=dark; banned=1' }), 403);
      assert.equal(await statusOf(scheme, '/wss/', { Cookie: 'theme=dark; unbanned=1' }), 101);
    });

    test('mod_headers changes requests and refusals, the 101 is left as it is', async () => {
      const options = { protocols: 'wamp.2.json', ...clientOf('open.test', { 'X-Unwanted': '1' }) };
      const response = await upgradeResponse(`${places[scheme]}/wss/`, options);
      assert.equal(response.status, 101);
      assert.deepEqual(
        Object.keys(response.headers).filter((name) => name.startsWith('x-')),
        [],
      );
      const refusal = await upgradeResponse(`${places[scheme]}/wss/denied`, options);
      assert.equal(refusal.status, 403);
      assert.equal(refusal.headers['x-site-always'], 'response');
    });
  });
}

describe('virtual hosts on one TLS port', () => {
  test('SNI picks the certificate and the rules', async () => {
    // Each client trusts the one certificate only, so a connection proves that it got it.
    assert.equal(await statusOf('wss', '/wss/', { host: 'open.test' }), 101);
    assert.equal(await statusOf('wss', '/wss/', { host: 'closed.test' }), 403);
    const confused = { ...clientOf('closed.test'), servername: 'open.test' };
    await assert.rejects(openWebSocket(`${places.wss}/echo/`, confused), /self-signed certificate/);
  });

  test('what one of them does not forbid works in both', async () => {
    for (const host of ['open.test', 'closed.test']) {
      const socket = await openWebSocket(`${places.wss}/echo/`, clientOf(host));
      await exchangeAndClose(socket);
    }
  });

  test('origins may differ from host to host', async () => {
    const statusFor = async (host, Origin) =>
      (await upgradeResponse(`${places.wss}/echo/`, clientOf(host, { Origin }))).status;
    assert.equal(await statusFor('closed.test', 'https://closed-only.example'), 101);
    assert.equal(await statusFor('closed.test', 'https://closed.test'), 403);
    assert.equal(await statusFor('open.test', 'https://closed-only.example'), 403);
    assert.equal(await statusFor('open.test', 'https://open.test'), 101);
  });
});
