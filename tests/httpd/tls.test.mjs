// TLS before, at and after the handover: versions, resumption, client certificates, key updates and refused
// renegotiation, in an httpd child's relay and in relay processes.

import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { freePort } from '../../conf/demo/network.mjs';
import { makeClientCertificate } from '../support/certificates.mjs';
import { tlsHost } from '../support/httpd-modules.mjs';
import { OpensslConnection } from '../support/openssl-client.mjs';
import { eventually } from '../support/patience.mjs';
import { maskedFrame } from '../support/raw-http.mjs';
import { fewChildren, leaveToRelayProcesses, neighbours } from '../support/relays.mjs';
import { startStack } from '../support/stack.mjs';
import { WiredConnection } from '../support/tls-wire.mjs';

const versions = ['TLSv1.2', 'TLSv1.3'];
const keyUpdates = 2000;
const welcome = 2;

const commonName = 'a client';
const client = makeClientCertificate(commonName);
after(() => client.remove());
const withCertificate = ['-cert', client.certificate, '-key', client.key, '-enable_pha'];

// Further virtual hosts: one whose sessions are in httpd's cache instead of in tickets, one for clients
// with a certificate only.
const configuration = (mpm, ports) => `
${fewChildren[mpm]}
SSLCACertificateFile "${client.authority}"
<Location /certified/echo>
  SetHandler torrent-ws-test-echo
  SSLVerifyClient require
</Location>
<Location /certified/by-authorization>
  SetHandler torrent-ws-test-echo
  SSLVerifyClient optional
  Require ssl-verify-client
</Location>
<Location /certified/wss>
  SetHandler torrent-ws
  SSLVerifyClient require
  SSLUserName SSL_CLIENT_S_DN_CN
</Location>
${tlsHost(ports.cache, 'SSLSessionTickets off')}
${tlsHost(ports.certified, 'SSLVerifyClient require')}
`;

// What a server says to a client that shows no certificate.
const certificateMissed = { 'TLSv1.2': /fatal handshake_failure/, 'TLSv1.3': /fatal certificate_required/ };

// How a server asks on a connection that is open already.
const certificateAsked = { 'TLSv1.2': /HelloRequest/, 'TLSv1.3': /CertificateRequest/ };
// What mod_ssl and mod_authz_core write down then.
const certificateMisses = [
  / AH02261: | AH02263: | AH10158: /,
  / AH01630: .*\/certified$/,
  / SSL Library Error: .*(?:peer did not return a certificate|extension not received)/,
];

// s_client's name of a version.
const flagOf = (version) => `-${version.toLowerCase().replace('v', '').replace('.', '_')}`;

// Of the test under way; they end with it.
const connections = [];
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function kept(connection) {
  connections.push(connection);
  return connection;
}

const open = async (stack, base, options) => kept(await WiredConnection.open(base, stack.certificate, options));

function openOpenssl(stack, base, version, options = []) {
  return kept(OpensslConnection.open(base, path.join(stack.root, 'messages'), [flagOf(version), ...options]));
}

// A WebSocket to the echo.
async function openEcho(stack, options, base = stack.tlsUrl) {
  const connection = await open(stack, base, options);
  assert.equal(await connection.upgrade(), 101);
  return connection;
}

// OpenSSL then drops the session, by way of mod_ssl's callbacks where it can.
async function sendBadRecord(connection) {
  const record = await connection.encrypt(() => connection.send(maskedFrame('damaged')));
  record[record.length - 1] ^= 1;
  await connection.transmit(record);
  assert.match((await connection.end()).code, /BAD_RECORD_MAC/);
}

// Updates of the client's keys, each with one of the server's asked for, while the echo goes on.
async function updateKeys(connection, count) {
  for (let update = 1; update <= count; update += 1) {
    await connection.command('K');
    if (update % 10 === 0) await connection.echo(`after ${update} updates`);
  }
  assert.equal(connection.count('>>>', /KeyUpdate/), count);
  assert.equal(connection.count('<<<', /KeyUpdate/), count);
}

for (const mpm of Object.keys(fewChildren)) {
  describe(`on the ${mpm} MPM`, () => {
    let stack;
    // Where the server keeps sessions → the virtual host that does so.
    let bases;
    let certifiedBase;

    before(async () => {
      const ports = { cache: await freePort(), certified: await freePort() };
      stack = await startStack({ mpm, testEndpoints: true, conf: configuration(mpm, ports) });
      bases = { 'in its ticket': stack.tlsUrl, 'in the cache': `https://127.0.0.1:${ports.cache}/` };
      certifiedBase = `https://127.0.0.1:${ports.certified}/`;
    });
    after(() => stack?.stop(certificateMisses));

    for (const version of versions) {
      const only = { minVersion: version, maxVersion: version };
      const openssl = (base, options) => openOpenssl(stack, base, version, options);

      test(`${version} becomes a WebSocket`, async () => {
        const connection = await openEcho(stack, only);
        assert.equal(connection.socket.getProtocol(), version);
        await connection.echo(version);
      });

      for (const place of ['in its ticket', 'in the cache']) {
        // A WebSocket that resumes the session of one before it.
        const resume = async () => {
          const first = await openEcho(stack, only, bases[place]);
          assert.equal(first.socket.isSessionReused(), false);
          await first.echo('first');
          const session = first.socket.getSession();
          first.close();
          const second = await openEcho(stack, { ...only, session }, bases[place]);
          assert.equal(second.socket.isSessionReused(), true);
          await second.echo('resumed');
          return second;
        };

        test(`a session of ${version}, kept ${place}, is resumed by a WebSocket`, resume);

        test(`a bad record of ${version}, its session kept ${place}, ends its own connection only`, async () => {
          const [bystander, inChild, inProcess] = await neighbours(stack, 3, resume);
          await sendBadRecord(inChild);
          await bystander.echo('beside a relay thread');
          await leaveToRelayProcesses(stack);
          await sendBadRecord(inProcess);
          await bystander.echo('in a relay process');
          await resume();
        });
      }

      test(`a certificate that the whole virtual host asks for is taken with ${version}`, async () => {
        const connection = openssl(certifiedBase, withCertificate);
        assert.equal(await connection.upgrade(), 101);
        await connection.echo('certified');
      });

      test(`without one there is no connection with ${version}`, async () => {
        const connection = openssl(certifiedBase);
        await assert.rejects(connection.upgrade(), /the connection ended after ""/);
        assert.equal(connection.count('<<<', certificateMissed[version]), 1);
      });

      test(`a certificate that a location asks for is taken with ${version}, and names the user`, async () => {
        const echo = openssl(stack.tlsUrl, withCertificate);
        assert.equal(await echo.upgrade('/certified/echo'), 101);
        assert.equal(echo.count('<<<', certificateAsked[version]), 1);
        await echo.echo('certified');

        const wamp = openssl(stack.tlsUrl, withCertificate);
        assert.equal(await wamp.upgrade('/certified/wss'), 101);
        wamp.send(maskedFrame(JSON.stringify([1, 'torrents', { roles: { caller: {} } }])));
        const [type, , { authid }] = JSON.parse(await wamp.text());
        assert.deepEqual({ type, authid }, { type: welcome, authid: commonName });
      });

      test(`without one a location that asks for it is closed to ${version}`, async () => {
        const silent = openssl(stack.tlsUrl, ['-enable_pha']);
        assert.equal(await silent.upgrade('/certified/by-authorization'), 403);
        assert.equal(silent.count('<<<', certificateAsked[version]), 1);
        // Where it is required, the handshake itself fails.
        const refused = openssl(stack.tlsUrl, ['-enable_pha']);
        await assert.rejects(refused.upgrade('/certified/echo'), /the connection ended after ""/);
        assert.equal(refused.count('<<<', certificateMissed[version]), 1);
        // A client that cannot be asked after the handshake, as today's browsers.
        if (version === 'TLSv1.3') assert.equal(await openssl(stack.tlsUrl).upgrade('/certified/echo'), 403);
      });
    }

    const renegotiate = async ({ socket }) => {
      const refused = new Promise((resolve) => socket.once('error', resolve));
      assert.equal(socket.renegotiate({}, () => {}), true);
      assert.equal((await refused).code, 'ERR_SSL_NO_RENEGOTIATION');
    };

    test('renegotiation by the client is refused, and its neighbours live on', async () => {
      const openOld = () => openEcho(stack, { maxVersion: 'TLSv1.2' });
      const [bystander, inChild, inProcess] = await neighbours(stack, 3, openOld);
      await renegotiate(inChild);
      await bystander.echo('beside a relay thread');
      await leaveToRelayProcesses(stack);
      await renegotiate(inProcess);
      await bystander.echo('in a relay process');
    });

    test(`${keyUpdates} updates of both sides' keys are followed, then more by a relay process`, async () => {
      const connection = openOpenssl(stack, stack.tlsUrl, 'TLSv1.3');
      assert.equal(await connection.upgrade(), 101);
      await updateKeys(connection, keyUpdates);
      await leaveToRelayProcesses(stack);
      await connection.command('K');
      await connection.echo('in a relay process');
      assert.equal(connection.count('<<<', /KeyUpdate/), keyUpdates + 1);
    });
  });

  // mod_ssl then writes down each new key, in a callback that looks at its connection.
  test(`key updates with SSLKEYLOGFILE set, on the ${mpm} MPM`, async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'key-log-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const environment = { SSLKEYLOGFILE: path.join(folder, 'keys') };
    const stack = await startStack({ mpm, testEndpoints: true, conf: fewChildren[mpm], environment });
    t.after(() => stack.stop([/ AH10227: /]));
    const connection = openOpenssl(stack, stack.tlsUrl, 'TLSv1.3');
    assert.equal(await connection.upgrade(), 101);
    assert.match(fs.readFileSync(environment.SSLKEYLOGFILE, 'utf8'), /^SERVER_TRAFFIC_SECRET_0 /m);
    await updateKeys(connection, 100);
  });

  test(`a relay process leaves httpd's cache of sessions alone, on the ${mpm} MPM`, async (t) => {
    const conf = `${fewChildren[mpm]}MaxConnectionsPerChild 10\n`;
    const stack = await startStack({ mpm, testEndpoints: true, conf });
    t.after(() => stack.stop());
    const withoutTicket = { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET };
    const connection = await openEcho(stack, withoutTicket);
    const session = connection.socket.getSession();
    // Each question is a connection: at last that child has had its share, and leaves in the same generation.
    await eventually(async () => assert.equal((await stack.status()).connections.relay, 1));
    await sendBadRecord(connection);
    const again = await openEcho(stack, { ...withoutTicket, session });
    assert.equal(again.socket.isSessionReused(), true);
    await again.echo('resumed');
  });
}
