// The ways to sign in beside the one-time token: WAMP-CRA with the keys that PHP sets, the site's own login by way of a
// table, and nobody at all; and which of them a client gets.

import autobahn from 'autobahn';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { guardedSockets, writePasswords } from '../support/basic-login.mjs';
import { eventually } from '../support/patience.mjs';
import { notAuthorized, reconfigure, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, WampClient, wampError } from '../support/wamp.mjs';

const failed = wampError('wamp.error.authentication_failed');
const denied = wampError('wamp.error.authentication_denied');
const noMatch = wampError('wamp.error.no_matching_auth_method');

let stack;
const php = (code, ...args) => stack.php(`$signIns = new TorrentWsTokens($argv[1]); ${code}`, stack.database, ...args);
const connect = (options = {}, place = '/wss/') => WampClient.open(endpoint(stack, 'ws', place).url, options);

// What WAMP's own client library answers to a challenge.
function signed(secret, { challenge, salt, iterations, keylen }) {
  const key = salt === undefined ? secret : autobahn.auth_cra.derive_key(secret, salt, iterations, keylen);
  return autobahn.auth_cra.sign(key, challenge);
}

// {client, welcome, method, extra}, or the error of ABORT. options: those of npm's ws.
async function signIn(userId, secret, options = {}) {
  const client = await connect(options);
  let challenge;
  const welcome = await client.join({ authmethods: ['wampcra'], authid: String(userId) }, (method, extra) => {
    challenge = { method, extra };
    return signed(secret, extra);
  });
  return { client, welcome, ...challenge };
}

// The CHALLENGE for a user and the ABORT after a wrong answer to it, with the milliseconds between.
async function refusal(userId, secret = 'wrong', options = {}) {
  const client = await connect(options);
  let extra;
  let begin;
  const details = { authmethods: ['wampcra'], authid: String(userId) };
  const error = await client
    .join(details, (method, given) => {
      extra = given;
      begin = performance.now();
      return signed(secret, given);
    })
    .then(
      () => assert.fail('was let in'),
      (abort) => abort,
    );
  return { extra, error, milliseconds: performance.now() - begin, ended: await client.ended() };
}

describe('WAMP-CRA', () => {
  before(async () => {
    stack = await startStack({ backend: noDaemon });
    await php(`$signIns->setKey(1, 'of the administrator'); $signIns->setKey(12, 'correct horse');
               $signIns->setKey(13, 'plain', salted: false); $signIns->setKey(14, 'quick', iterations: 7);
               $signIns->setKey('jürgen', 'schlüssel');`);
  });
  after(() => stack?.stop([/ TWS0304: /]));

  for (const [userId, secret, role] of [
    [12, 'correct horse', 'user'],
    [13, 'plain', 'user'],
    [14, 'quick', 'user'],
    ['jürgen', 'schlüssel', 'user'],
    [1, 'of the administrator', 'admin'],
  ]) {
    test(`signs ${userId} in`, async () => {
      const { client, welcome, method, extra } = await signIn(userId, secret);
      assert.equal(method, 'wampcra');
      const { authid, authrole, authmethod, authprovider } = welcome;
      const expected = [String(userId), role, 'wampcra', 'mod_torrent_ws'];
      assert.deepEqual([authid, authrole, authmethod, authprovider], expected);
      const { nonce, timestamp, ...challenge } = JSON.parse(extra.challenge);
      // Who is an administrator is not told before the answer.
      assert.deepEqual(challenge, { authid, authrole: 'user', authmethod, authprovider, session: client.id });
      assert.ok(nonce.length >= 16);
      assert.ok(Math.abs(Date.now() - Date.parse(timestamp)) < 600_000);
      assert.deepEqual(Object.keys(extra).sort(), userId === 13 ? ['challenge'] : ['challenge', 'iterations', 'keylen', 'salt']);
      await client.subscribe('torrents');
      await client.close();
    });
  }

  test('is another challenge each time', async () => {
    const extras = [];
    for (const tries of [1, 2]) {
      const { client, extra } = await signIn(12, 'correct horse');
      assert.equal(extras.push(extra), tries);
      await client.close();
    }
    assert.notEqual(JSON.parse(extras[0].challenge).nonce, JSON.parse(extras[1].challenge).nonce);
    assert.equal(extras[0].salt, extras[1].salt);
  });

  test('refuses a wrong secret, late, and counts it', async () => {
    const { token_failures: before } = await stack.status();
    const { error, milliseconds, ended } = await refusal(12, 'wrong', { localAddress: '127.0.1.1' });
    assert.ok(failed(error), String(error));
    assert.ok(milliseconds >= 1000, `after ${milliseconds} ms`);
    assert.equal(ended.code, 1000);
    assert.equal((await stack.status()).token_failures, before + 1);
  });

  test('does not tell who has a key', async () => {
    const localAddress = '127.0.1.2';
    const [known, unknown, again, another] = await Promise.all(
      [12, 'nobody', 'nobody', 'nobody else'].map((user) => refusal(user, 'wrong', { localAddress })),
    );
    const form = ({ extra: { challenge, salt, iterations, keylen, ...more }, error, ended }) => ({
      challenge: Object.entries(JSON.parse(challenge)).map(([name, value]) => [name, typeof value]),
      salt: salt.replace(/[0-9a-f]/g, 'x'),
      rest: [iterations, keylen, more, error.uri, error.message, ended],
    });
    assert.deepEqual(form(unknown), form(known));
    // A salt that changes would tell as well.
    assert.equal(again.extra.salt, unknown.extra.salt);
    assert.notEqual(another.extra.salt, unknown.extra.salt);
    assert.notEqual(known.extra.salt, unknown.extra.salt);
  });

  test("takes no other session's signature", async () => {
    let first;
    const eavesdropped = await connect();
    await eavesdropped.join({ authmethods: ['wampcra'], authid: '12' }, (method, extra) => (first = signed('correct horse', extra)));
    const other = await connect({ localAddress: '127.0.1.3' });
    await assert.rejects(other.join({ authmethods: ['wampcra'], authid: '12' }, () => first), failed);
    await eavesdropped.close();
  });

  test('goes by the key that is set now', async () => {
    const options = { localAddress: '127.0.1.4' };
    await php("$signIns->setKey(20, 'old');");
    await (await signIn(20, 'old')).client.close();
    await php("$signIns->setKey(20, 'new');");
    assert.ok(failed((await refusal(20, 'old', options)).error));
    await (await signIn(20, 'new')).client.close();
    await php('$signIns->removeKey(20);');
    assert.ok(failed((await refusal(20, 'new', options)).error));
  });

  test('lets an address guess ten times a minute', async () => {
    const options = { localAddress: '127.0.1.5' };
    const begin = performance.now();
    const errors = await Promise.all(Array.from({ length: 20 }, () => refusal(12, 'guess', options).then(({ error }) => error)));
    const most = 10 + Math.ceil((performance.now() - begin) / 6000);
    const wrong = errors.filter(failed).length;
    assert.ok(wrong >= 10 && wrong <= most, `${wrong} of 20, at most ${most}`);
    assert.equal(errors.filter(denied).length, 20 - wrong);
  });

  test('refuses the right secret, too, from an address that guesses, while others and tickets get in', async () => {
    const options = { localAddress: '127.0.1.6' };
    const guess = () => Promise.all(Array.from({ length: 11 }, () => refusal(12, 'guess', options)));
    await eventually(async () => {
      await guess();
      await assert.rejects(signIn(12, 'correct horse', options), denied);
    });
    await (await signIn(12, 'correct horse', { localAddress: '127.0.0.2' })).client.close();
    const [ticket, token] = await Promise.all([connect(options), stack.token(12)]);
    await ticket.signIn(12, token);
    await ticket.close();
    // Six seconds are for one more try.
    await eventually(async () => (await signIn(12, 'correct horse', options)).client.close());
  });
});

describe('of its methods, a client gets the first that is there', () => {
  before(async () => {
    stack = await startStack({ backend: noDaemon });
    await php("$signIns->setKey(12, 'secret');");
  });
  after(() => stack?.stop([/ TWS0304: /]));

  // The method of CHALLENGE, or of WELCOME where there is none.
  async function methodFor(details) {
    const client = await connect();
    let method;
    const answer = (challenged) => {
      method = challenged;
      return new Promise(() => {}); // and nothing more
    };
    const joined = client.join(details, answer).then((welcome) => (method = welcome.authmethod));
    joined.catch(() => {}); // the client is closed before it is in
    await eventually(() => assert.ok(method));
    await client.close();
    return method;
  }

  for (const [authmethods, method] of [
    [['wampcra', 'ticket'], 'wampcra'],
    [['ticket', 'wampcra'], 'ticket'],
    [['cryptosign', 'wamp-scram', 'tls', 'httpd', 'cookie', 'wampcra', 'anonymous'], 'wampcra'],
    [['anonymous', 'ticket'], 'anonymous'],
    [[], 'anonymous'],
    [undefined, 'anonymous'],
  ]) {
    test(`${authmethods}: ${method}`, async () => {
      assert.equal(await methodFor({ authmethods, authid: '12' }), method);
    });
  }

  test('ticket and wampcra are there for who says who it is', async () => {
    assert.equal(await methodFor({ authmethods: ['ticket', 'wampcra', 'anonymous'] }), 'anonymous');
    for (const method of ['ticket', 'wampcra']) {
      await assert.rejects((await connect()).join({ authmethods: [method] }), noMatch);
    }
  });

  test('with none of them there the session is aborted', async () => {
    for (const authmethods of [['cryptosign'], ['wamp-scram', 'tls'], ['httpd'], ['cookie'], ['']]) {
      const client = await connect();
      await assert.rejects(client.join({ authmethods, authid: '12' }), noMatch, authmethods.join());
      assert.equal((await client.ended()).code, 1000);
    }
  });
});

describe('anonymous', () => {
  const patienceOfServer = 'TorrentWsHandshakeTimeout 2s\n';
  before(async () => {
    stack = await startStack({ backend: noDaemon, conf: patienceOfServer });
  });
  after(() => stack?.stop([/ TWS0304: /, / TWS0202: /]));

  test('is nothing to stay with where nothing is for strangers', async () => {
    const client = await stranger(stack);
    await assert.rejects(client.subscribe('com.example.news'), notAuthorized);
    assert.equal((await client.ended()).code, 1008);
  });

  test('stays where TorrentWsAllow has role=anonymous', async () => {
    await reconfigure(stack, `${patienceOfServer}TorrentWsAllow subscribe com.example.news role=anonymous\n`);
    const client = await stranger(stack);
    const silent = await connect();
    assert.equal((await silent.ended()).code, 1008); // who says nothing at all does not
    await sleep(1000);
    await client.subscribe('com.example.news');
    await client.close();
  });
});

describe("httpd's own login", () => {
  const password = 'open sesame';
  const logins = ['alice', 'bob', '1'];
  let folder;
  let guarded;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-logins-'));
    fs.chmodSync(folder, 0o755);
    const passwords = path.join(folder, 'passwords');
    writePasswords(passwords, Object.fromEntries(logins.map((login) => [login, password])));
    guarded = guardedSockets(passwords);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const connectAs = (login, secret = password) => {
    const credentials = Buffer.from(`${login}:${secret}`).toString('base64');
    return connect({ headers: { Authorization: `Basic ${credentials}` } }, '/guarded/');
  };

  // [authid, authrole, authmethod] of WELCOME.
  async function welcomeOf(login, details = {}) {
    const client = await connectAs(login);
    const { authid, authrole, authmethod } = await client.join(details);
    await client.close();
    return [authid, authrole, authmethod];
  }
  const nobody = ['', 'anonymous', 'anonymous'];

  describe('with a database', () => {
    const on = () => `${guarded}TorrentWsLoginTable On\n`;
    before(async () => {
      stack = await startStack({ backend: noDaemon, conf: on() });
      await php("$signIns->setLogin('alice', 245);");
    });
    after(() => stack?.stop([/ TWS0304: /, / AH01617: /]));

    test('TorrentWsLoginTable On: is the user that the table says', async () => {
      assert.deepEqual(await welcomeOf('alice'), ['245', 'user', 'httpd']);
      for (const method of ['httpd', 'cookie']) {
        assert.deepEqual(await welcomeOf('alice', { authmethods: [method] }), ['245', 'user', 'httpd']);
      }
      const client = await connectAs('alice');
      await client.join();
      await client.subscribe('torrents');
      await client.close();
    });

    test('On: is nobody where the table has none, not even under the user id of another', async () => {
      for (const login of ['bob', '1']) {
        assert.deepEqual(await welcomeOf(login), nobody, login);
        const client = await connectAs(login);
        await assert.rejects(client.join({ authmethods: ['httpd'] }), noMatch);
      }
      const client = await connectAs('bob');
      await client.join();
      await assert.rejects(client.subscribe('torrents'), notAuthorized);
      // Nothing keeps bob from signing in as everybody else does.
      await client.subscribe('torrents', { _user_id: '12', _token: await stack.token(12) });
      await client.close();
    });

    test('On: goes by what the table says now', async () => {
      await php("$signIns->setLogin('alice', 1);");
      assert.deepEqual(await welcomeOf('alice'), ['1', 'admin', 'httpd']);
      await php("$signIns->removeLogin('alice');");
      assert.deepEqual(await welcomeOf('alice'), nobody);
      await php("$signIns->setLogin('alice', 245);");
      assert.deepEqual(await welcomeOf('alice'), ['245', 'user', 'httpd']);
    });

    test('On: is asked for by httpd', async () => {
      await assert.rejects(connectAs('alice', 'wrong'), /401/);
      await assert.rejects(connect({}, '/guarded/'), /401/);
    });

    test('Off: is the user id itself, from a graceful restart on', async () => {
      await reconfigure(stack, guarded);
      assert.deepEqual(await welcomeOf('alice'), ['alice', 'user', 'httpd']);
      assert.deepEqual(await welcomeOf('1'), ['1', 'admin', 'httpd']);
      await reconfigure(stack, on());
      assert.deepEqual(await welcomeOf('1'), nobody);
    });
  });

  test('TorrentWsLoginTable On: trouble with the database is an error, and makes nobody of anybody', async () => {
    const database = path.join(folder, 'no-database.sqlite');
    fs.writeFileSync(database, 'This is no database. '.repeat(1000), { mode: 0o666 });
    stack = await startStack({
      backend: noDaemon,
      conf: `${guarded}TorrentWsLoginTable On\nTorrentWsDatabase ${database}\n`,
    });
    try {
      const client = await connectAs('alice');
      await assert.rejects(client.join(), wampError('torrent_ws.error.database_unavailable'));
      await (await stranger(stack)).close(); // who has no login needs none
    } finally {
      await stack.stop([/ TWS0304: /, / TWS0303: /]);
    }
  });
});
