// Who may do what: tokens, the site's own login, administrators, and the server's own names.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { guardedLocation, loadLogins } from '../support/httpd-modules.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const notAuthorized = wampError('wamp.error.not_authorized');
const invalidArgument = wampError('wamp.error.invalid_argument');
const failed = wampError('wamp.error.authentication_failed');

// A second place for WebSockets, where httpd itself asks who it is.
const guarded = loadLogins() + guardedLocation('/guarded/', 'torrent-ws', '1 2');

let stack;
before(async () => {
  stack = await startStack({ testEndpoints: true, conf: guarded });
});
after(() => stack?.stop([/ AH01617: | AH01618: /]));

// Without a session yet.
function connect(options = {}) {
  const { url, ca } = endpoint(stack, 'ws', options.path);
  return WampClient.open(url, { ca, ...options });
}

async function anonymousClient() {
  const client = await connect();
  await client.join();
  return client;
}

const tokenOptions = (userId, token) => ({ _user_id: String(userId), _token: token });

describe('a token', () => {
  for (const [spelling, options] of [
    ['_user_id and _token', tokenOptions],
    ['userId and token', (userId, token) => ({ userId, token })],
  ]) {
    test(`in the subscription's options ${spelling} signs in`, async () => {
      const client = await anonymousClient();
      const events = await client.subscribe('torrents', options(1, await stack.token()));
      assert.equal((await events.next()).snapshot, true);
      // The session is the user's from now on.
      await client.subscribe('session');
      await client.call('session.stats');
      await client.close();
    });
  }

  test('is needed', async () => {
    const client = await anonymousClient();
    await assert.rejects(client.subscribe('torrents'), notAuthorized);
    await assert.rejects(client.subscribe('session'), notAuthorized);
    await assert.rejects(client.call('session.stats'), notAuthorized);
    await assert.rejects(client.call('torrents.snapshot'), notAuthorized);
    await client.close();
  });

  test('works once', async () => {
    const token = await stack.token();
    const first = await connect();
    await first.signIn(1, token);
    await assert.rejects((await connect()).signIn(1, token), failed);
    const third = await anonymousClient();
    await assert.rejects(third.subscribe('torrents', tokenOptions(1, token)), failed);
    await first.call('session.stats');
    await Promise.all([first.close(), third.close()]);
  });

  test('works for its own user only', async () => {
    const token = await stack.token();
    await assert.rejects((await connect()).signIn(2, token), failed);
    const client = await anonymousClient();
    await assert.rejects(client.subscribe('torrents', tokenOptions(2, token)), failed);
    await client.close();
  });

  test('expires', async () => {
    const issue = 'echo (new TorrentWsTokens($argv[1], lifetime: 1))->issue(1);';
    const token = await stack.php(issue, stack.database);
    await sleep(2000);
    await assert.rejects((await connect()).signIn(1, token), failed);
  });

  test('is worth nothing after it was revoked', async () => {
    const token = await stack.token(2);
    await stack.php('(new TorrentWsTokens($argv[1]))->revoke(2);', stack.database);
    await assert.rejects((await connect()).signIn(2, token), failed);
  });

  test('has one winner among 200 who redeem it at once', async () => {
    const count = 200;
    const token = await stack.token();
    const { token_failures: before } = await stack.status();
    const clients = await Promise.all(Array.from({ length: count }, () => connect()));
    let ready = 0;
    let start;
    const started = new Promise((resolve) => (start = resolve));
    const whenAllAreReady = () => {
      if (++ready === count) start(token);
      return started;
    };
    const ticket = { authmethods: ['ticket'], authid: '1' };
    // Half of them by ticket, the others with their subscription.
    const outcomes = await Promise.allSettled(
      clients.map(async (client, index) => {
        if (index % 2 === 0) return client.join(ticket, whenAllAreReady);
        await client.join();
        return client.subscribe('torrents', tokenOptions(1, await whenAllAreReady()));
      }),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const { reason } of outcomes.filter(({ status }) => status === 'rejected')) assert.ok(failed(reason), reason);
    assert.equal((await stack.status()).token_failures, before + count - 1);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('of another user does not change whose session it is', async () => {
    const client = await signedInClient(stack, { userId: 2 });
    await assert.rejects(client.subscribe('torrents', tokenOptions(1, await stack.token())), notAuthorized);
    await assert.rejects(client.call('session.set', { 'speed-limit-up': 1 }), notAuthorized);
    await client.subscribe('torrents');
    await client.close();
  });

  test('that is wrong a few times ends the connection', async () => {
    const { token_failures: before } = await stack.status();
    const client = await anonymousClient();
    let ended = false;
    client.ended().then(() => (ended = true));
    let tries = 0;
    for (; !ended && tries < 20; tries += 1) {
      await assert.rejects(client.subscribe('torrents', tokenOptions(1, 'f'.repeat(64))));
      await client.call('wamp.nothing').catch(() => {}); // until the server has said what it has to say
    }
    assert.ok(tries > 1 && tries < 20, `${tries} tries`);
    await client.ended();
    assert.equal((await stack.status()).token_failures, before + tries);
  });
});

describe("the site's own login", () => {
  const basic = (user) => {
    const credentials = Buffer.from(`${user}:any`).toString('base64');
    return { path: '/guarded/', headers: { Authorization: `Basic ${credentials}` } };
  };

  test('signs in without a token', async () => {
    const client = await connect(basic(1));
    const { authid, authmethod } = await client.join();
    assert.deepEqual({ authid, authmethod }, { authid: '1', authmethod: 'httpd' });
    assert.equal((await (await client.subscribe('torrents')).next()).snapshot, true);
    await client.call('session.set', { 'speed-limit-up': 500 });
    await client.close();
  });

  test('gives each user their own rights', async () => {
    const client = await connect(basic(2));
    await client.join();
    await client.subscribe('torrents');
    await assert.rejects(client.call('session.set', { 'speed-limit-up': 1 }), notAuthorized);
    await client.close();
  });

  test("refuses a token of somebody else's", async () => {
    const client = await connect(basic(2));
    await client.join();
    await assert.rejects(client.subscribe('torrents', tokenOptions(1, await stack.token())), notAuthorized);
    await client.close();
  });

  test('is asked for by httpd', async () => {
    await assert.rejects(connect({ path: '/guarded/' }), /401/);
    await assert.rejects(connect(basic(3)), /401/);
  });
});

describe('what a user may do', () => {
  let admin;
  let user;
  before(async () => {
    [admin, user] = await Promise.all([signedInClient(stack), signedInClient(stack, { userId: 2 })]);
  });
  after(() => Promise.all([admin.close(), user.close()]));

  test('only an administrator changes the daemon', async () => {
    await user.call('session.get');
    await assert.rejects(user.call('session.set', { 'speed-limit-down': 1 }), notAuthorized);
    await assert.rejects(user.call('session.close'), notAuthorized);
    await assert.rejects(user.call('blocklist_update'), notAuthorized);
    await admin.call('session.set', { 'speed-limit-down': 5900 });
    assert.equal((await stack.rpc.call('session-get'))['speed-limit-down'], 5900);
  });

  test('nobody makes the daemon run a program, nor reads where one is', async () => {
    for (const settings of [{ 'script-torrent-done-filename': '/bin/true' }, { 'script-torrent-done-enabled': true }]) {
      await assert.rejects(admin.call('session.set', settings), invalidArgument);
      await assert.rejects(admin.call('session.set', { 'speed-limit-down': 1, ...settings }), invalidArgument);
    }
    const settings = await stack.rpc.call('session-get');
    assert.equal(settings['script-torrent-done-enabled'], false);
    assert.notEqual(settings['speed-limit-down'], 1);
    assert.ok(!Object.keys(await admin.call('session.get')).some((name) => name.startsWith('script-')));
  });

  test('downloads stay below the configured folders', async () => {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
    const ids = [torrents[0].hashString];
    const filename = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`;
    const downloads = `${stack.root}/downloads`;
    for (const folder of ['/etc', '/', `${downloads}/../site`, `${downloads}-other`, 'downloads', '']) {
      await assert.rejects(user.call('torrent.add', { filename, 'download-dir': folder }), invalidArgument);
      await assert.rejects(user.call('torrent.set_location', { ids, location: folder, move: true }), invalidArgument);
      await assert.rejects(user.call('free_space', { path: folder }), invalidArgument);
      await assert.rejects(admin.call('session.set', { 'download-dir': folder }), invalidArgument);
    }
    const { path } = await user.call('free_space', { path: downloads });
    assert.equal(path, downloads);
    const added = await user.call('torrent.add', { filename, 'download-dir': `${downloads}/below`, paused: true });
    const { hashString } = added['torrent-added'];
    const {
      torrents: [{ downloadDir }],
    } = await user.call('torrent.get', { ids: [hashString], fields: ['downloadDir'] });
    assert.equal(downloadDir, `${downloads}/below`);
    await user.call('torrent.remove', { ids: [hashString] });
  });

  test("no file of the server's is read for a torrent", async () => {
    for (const filename of [
      stack.extraTorrent,
      `file://${stack.extraTorrent}`,
      'extra.torrent',
      'MAGNET:?xt=urn:btih:00',
    ]) {
      await assert.rejects(user.call('torrent.add', { filename }), invalidArgument);
    }
  });

  test('no command is for all torrents at once', async () => {
    for (const ids of [undefined, [], 'recently-active', 'all', [[]], ['all']]) {
      await assert.rejects(user.call('torrent.remove', { ids }), invalidArgument);
    }
    assert.ok((await stack.rpc.call('torrent-get', { fields: ['id'] })).torrents.length > 0);
  });
});

describe("the server's own names", () => {
  const names = [
    'wamp.session.count',
    'torrents',
    'torrents.detail.0',
    'torrents.since',
    'torrents_',
    'torrent.start',
    'torrent.x',
    'session',
    'session.get',
    'session.x',
    'sessions',
    'group.set',
    'group.x',
    'free_space',
    'port_test',
    'blocklist_update',
  ];

  test('belong to nobody else where everybody else may do everything', async () => {
    const client = await connect({ path: '/ws' });
    await client.join({}, undefined, 'realm1');
    for (const name of names) {
      await assert.rejects(client.publish(name), notAuthorized, `publish ${name}`);
      await assert.rejects(client.register(name), notAuthorized, `register ${name}`);
    }
    await client.publish('com.example.topic');
    await client.register('com.example.procedure');
    await client.close();
  });

  test('belong not even to an administrator', async () => {
    const client = await signedInClient(stack);
    const events = await client.subscribe('torrents');
    for (const name of names) {
      await assert.rejects(client.publish(name), notAuthorized, `publish ${name}`);
      await assert.rejects(client.register(name), notAuthorized, `register ${name}`);
    }
    assert.equal((await events.next()).snapshot, true);
    await client.close();
  });
});
