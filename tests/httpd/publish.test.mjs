// Publishing over HTTP: by whom, signed how, and what is answered.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { guardedLocation, loadLogins } from '../support/httpd-modules.mjs';
import { runPhp } from '../support/php.mjs';
import { post, publishersFolder, secretFile, signature } from '../support/publishers.mjs';
import { reconfigure } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const run = promisify(execFile);
const secret = 'a'.repeat(32);
const otherSecret = 'b'.repeat(64);
const shop = { key: 'shop', secret };
const maxMessage = 65_536;
const topic = 'com.example.shop.sold';

let folder;
let stack;
let subscriber;
const directives = (more = '') => `
${loadLogins()}TorrentWsMaxMessageSize ${maxMessage}
TorrentWsAllow subscribe com.example.*
TorrentWsAllow publish   com.example.shop.* role=publisher user=shop
TorrentWsAllow publish   com.example.chat
<Location /publish>
  SetHandler torrent-ws-publish
</Location>
${guardedLocation('/guarded', 'torrent-ws-publish', '1 2')}${guardedLocation('/anybody', 'torrent-ws-publish', '*')}${more}`;
const keys = () => `TorrentWsPublishKey shop ${path.join(folder, 'shop')}\n`;

before(async () => {
  folder = publishersFolder();
  secretFile(folder, 'shop', `${secret}\n`);
  stack = await startStack({ backend: noDaemon, conf: directives(keys()) });
  subscriber = await signedInClient(stack);
});
after(async () => {
  await subscriber?.close();
  await stack?.stop([/ TWS0304: /, / TWS0501: /, / TWS0004: /, / AH01617: /, / AH01618: /, / TWS0002: /, / TWS0011: /]);
  fs.rmSync(folder, { recursive: true });
});

const address = (place = '/publish') => new URL(place, stack.httpUrl).href;

// Signed by the shop.
function publish(content, { parts, signer = shop, ...options } = {}) {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  return post(address(), body, { query: signature(signer, body, parts), ...options });
}

// By a user whom httpd asks for a password.
function as(user, content) {
  const credentials = Buffer.from(`${user}:x`).toString('base64');
  return post(address('/guarded'), JSON.stringify(content), { headers: { Authorization: `Basic ${credentials}` } });
}

// What comes back, up to its end.
async function sendRaw(text) {
  const { hostname, port } = new URL(stack.httpUrl);
  const connection = net.connect({ port, host: hostname, allowHalfOpen: true });
  connection.end(text);
  return (await connection.toArray()).join('');
}

async function assertRefused(answer, status, uri, message = /./) {
  const { status: given, body } = await answer;
  assert.deepEqual([given, body.error], [status, uri]);
  assert.match(body.message, message);
}

describe('a signed request', () => {
  test('reaches subscribers, and is told how many', async () => {
    const events = await subscriber.subscribe(topic, {}, { whole: true });
    const { status, body } = await publish({ topic, args: [1, 'zwölf'], kwargs: { price: 2.5, by: null } });
    assert.equal(status, 200);
    const event = await events.next();
    assert.deepEqual(event.args, [1, 'zwölf']);
    assert.deepEqual(event.kwargs, { price: 2.5, by: null });
    assert.deepEqual(event.details, {});
    assert.deepEqual(body, { id: event.publication, receivers: 1 });
    await subscriber.unsubscribe(events);
    assert.equal((await publish({ topic })).body.receivers, 0);
  });

  test('counts a session that subscribes twice once', async () => {
    const exact = await subscriber.subscribe(topic, {}, { whole: true });
    const prefix = await subscriber.subscribe('com.example.shop', { match: 'prefix' }, { whole: true });
    const { body } = await publish({ topic, event: { v1: true } });
    assert.equal(body.receivers, 1);
    assert.deepEqual((await exact.next()).args, [{ v1: true }]);
    assert.equal((await prefix.next()).publication, body.id);
    await subscriber.unsubscribe(exact);
    await subscriber.unsubscribe(prefix);
  });

  test('goes to whom it is for', async () => {
    const other = await signedInClient(stack, { userId: 2 });
    const [mine, others] = [await subscriber.subscribe(topic), await other.subscribe(topic)];
    const kwargs = { for: 2 };
    for (const options of [
      { eligible_authid: ['2'] },
      { exclude_authid: ['1'] },
      { eligible: [other.id] },
      { exclude: [subscriber.id] },
      { eligible_authrole: ['user'] },
      { exclude_authrole: ['admin'] },
    ]) {
      assert.equal((await publish({ topic, kwargs, options })).body.receivers, 1);
      assert.deepEqual(await others.next(), kwargs);
    }
    assert.equal(mine.length, 0);
    await subscriber.unsubscribe(mine);
    await other.close();
  });

  test('can be retained', async () => {
    await publish({ topic: 'com.example.shop.last', kwargs: { n: 1 }, options: { retain: true } });
    const events = await subscriber.subscribe('com.example.shop.last', { get_retained: true });
    assert.deepEqual(await events.next(), { n: 1 });
  });

  test('may carry a list, of which one that is wrong stops no other', async () => {
    const events = await subscriber.subscribe(topic);
    const { status, body } = await publish([
      { topic, kwargs: { n: 1 } },
      { topic: 'com.example.chat' },
      { topic, kwargs: { n: 2 } },
      { topic, color: 'red' },
    ]);
    assert.equal(status, 200);
    assert.deepEqual(await events.next(), { n: 1 });
    assert.deepEqual(await events.next(), { n: 2 });
    assert.deepEqual(
      body.map(({ receivers, error }) => receivers ?? error),
      [1, 'wamp.error.not_authorized', 1, 'wamp.error.invalid_argument'],
    );
    assert.match(body[3].message, /unknown member "color"/);
    await subscriber.unsubscribe(events);
    assert.deepEqual((await publish([])).body, []);
  });

  test('has the status of the first error where nothing is published', async () => {
    const { status, body } = await publish([{ topic: 'com.example.chat' }, { topic: 1 }]);
    assert.equal(status, 403);
    assert.equal(body.length, 2);
  });

  test('may publish what TorrentWsAllow lets its key, and nothing else', async () => {
    await assertRefused(publish({ topic: 'com.example.chat' }), 403, 'wamp.error.not_authorized', /role=publisher/);
    for (const own of ['torrents', 'wamp.session.on_join']) {
      await assertRefused(publish({ topic: own }), 403, 'wamp.error.not_authorized', /server's own names/);
    }
  });

  test('is refused where it says nothing that can be published', async () => {
    const invalid = 'wamp.error.invalid_argument';
    for (const [content, uri, message] of [
      ['', invalid, /no JSON/],
      ['{', invalid, /no JSON/],
      ['1', invalid, /a publication is a dictionary/],
      [{}, invalid, /topic is missing/],
      [{ topic: 'com.example\nshop' }, 'wamp.error.invalid_uri', /no|not/],
      [{ topic, args: {} }, invalid, /args is a list/],
      [{ topic, args: [1], event: 2 }, invalid, /give one of them/],
      [{ topic, kwargs: [1] }, invalid, /kwargs is a dictionary/],
      [{ topic, options: 1 }, invalid, /options is a dictionary/],
      [{ topic, options: { eligible: 1 } }, invalid, /eligible is a list of session ids/],
      [{ topic, options: { disclose_me: true } }, 'wamp.error.option_not_allowed', /"disclose_me"/],
      [Array(1001).fill({ topic }), invalid, /1000 publications at most/],
      [`{"topic":"${topic}","args":${'['.repeat(80)}${']'.repeat(80)}}`, 'wamp.error.payload_size_exceeded', /./],
    ]) {
      const status = uri === 'wamp.error.payload_size_exceeded' ? 413 : 400;
      await assertRefused(publish(content), status, uri, message);
    }
  });

  test('is taken with empty lists where PHP means dictionaries', async () => {
    assert.equal((await publish({ topic, kwargs: [], options: [] })).status, 200);
  });
});

describe('a signature', () => {
  const failed = 'wamp.error.authentication_failed';

  test('is needed', async () => {
    const answer = await post(address(), JSON.stringify({ topic }));
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate'), /^HMAC-SHA256/);
    assert.equal(answer.body.error, failed);
  });

  test('has to be right', async () => {
    const before = (await stack.status()).publications_refused.http;
    const wrong = [
      { signer: { key: 'shop', secret: otherSecret } },
      { signer: { key: 'nobody', secret } },
      { signer: { key: 'shop', secret: '' } },
      { parts: { signature: 'x' } },
      { parts: { seq: 'one' } },
      { parts: { nonce: '' } },
      { parts: { nonce: '1'.repeat(200) } },
      { parts: { timestamp: 'now' } },
    ];
    for (const options of wrong) await assertRefused(publish({ topic }, options), 401, failed);
    // One of them is refused before the event loop hears of it.
    assert.equal((await stack.status()).publications_refused.http, before + wrong.length - 1);
    assert.ok(!stack.errorLog().includes(secret));
  });

  test('covers the body', async () => {
    const query = signature(shop, JSON.stringify({ topic }));
    await assertRefused(post(address(), JSON.stringify({ topic, args: [1] }), { query }), 401, failed);
  });

  test('is for now, with TorrentWsPublishWindow around it', async () => {
    for (const seconds of [-61, 61, -86_400]) {
      const timestamp = new Date(Date.now() + seconds * 1000 + Math.sign(seconds) * 1000).toISOString();
      await assertRefused(publish({ topic }, { parts: { timestamp } }), 401, failed, /TorrentWsPublishWindow/);
    }
    const ahead = new Date(Date.now() + 30_000).toISOString();
    assert.equal((await publish({ topic }, { parts: { timestamp: ahead } })).status, 200);
  });

  test('from before the start of torrent-ws may have been used already', async () => {
    const { uptime_seconds: uptime } = await stack.status();
    // Younger than the window: else it is refused for that.
    if (uptime > 50) return;
    const timestamp = new Date(Date.now() - (uptime + 5) * 1000).toISOString();
    const answer = await publish({ topic }, { parts: { timestamp } });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
  });

  test('is good for once', async () => {
    const body = JSON.stringify({ topic });
    const parts = { nonce: String(randomInt(10 ** 12, 10 ** 13)), seq: '17' };
    const query = signature(shop, body, parts);
    assert.equal((await post(address(), body, { query })).status, 200);
    await assertRefused(post(address(), body, { query }), 401, failed, /used before/);
    // Nothing is between the parts: the same signature covers these.
    const moved = new URLSearchParams(query);
    moved.set('seq', `17${parts.nonce[0]}`);
    moved.set('nonce', parts.nonce.slice(1));
    await assertRefused(post(address(), body, { query: moved }), 401, failed, /used before/);
    // Another body under the same nonce.
    const other = JSON.stringify({ topic, args: [2] });
    await assertRefused(post(address(), other, { query: signature(shop, other, parts) }), 401, failed, /used before/);
  });
});

describe('a request', () => {
  test('is a POST of JSON', async () => {
    const body = JSON.stringify({ topic });
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await publish(body, { method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'POST');
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      assert.equal((await publish(body, { headers: { 'Content-Type': type } })).status, 415, type);
    }
    assert.equal((await publish(body, { headers: { 'Content-Encoding': 'gzip' } })).status, 415);
    assert.equal((await publish(body, { headers: { 'Content-Type': 'application/json; charset=utf-8' } })).status, 200);
  });

  test('has TorrentWsMaxMessageSize at most, chunked or not', async () => {
    const fits = { topic, args: ['x'.repeat(maxMessage - 200)] };
    assert.equal((await publish(fits)).status, 200);
    const body = JSON.stringify({ topic, args: ['x'.repeat(maxMessage)] });
    await assertRefused(publish(body), 413, 'wamp.error.payload_size_exceeded');
    const file = secretFile(folder, 'body', body);
    const query = signature(shop, body);
    const chunked = ['-H', 'Transfer-Encoding: chunked', '-H', 'Content-Type: application/json'];
    const output = ['-s', '-o', path.join(folder, 'answer'), '-w', '%{http_code}'];
    const { stdout } = await run('curl', [...output, ...chunked, '--data-binary', `@${file}`, `${address()}?${query}`]);
    assert.equal(stdout, '413');
  });

  test('has to come as it is announced', async () => {
    const query = signature(shop, '{}');
    const head = `POST /publish?${query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    assert.match(await sendRaw(`${head}Transfer-Encoding: chunked\r\n\r\nno number\r\n`), /^HTTP\/1.1 400 /);
    assert.match(await sendRaw(`${head}Content-Length: 3\r\n\r\n{}`), /^HTTP\/1.1 400 [^]*wamp.error.invalid_argument/);
  });

  test('with a login or a key that is not UTF-8 is refused', async () => {
    const credentials = Buffer.from('m\u00fcller:x', 'latin1').toString('base64');
    const headers = { Authorization: `Basic ${credentials}` };
    await assertRefused(post(address('/anybody'), '{}', { headers }), 400, 'wamp.error.invalid_argument', /UTF-8/);
    const query = signature(shop, '{}').toString().replace('key=shop', 'key=%FF');
    await assertRefused(post(address(), '{}', { query }), 401, 'wamp.error.authentication_failed');
  });

  test('of a page of another site is refused', async () => {
    const headers = { Origin: 'https://evil.example' };
    await assertRefused(publish({ topic }, { headers }), 403, 'wamp.error.not_authorized', /origin/);
    assert.equal((await publish({ topic }, { headers: { Origin: stack.httpUrl.replace(/\/$/, '') } })).status, 200);
  });

  test("of somebody whom httpd let in is that user's", async () => {
    assert.equal((await post(address('/guarded'), '{}')).status, 401);
    const events = await subscriber.subscribe('com.example.chat');
    const { status, body } = await as('2', { topic: 'com.example.chat', kwargs: { text: 'hello' } });
    assert.deepEqual([status, body.receivers], [200, 1]);
    assert.deepEqual(await events.next(), { text: 'hello' });
    assert.equal((await as('2', { topic })).status, 403);
  });

  test('of PHP is signed by the helper', async () => {
    const events = await subscriber.subscribe(topic, {}, { whole: true });
    const helper = path.join(stack.root, 'php/TorrentWsPublisher.php');
    const php = (code, ...args) => runPhp(helper, `$publisher = TorrentWsPublisher::http($argv[1], 'shop', $argv[2]); ${code}`, address(), ...args);
    const one = JSON.parse(await php(`echo json_encode($publisher->publish('${topic}', [1], ['n' => 2]));`, secret));
    assert.deepEqual(one.receivers, 1);
    const { args, kwargs } = await events.next();
    assert.deepEqual([args, kwargs], [[1], { n: 2 }]);
    const some = `echo json_encode($publisher->publishAll([['topic' => '${topic}'], ['topic' => 'com.example.chat']]));`;
    const [first, second] = JSON.parse(await php(some, secret));
    assert.deepEqual([first.receivers, second.error], [1, 'wamp.error.not_authorized']);
    const wrong = `try { $publisher->publish('${topic}'); } catch (RuntimeException $e) { echo $e->getMessage(); }`;
    assert.match(await php(wrong, otherSecret), /wamp\.error\.authentication_failed: key or signature is wrong/);
    await subscriber.unsubscribe(events);
  });

  test('of curl is signed by openssl, as docs/pushing.md says', async () => {
    // It signs with whole seconds, which may be before the start of torrent-ws.
    await sleep(1000);
    const text = fs.readFileSync(new URL('../../docs/pushing.md', import.meta.url), 'utf8');
    const script = /```sh\n(#!\/bin\/sh[^]*?)```/.exec(text)[1];
    const settings = [`SECRET=${secret}`, 'KEY=shop', `TOPIC=${topic}`, `URL=${address()}`];
    const { stdout } = await run('env', [...settings, 'sh', '-c', script]);
    assert.equal(JSON.parse(stdout).receivers, 0);
  });
});

describe('a graceful restart', () => {
  test('takes new keys in, and old ones out', async () => {
    secretFile(folder, 'till', otherSecret);
    await reconfigure(
      stack,
      directives(`TorrentWsPublishKey till ${path.join(folder, 'till')}
TorrentWsAllow publish ${topic} role=publisher user=till
TorrentWsAllow subscribe com.example.configuration.* role=anonymous`),
    );
    assert.equal((await publish({ topic }, { signer: { key: 'till', secret: otherSecret } })).status, 200);
    await assertRefused(publish({ topic }), 401, 'wamp.error.authentication_failed');
  });

  test('has the table of logins say whose a login is', async () => {
    await reconfigure(stack, directives(`${keys()}TorrentWsLoginTable On\nTorrentWsAllow publish com.example.of.245 user=245`));
    await stack.php("(new TorrentWsTokens($argv[1]))->setLogin('1', 245);", stack.database);
    assert.equal((await as('1', { topic: 'com.example.of.245' })).status, 200);
    await assertRefused(as('2', { topic: 'com.example.chat' }), 403, 'wamp.error.not_authorized', /table of logins/);
  });

  test('keeps what was used before it', async () => {
    await reconfigure(stack, directives(keys()));
    const body = JSON.stringify({ topic });
    const query = signature(shop, body);
    assert.equal((await post(address(), body, { query })).status, 200);
    await reconfigure(stack, directives(keys()));
    assert.equal((await post(address(), body, { query })).status, 401);
  });
});

test('a torrent-ws that is away is told with 503', async () => {
  const { pids } = await stack.status();
  process.kill(pids.event_loop, 'SIGKILL');
  for (;;) {
    const answer = await publish({ topic });
    // Before httpd's parent knows, what is published waits for the next process, which has not seen it before.
    if (answer.status === 200) break;
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.get('retry-after'));
    await sleep(100);
  }
});
