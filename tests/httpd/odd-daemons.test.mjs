// Daemons that answer what the real one cannot be made to answer: what is hostile, broken, or another daemon's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { hashOf, OddDaemon } from '../support/odd-daemon.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

// An answer over HTTP, whatever was asked.
const http =
  (status, body = '', headers = {}) =>
  ({ response }) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
// An answer to torrent-get alone, made of the one that a daemon would have given.
const list =
  (change) =>
  ({ method, args: { fields } }) => {
    if (method !== 'torrent-get') return undefined;
    const row = (hash, id = 1) =>
      fields.map((field) => ({ hashString: hash, id, name: 'x', labels: [], trackers: [], downloadDir: '/', errorString: '' })[field] ?? 0);
    return { torrents: change(fields, row), removed: [] };
  };
const wrong = (field, value) =>
  list((fields, row) => [fields, row(hashOf(1)).map((other, at) => (fields[at] === field ? value : other))]);

// Each is a daemon of its own, which stays down for the reason that it gives.
const hostile = {
  unauthorized: { odd: http(401), reason: /password|credentials/ },
  forbidden: { odd: http(403), reason: /whitelist/ },
  moved: { odd: http(301, '', { Location: '/elsewhere' }), reason: /HTTP 301/ },
  conflict: { odd: http(409, '', { 'X-Transmission-Session-Id': 'another' }), reason: /HTTP 409/ },
  misdirected: { odd: http(421), reason: /host name/ },
  'bad-gateway': { odd: http(502, 'Bad Gateway'), reason: /HTTP 502/ },
  page: { odd: http(200, '<html>'), reason: /no Transmission RPC/ },
  empty: { odd: http(200), reason: /no Transmission RPC/ },
  'half-a-text': { odd: http(200, '{"result":"success","arguments":{"version":"3'), reason: /no Transmission RPC/ },
  'cut-off': {
    odd: ({ response }) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('{"result":', () => response.destroy());
      return true;
    },
    reason: /connection/,
  },
  refusing: { odd: () => 'not today', reason: /not today/ },
  old: { odd: () => ({ 'rpc-version': 15 }), reason: /older than/ },
  deep: {
    odd: ({ method, response }) => {
      if (method !== 'torrent-get') return undefined;
      response.end(`{"result":"success","arguments":{"torrents":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
      return true;
    },
    reason: /no Transmission RPC/,
  },
  'no-table': { odd: list(() => ({ a: 1 })), reason: /no table/ },
  'short-row': { odd: list((fields, row) => [fields, row(hashOf(1)).slice(1)]), reason: /broken row/ },
  'odd-name': { odd: wrong('name', { nested: [] }), reason: /name/ },
  'odd-hash': { odd: wrong('hashString', '../../etc'), reason: /broken row/ },
  'odd-label': { odd: wrong('labels', [{}]), reason: /labels/ },
  'null-status': { odd: wrong('status', null), reason: /status/ },
  twice: { odd: list((fields, row) => [fields, row(hashOf(1)), row(hashOf(1), 2)]), reason: /twice/ },
  'json-rpc-error': { odd: () => 'not this way', semver: '6.0.0', reason: /not this way/ },
};

describe('daemons that answer nonsense', () => {
  let good;
  let daemons;
  let stack;
  let client;
  before(async () => {
    good = await OddDaemon.start();
    daemons = Object.fromEntries(
      await Promise.all(
        Object.entries(hostile).map(async ([name, { odd, semver }]) => [name, await OddDaemon.start({ odd, semver })]),
      ),
    );
    const backends = Object.entries(daemons).map(([name, { url }]) => `TorrentWsBackend ${name} ${url}\n`);
    stack = await startStack({ backend: good.url, conf: backends.join('') });
    client = await signedInClient(stack);
  });
  after(async () => {
    await client?.close();
    await stack?.stop([/ TWS03\d\d: daemon [\w-]+ is (?:down: |up again)/]);
    await Promise.all([good, ...Object.values(daemons ?? {})].map((daemon) => daemon.stop()));
  });

  test('each is down and says why, beside one that is up', async () => {
    const states = {};
    const events = await client.subscribe('session');
    const isTold = (name) => states[name]?.state === 'down' && hostile[name].reason.test(states[name].reason);
    while (states.main?.state !== 'up' || !Object.keys(hostile).every(isTold)) {
      try {
        Object.assign(states, (await events.next()).daemons);
      } catch (error) {
        const missing = Object.keys(hostile).filter((name) => !isTold(name));
        throw new Error(JSON.stringify(missing.map((name) => [name, states[name]])), { cause: error });
      }
    }
    const view = new TorrentView(await client.subscribe('torrents'));
    await view.until(({ torrents }) => torrents[`main.${hashOf(1)}`]);
    assert.deepEqual(Object.keys(view.torrents), [`main.${hashOf(1)}`]);
  });

  // After 100 wrong passwords transmission-daemon admits nobody.
  test('one that refuses our password is not asked again, for commands neither', async () => {
    const { requests } = daemons.unauthorized;
    const asked = requests.length;
    for (const procedure of ['session.stats', 'session.get', 'session.stats']) {
      await assert.rejects(client.call(procedure, { daemon: 'unauthorized' }), (error) => {
        assert.equal(error.uri, 'torrent_ws.error.daemon_unreachable');
        return hostile.unauthorized.reason.test(error.args[0]);
      });
    }
    assert.equal(requests.length, asked);
  });

  test('a command tells whether it may have been done', async () => {
    const remove = (daemon) => client.call('torrent.remove', { daemon, ids: [hashOf(1)] });
    for (const name of ['forbidden', 'moved', 'conflict', 'misdirected', 'page', 'refusing', 'json-rpc-error']) {
      // None of them tells its version, so that nothing is sent.
      await assert.rejects(remove(name), wampError('torrent_ws.error.daemon_unreachable'), name);
    }
    for (const semver of [undefined, '6.0.0']) {
      good.restart({ semver });
      for (const [odd, error] of [
        [http(403), 'daemon_unreachable'],
        [http(502), 'outcome_unknown'],
        [http(200, '<html>'), 'outcome_unknown'],
        [hostile['cut-off'].odd, 'outcome_unknown'],
        [() => 'not today', 'daemon_refused'],
      ]) {
        good.odd = (asked) => (asked.method === 'torrent-remove' ? odd(asked) : undefined);
        await assert.rejects(remove('main'), wampError(`torrent_ws.error.${error}`));
      }
    }
    good.odd = () => undefined;
  });
});

describe('a daemon', () => {
  let daemon;
  let stack;
  let client;
  let view;
  before(async () => {
    daemon = await OddDaemon.start();
    stack = await startStack({ backend: daemon.url });
    client = await signedInClient(stack);
    view = new TorrentView(await client.subscribe('torrents'));
    await view.until(({ torrents }) => torrents[hashOf(1)]);
  });
  after(async () => {
    await client?.close();
    await stack?.stop([/ TWS03\d\d: daemon main is (?:down: |up again)/]);
    await daemon?.stop();
  });

  test('may have names of a megabyte, control characters and halves of pairs in them', async () => {
    const names = { 2: 'n'.repeat(1 << 20), 3: '\u0000\u0007\u001b[31m\r\n</script>\u202e', 4: 'half \ud83d of a pair' };
    daemon.restart({ torrents: { 1: {}, ...Object.fromEntries(Object.entries(names).map(([number, name]) => [number, { name }])) } });
    await view.until(({ torrents }) => torrents[hashOf(4)]);
    assert.equal(view.torrents[hashOf(2)].name, names[2]);
    assert.equal(view.torrents[hashOf(3)].name, names[3]);
    assert.equal(view.torrents[hashOf(4)].name, 'half \ufffd of a pair');
  });

  test('may number its torrents anew, and lose some without a word', async () => {
    daemon.restart({ torrents: { 1: { id: 9 }, 5: { id: 1 }, 6: { id: -1 }, 7: { id: 2 ** 40 } } });
    await view.until(({ torrents }) => torrents[hashOf(5)] && !torrents[hashOf(2)]);
    const ids = Object.fromEntries(Object.entries(view.torrents).map(([hash, { id }]) => [Number(`0x${hash}`), id]));
    assert.deepEqual(ids, { 1: 9, 5: 1, 6: -1, 7: 2 ** 40 });
  });

  test('is told from its predecessor by its session: 4.1 is spoken to in JSON-RPC, 3.00 in the old way', async () => {
    for (const [semver, dialect] of [
      ['6.0.0', 'json-rpc'],
      [undefined, 'legacy'],
      ['6.1.0', 'json-rpc'],
      ['5.4.0', 'legacy'],
    ]) {
      daemon.restart({ semver, torrents: { 1: { name: `${semver}`, queuePosition: 7 } } });
      daemon.requests.length = 0;
      await view.until(({ torrents }) => torrents[hashOf(1)]?.name === `${semver}`);
      assert.equal(view.torrents[hashOf(1)].queuePosition, 7);
      await client.call('torrent.set', { ids: [hashOf(1)], 'peer-limit': 5 });
      assert.deepEqual(new Set(daemon.requests.map((request) => request.dialect)), new Set([dialect]));
      const { args } = daemon.requests.find(({ method }) => method === 'torrent-set');
      assert.equal(args[dialect === 'legacy' ? 'peer-limit' : 'peer_limit'], 5);
    }
  });

  test('whose version no header tells is asked for it', async () => {
    daemon.restart({ semver: undefined });
    // As if a proxy had kept the header for itself.
    daemon.odd = ({ method, dialect }) =>
      method === 'session-get' && dialect === 'legacy' ? { 'rpc-version': 18, 'rpc-version-semver': '6.0.0' } : undefined;
    daemon.requests.length = 0;
    const isAskedInJsonRpc = ({ method, dialect }) => method === 'torrent-get' && dialect === 'json-rpc';
    await eventually(async () => assert.ok(daemon.requests.some(isAskedInJsonRpc)));
    daemon.restart({ odd: () => undefined });
  });

  test('that is asked for what it does not know is not asked', async () => {
    await client.call('session.stats');
    const call = client.call('torrent.get', { ids: [hashOf(1)], fields: ['name', 'availability'] });
    await assert.rejects(call, (error) => {
      assert.equal(error.uri, 'torrent_ws.error.not_supported');
      return /availability.*4\.0/.test(error.args[0]);
    });
  });

  test('is polled, and tells who asks for a part, however many commands there are', async () => {
    let goesOn = true;
    const callers = Array.from({ length: 4 }, async () => {
      while (goesOn) await client.call('torrent.set', { ids: [hashOf(1)], downloadLimit: 1 });
    });
    try {
      daemon.requests.length = 0;
      await eventually(async () => assert.ok(daemon.requests.filter(({ method }) => method === 'session-stats').length > 2));
      assert.equal((await client.call('torrents.window', { limit: 1 })).daemons.main.state, 'up');
    } finally {
      goesOn = false;
      await Promise.all(callers);
    }
  });

  test('is not down for what it answers to one request', async () => {
    const get = () => client.call('torrent.get', { ids: [hashOf(1)], fields: ['comment'] });
    const state = async () => (await client.call('torrents.window', { limit: 1 })).daemons.main;
    const { since } = await state();
    for (const [odd, error] of [
      [http(200, '{"result":"success","arguments":{"torrents":[],"torrents":[]}}'), 'daemon_unreachable'],
      [http(200, 'x'.repeat((64 << 20) + 1)), 'daemon_unreachable'],
      [http(413), 'daemon_refused'],
    ]) {
      daemon.odd = (asked) => (asked.args.fields?.includes('comment') ? odd(asked) : undefined);
      const [refused, ...others] = [get(), client.call('session.stats'), client.call('session.get')];
      await assert.rejects(refused, wampError(`torrent_ws.error.${error}`));
      for (const other of others) await other;
    }
    daemon.odd = () => undefined;
    assert.deepEqual([(await state()).state, (await state()).since], ['up', since]);
  });

  test('of 3.00 that refuses the labels of what it has added says so', async () => {
    const added = { 'torrent-added': { hashString: hashOf(8), id: 8, name: 'a' } };
    const add = (odd) => {
      daemon.odd = ({ method, ...rest }) => (method === 'torrent-add' ? added : method === 'torrent-set' ? odd(rest) : undefined);
      return client.call('torrent.add', { filename: `magnet:?xt=urn:btih:${hashOf(8)}`, labels: ['a', 'b'] });
    };
    daemon.requests.length = 0;
    assert.deepEqual(await add(() => ({})), added);
    const [addition, labelling] = daemon.requests.filter(({ method }) => /^torrent-(?:add|set)$/.test(method));
    assert.equal(addition.args.labels, undefined);
    assert.deepEqual(labelling.args, { ids: [hashOf(8)], labels: ['a', 'b'] });

    assert.deepEqual(await add(() => 'no labels today'), { ...added, 'labels-error': 'no labels today' });
    assert.match((await add(http(502)))['labels-error'], /may have been done or not/);
    daemon.odd = () => undefined;
  });

  test('of 3.00 gets its trackers as a list, each torrent by itself, and only those that it names', async () => {
    const [kept, gone, added] = ['http://127.0.0.1:9/kept', 'http://127.0.0.1:9/gone', 'udp://127.0.0.1:9/added'];
    const first = 'udp://127.0.0.1:9/z-comes-first';
    const torrents = [
      { hashString: hashOf(1), trackers: [{ announce: gone }, { announce: kept }] },
      { hashString: hashOf(2), trackers: [{ announce: kept }, { announce: added }, { announce: first }] },
      { trackers: [] },
      { hashString: '', trackers: [] },
      { hashString: hashOf(3), trackers: [{ announce: gone }] }, // nobody asked
    ];
    daemon.odd = ({ method, args }) => (method === 'torrent-get' && !args.format ? { torrents } : undefined);
    daemon.requests.length = 0;
    const ids = [hashOf(1), hashOf(2)];
    await client.call('torrent.set', { ids, trackerList: `${kept}\n\n${first}\n${added}\n${first}\n`, downloadLimit: 5 });
    assert.deepEqual(
      daemon.requests.filter(({ method }) => method === 'torrent-set').map(({ args }) => args),
      [
        { ids, downloadLimit: 5 },
        { ids: [hashOf(1)], trackerAdd: [first, added], trackerRemove: [0] },
      ],
    );

    // The first of two requests is done, the second turned away: a part may have been done.
    let changes = 0;
    daemon.odd = ({ method, args, response }) => {
      if (method === 'torrent-get' && !args.format) return { torrents };
      if (method !== 'torrent-set' || ++changes === 1) return undefined;
      return http(403)({ response });
    };
    const call = client.call('torrent.set', { ids, trackerList: added, downloadLimit: 5 });
    await assert.rejects(call, wampError('torrent_ws.error.outcome_unknown'));
    daemon.odd = () => undefined;
  });

  test('that tells of a duplicate as an error is understood', async () => {
    const duplicate = { hashString: hashOf(1), id: 1, name: 'a' };
    daemon.odd = ({ method, response }) => {
      if (method !== 'torrent-add') return undefined;
      response.end(JSON.stringify({ result: 'duplicate torrent', arguments: { 'torrent-duplicate': duplicate } }));
      return true;
    };
    const result = await client.call('torrent.add', { filename: `magnet:?xt=urn:btih:${hashOf(1)}`, labels: ['x'] });
    assert.deepEqual(result, { 'torrent-duplicate': duplicate });
    daemon.odd = () => undefined;
  });
});
