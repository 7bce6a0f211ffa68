// From a request to a WebSocket, on the wire: what is refused, and what must not get lost on the way.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { get } from '../../conf/demo/network.mjs';
import { eventually } from '../support/patience.mjs';
import { acceptOf, maskedFrame, RawConnection, requestHead, upgradeHeaders } from '../support/raw-http.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const hello = JSON.stringify([1, 'torrents', { roles: { subscriber: {}, caller: {} } }]);
const call = (request, procedure, kwargs = {}) => JSON.stringify([48, request, {}, procedure, [], kwargs]);
const [welcome, error] = [2, 8];

const places = `
LimitRequestFieldSize 32768
<Location /listed/>
  SetHandler torrent-ws
  TorrentWsAllowedOrigins https://www.example.org http://example.org:8080
</Location>
<Location /anywhere/>
  SetHandler torrent-ws
  TorrentWsAllowedOrigins *
</Location>
`;

let stack;
before(async () => {
  stack = await startStack({ conf: places });
});
after(() => stack?.stop([/ TWS0004: /]));

const open = (base) => RawConnection.open(base, stack.certificate);
const hostOf = (base) => new URL(base).host;

// The response to an upgrade request with other headers than usual.
async function attempt(headers, { base = stack.httpUrl, path = '/wss/', ...options } = {}) {
  const connection = await open(base);
  connection.send(requestHead(path, { ...upgradeHeaders(hostOf(base)), ...headers }, options));
  const response = await connection.response();
  connection.close();
  return response;
}

const schemes = () => [
  ['ws', stack.httpUrl],
  ['wss', stack.tlsUrl],
];

describe('a request that is no proper upgrade', () => {
  const refusals = [
    ['a POST', { 'Content-Length': '0' }, { method: 'POST' }, 405],
    ['a HEAD', {}, { method: 'HEAD' }, 405],
    ['a plain GET', { Upgrade: undefined, Connection: 'keep-alive' }, {}, 426],
    ['an upgrade to something else', { Upgrade: 'h2c' }, {}, 426],
    ['no Upgrade in Connection', { Connection: 'keep-alive' }, {}, 426],
    ['HTTP/1.0', {}, { version: '1.0' }, 426],
    ['another version of WebSocket', { 'Sec-WebSocket-Version': '8' }, {}, 426],
    ['no version', { 'Sec-WebSocket-Version': undefined }, {}, 426],
    ['a body', { 'Content-Length': '4' }, {}, 400],
    ['a body in chunks', { 'Transfer-Encoding': 'chunked' }, {}, 400],
    ['no key', { 'Sec-WebSocket-Key': undefined }, {}, 400],
    ['a short key', { 'Sec-WebSocket-Key': Buffer.alloc(15).toString('base64') }, {}, 400],
    ['a long key', { 'Sec-WebSocket-Key': Buffer.alloc(18).toString('base64') }, {}, 400],
    ['a key that is not base64', { 'Sec-WebSocket-Key': `${'*'.repeat(22)}==` }, {}, 400],
    ['no subprotocol', { 'Sec-WebSocket-Protocol': undefined }, {}, 400],
    ['an unknown subprotocol', { 'Sec-WebSocket-Protocol': 'wamp.2.smoke, mqtt' }, {}, 400],
  ];
  for (const [name, headers, options, expected] of refusals) {
    test(`${name} gets ${expected}`, async () => {
      const response = await attempt(headers, options);
      assert.equal(response.status, expected);
      if (expected === 426) {
        assert.equal(response.headers.upgrade, 'websocket');
        assert.match(response.headers.connection, /upgrade/i);
        assert.equal(response.headers['sec-websocket-version'], '13');
      }
      if (expected === 405) assert.match(response.headers.allow, /GET/);
    });
  }

  test('leaves its connection usable', async () => {
    const connection = await open(stack.httpUrl);
    const headers = upgradeHeaders(hostOf(stack.httpUrl));
    connection.send(requestHead('/wss/', { ...headers, Upgrade: undefined, Connection: undefined }));
    assert.equal((await connection.response()).status, 426);
    connection.send(requestHead('/wss/', headers));
    assert.equal((await connection.response()).status, 101);
    connection.close();
  });
});

test('the answer to a proper upgrade is that of RFC 6455', async () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  for (const [, base] of schemes()) {
    const { status, headers } = await attempt(
      {
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Protocol': 'wamp.2.smoke, wamp.2.json',
        Connection: 'keep-alive, Upgrade',
        Upgrade: 'WebSocket',
      },
      { base },
    );
    assert.equal(status, 101);
    assert.equal(headers.upgrade.toLowerCase(), 'websocket');
    assert.equal(headers.connection.toLowerCase(), 'upgrade');
    assert.equal(headers['sec-websocket-accept'], acceptOf(key));
    assert.equal(headers['sec-websocket-protocol'], 'wamp.2.json');
  }
});

describe('the origin of a page', () => {
  const statusFor = async (Origin, base, path) => (await attempt({ Origin }, { base, path })).status;

  test('may be missing', async () => {
    assert.equal(await statusFor(undefined, stack.httpUrl), 101);
    assert.equal(await statusFor(undefined, stack.httpUrl, '/listed/'), 101);
  });

  test('may be the site itself', async () => {
    for (const [, base] of schemes()) assert.equal(await statusFor(new URL(base).origin, base), 101);
  });

  test('may be no other one', async () => {
    const { origin, hostname } = new URL(stack.httpUrl);
    const foreign = [
      'https://evil.example',
      'null',
      '',
      `http://${hostname}`,
      `${origin}.evil.example`,
      `${origin}0`,
      origin.replace('http:', 'https:'),
      new URL(stack.tlsUrl).origin,
    ];
    for (const other of foreign) assert.equal(await statusFor(other, stack.httpUrl), 403, other);
  });

  test('may be one of those that are configured, and then no other one', async () => {
    for (const listed of ['https://www.example.org', 'http://example.org:8080', 'https://WWW.example.org']) {
      assert.equal(await statusFor(listed, stack.httpUrl, '/listed/'), 101, listed);
    }
    for (const other of [
      'http://www.example.org',
      'http://example.org',
      'https://example.org',
      new URL(stack.httpUrl).origin,
    ]) {
      assert.equal(await statusFor(other, stack.httpUrl, '/listed/'), 403, other);
    }
  });

  test('may be any where that is configured', async () => {
    assert.equal(await statusFor('https://elsewhere.example', stack.httpUrl, '/anywhere/'), 101);
  });
});

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    let base;
    let upgrade;
    before(() => {
      base = scheme === 'ws' ? stack.httpUrl : stack.tlsUrl;
      upgrade = requestHead('/wss/', upgradeHeaders(hostOf(base)));
    });

    const next = async (connection) => JSON.parse(await connection.text());

    test('frames right behind the request are answered', async () => {
      const connection = await open(base);
      connection.send(upgrade, maskedFrame(hello), maskedFrame(call(1, 'no.such.procedure')));
      assert.equal((await connection.response()).status, 101);
      assert.equal((await next(connection))[0], welcome);
      assert.deepEqual((await next(connection)).slice(0, 3), [error, 48, 1]);
      connection.close();
    });

    test('so are more of them than a buffer of httpd holds', async () => {
      const connection = await open(base);
      const calls = Array.from({ length: 5 }, (_, index) =>
        maskedFrame(call(index + 1, 'no.such', { filler: 'x'.repeat(50_000) })),
      );
      connection.send(upgrade, maskedFrame(hello), ...calls);
      assert.equal((await connection.response()).status, 101);
      assert.equal((await next(connection))[0], welcome);
      for (let request = 1; request <= calls.length; request += 1) {
        assert.deepEqual((await next(connection)).slice(0, 3), [error, 48, request]);
      }
      connection.close();
    });

    test('a frame may come half with the request and half later', async () => {
      const connection = await open(base);
      const frame = maskedFrame(hello);
      connection.send(upgrade, frame.subarray(0, 7));
      assert.equal((await connection.response()).status, 101);
      connection.send(frame.subarray(7));
      assert.equal((await next(connection))[0], welcome);
      connection.close();
    });

    test('a connection that served pages can become a WebSocket', async () => {
      const connection = await open(base);
      for (const path of ['/gui/app.css', '/', '/gui/app.css']) {
        connection.send(requestHead(path, { Host: hostOf(base) }));
        const { status, body } = await connection.response();
        assert.equal(status, 200);
        assert.ok(body.length > 0);
      }
      connection.send(upgrade, maskedFrame(hello));
      assert.equal((await connection.response()).status, 101);
      assert.equal((await next(connection))[0], welcome);
      connection.close();
    });

    test('an upgrade may stand behind another request in the same piece', async () => {
      // httpd keeps a small response back, to send it together with the next one.
      for (const [path, status] of [['/gui/app.css', 200], ['/gui/not-there', 404]]) {
        const connection = await open(base);
        connection.send(requestHead(path, { Host: hostOf(base) }), upgrade, maskedFrame(hello));
        assert.equal((await connection.response()).status, status);
        assert.equal((await connection.response()).status, 101);
        assert.equal((await next(connection))[0], welcome);
        connection.close();
      }
    });

    test('large headers do not matter', async () => {
      // A virtual host keeps the limit of 8190 bytes for a field that it began with.
      const cookie = `a=${'x'.repeat(scheme === 'ws' ? 20_000 : 8_000)}`;
      const others = Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`X-Filler-${index}`, 'y'.repeat(1000)]),
      );
      const connection = await open(base);
      connection.send(
        requestHead('/wss/', { ...upgradeHeaders(hostOf(base)), Cookie: cookie, ...others }),
        maskedFrame(hello),
      );
      assert.equal((await connection.response()).status, 101);
      assert.equal((await next(connection))[0], welcome);
      connection.close();
    });
  });
}

test('open WebSockets keep nobody in httpd busy', async () => {
  const count = 100;
  const clients = await Promise.all(
    ['ws', 'wss'].flatMap((scheme) => Array.from({ length: count }, () => signedInClient(stack, { scheme }))),
  );
  await Promise.all(clients.map((client) => client.subscribe('torrents')));
  const { connections, sessions } = await stack.status();
  assert.deepEqual(
    { ws: connections.ws, wss: connections.wss, sessions },
    { ws: count, wss: count, sessions: 2 * count },
  );
  // The one that is busy answers this question.
  await eventually(async () => {
    const { body } = await get(new URL('/server-status?auto', stack.httpUrl).href);
    const figure = (name) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(body)[1]);
    assert.equal(figure('BusyWorkers'), 1);
    assert.ok(figure('ConnsTotal') <= 1, `${figure('ConnsTotal')} connections`);
  });
  await Promise.all(clients.map((client) => client.close()));
  await eventually(async () => {
    const { connections, sessions } = await stack.status();
    assert.deepEqual({ ws: connections.ws, wss: connections.wss, sessions }, { ws: 0, wss: 0, sessions: 0 });
  });
});

test('more WebSockets than are allowed are refused while the others live on', async (t) => {
  const small = await startStack({ conf: 'TorrentWsMaxConnections 2\n' });
  t.after(() => small.stop([/ TWS0202: /]));
  const first = await signedInClient(small);
  const second = await signedInClient(small, { scheme: 'wss' });
  for (const scheme of ['ws', 'wss']) {
    await assert.rejects(signedInClient(small, { scheme }), /503/);
  }
  await first.call('session.stats');
  await second.close();
  await eventually(async () => (await signedInClient(small)).close());
  await first.close();
});
