// What the module says of itself while it runs: its own status page, and its section of mod_status.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { hangEventLoop } from '../support/hang.mjs';
import { withoutModule } from '../support/httpd-modules.mjs';
import { parseMetrics, valueOf } from '../support/openmetrics.mjs';
import { eventually } from '../support/patience.mjs';
import { isRunning, restartHttpd, scoreboard } from '../support/processes.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient } from '../support/wamp.mjs';

const page = '/torrent-ws-status';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const configure = fs.readFileSync(new URL('../../configure.ac', import.meta.url), 'utf8');
const [, version] = /AC_INIT\(\[mod_torrent_ws\], \[([^\]]+)\]\)/.exec(configure);

// The numbers of a status, by the names of their members. Of a list it is how many it has.
function numbersOf(value, names = []) {
  if (Array.isArray(value)) return [{ names, value: value.length }];
  if (typeof value === 'number') return [{ names, value }];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => numbersOf(member, [...names, name]));
}

// The values that a look may see: some figures go on meanwhile. Resolves with {seen, bounds}.
async function withBounds(stack, look) {
  const least = numbersOf(await stack.status());
  const seen = await look();
  const most = numbersOf(await stack.status());
  return { seen, bounds: least.map(({ names, value }, index) => ({ names, least: value, most: most[index].value })) };
}

function assertWithin(value, { names, least, most }) {
  assert.ok(value >= Math.min(least, most) && value <= Math.max(least, most), `${names.join('.')}: ${value}`);
}

// In one word: jobs.done is TorrentWsJobsDone.
const shortName = (names) =>
  `TorrentWs${names.flatMap((name) => name.split('_')).map((word) => word[0].toUpperCase() + word.slice(1)).join('')}`;

const forPeople = ([first, ...rest]) => {
  if (first !== 'pids') return [first, ...rest];
  return rest[0] === 'event_loop' ? ['pid'] : ['processes', ...rest];
};

describe('a stack with clients', () => {
  let stack;
  before(async () => {
    stack = await startStack();
    const clients = await Promise.all(['ws', 'wss', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
    for (const client of clients) await (await client.subscribe('torrents')).next();
    const stranger = await WampClient.open(endpoint(stack).url);
    await assert.rejects(stranger.signIn(1, 'no token'));
    await stranger.ended();
    await eventually(async () => assert.equal((await stack.status()).connections.ws, 1));
  });
  after(() => stack?.stop());

  const metrics = async () => {
    const { status, headers, body } = await stack.get(`${page}?metrics`);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], openMetrics);
    return parseMetrics(body);
  };

  test('its JSON says which version runs since when', async () => {
    const { version: running, uptime_seconds: before } = await stack.status();
    assert.equal(running, version);
    await eventually(async () => assert.ok((await stack.status()).uptime_seconds > before));
  });

  test('its metrics have a type, a help and the suffix and unit that belong to it', async () => {
    const families = await metrics();
    for (const { name, type, help, unit, samples } of families.values()) {
      assert.match(name, /^torrent_ws_[a-z_]+$/);
      assert.ok(['gauge', 'counter', 'info'].includes(type), `${name} is a ${type}`);
      assert.match(help, /^[A-Z].*\.$/);
      assert.equal(unit, /_(seconds|bytes)$/.exec(name)?.[1] ?? '', name);
      const suffix = { gauge: '', counter: '_total', info: '_info' }[type];
      for (const sample of samples) assert.equal(sample.name, name + suffix);
    }
    assert.equal(valueOf(families, 'torrent_ws_build', { version }), 1);
    assert.equal(valueOf(families, 'torrent_ws_connections', { transport: 'ws' }), 1);
    assert.equal(valueOf(families, 'torrent_ws_connections', { transport: 'wss' }), 2);
    assert.equal(valueOf(families, 'torrent_ws_token_failures'), 1);
    assert.ok(families.get('torrent_ws_refused'), 'declared before the first one');
  });

  test('its metrics have every number of the JSON', async () => {
    const { seen, bounds } = await withBounds(stack, metrics);
    for (const bound of bounds) {
      const [first, second, third] = bound.names;
      if (second === 'event_loop') continue;
      const [name, labels] =
        {
          pids: ['processes', { kind: second }],
          backends: [`backend_${third}`, { backend: second }],
          connections: ['ws', 'wss'].includes(second)
            ? ['connections', { transport: second }]
            : [`${second}_connections`, {}],
          refused: ['refused', { reason: second }],
          publications: ['publications', { way: second }],
          publications_refused: ['publications_refused', { way: second }],
        }[first] ?? [bound.names.join('_'), {}];
      assertWithin(valueOf(seen, `torrent_ws_${name}`, labels), bound);
    }
  });

  test('without a query it is a table for people', async () => {
    const look = async () => {
      const { status, headers, body } = await stack.get(page);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      return body;
    };
    const { seen, bounds } = await withBounds(stack, look);
    const rows = new Map(seen.trimEnd().split('\n').map((line) => line.split(/ {2,}/)));
    for (const bound of bounds) {
      const name = forPeople(bound.names).join(' ').replaceAll('_', ' ');
      assertWithin(Number(rows.get(name)), bound);
    }
    assert.equal(rows.get('version'), version);
  });

  for (const query of ['', '?json', '?metrics', '?xml']) {
    test(`HEAD ${query} has the status and type of GET, and no body`, async () => {
      const url = new URL(page + query, stack.httpUrl);
      const [head, get] = await Promise.all([fetch(url, { method: 'HEAD' }), fetch(url)]);
      assert.equal(head.status, get.status);
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
      assert.equal(await head.text(), '');
    });
  }

  test('a query may have an empty value, which is all that Prometheus can say', async () => {
    const types = await Promise.all(['json', 'metrics'].map((query) => stack.get(`${page}?${query}=`)));
    assert.deepEqual(types.map(({ headers }) => headers['content-type']), ['application/json', openMetrics]);
  });

  for (const query of ['?xml', '?json=1', '?=', '?json==', '?JSON', '?json&metrics']) {
    test(`${query} is told what there is`, async () => {
      const { status, headers, body } = await stack.get(page + query);
      assert.equal(status, 400);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      assert.match(body, /\?json.*\?metrics/);
    });
  }

  test('mod_status has every number, for programs', async () => {
    const { seen, bounds } = await withBounds(stack, () => scoreboard(stack));
    assert.equal(seen.TorrentWsUp, '1');
    assert.equal(seen.TorrentWsVersion, version);
    assert.equal(seen.TorrentWsConnectionsWss, '2');
    for (const bound of bounds) assertWithin(Number(seen[shortName(forPeople(bound.names))]), bound);
  });

  for (const query of ['', '?notable']) {
    test(`mod_status has them for people ${query}`, async () => {
      const { status, body } = await stack.get(`/server-status${query}`);
      assert.equal(status, 200);
      const [, section] = /<h2>torrent-ws<\/h2>\s*<dl>(.*?)<\/dl>/s.exec(body);
      const { pids } = await stack.status();
      assert.match(section, new RegExp(`<dt>pid: ${pids.event_loop}</dt>`));
      for (const line of ['connections ws: 1', 'connections wss: 2', 'sessions: 3', 'token failures: 1']) {
        assert.ok(section.includes(`<dt>${line}</dt>`), `${line} is not in ${section}`);
      }
    });
  }
});

test('a loop that hangs does not hold mod_status', { skip: process.getuid() !== 0 && 'not root' }, async (t) => {
  const stack = await startStack({ backend: noDaemon });
  t.after(() => stack.stop([/ TWS0006: /, / TWS0107: /, / TWS0002: /]));
  const eventLoop = await hangEventLoop(t, stack);
  assert.equal((await scoreboard(stack)).TorrentWsUp, '0');
  const { status, body } = await stack.get('/server-status');
  assert.equal(status, 200);
  assert.match(body, /<dt>torrent-ws does not answer<\/dt>/);
  // It ends itself after fifteen seconds: the answers came before.
  assert.ok(isRunning(eventLoop));
});

test('mod_status says that torrent-ws is not up, and that it is again', async (t) => {
  const stack = await startStack({ backend: noDaemon });
  t.after(() => stack.stop([/ TWS000[236]: /]));
  const program = path.join(stack.root, 'programs/torrent-ws');
  const { pids } = await stack.status();
  fs.renameSync(program, `${program}.away`);
  process.kill(pids.event_loop, 'SIGKILL');
  await eventually(async () => {
    const { status, body } = await stack.get('/server-status');
    assert.equal(status, 200);
    assert.match(body, /<dt>torrent-ws is not up<\/dt>/);
    assert.equal((await scoreboard(stack)).TorrentWsUp, '0');
  });
  fs.renameSync(`${program}.away`, program);
  await eventually(async () => assert.equal((await scoreboard(stack)).TorrentWsUp, '1'));
  assert.notEqual((await stack.status()).pids.event_loop, pids.event_loop);
});

describe('after a graceful restart', () => {
  let stack;
  let file;
  let configuration;
  before(async () => {
    stack = await startStack({ backend: noDaemon });
    file = path.join(stack.root, 'httpd.conf');
    configuration = fs.readFileSync(file, 'utf8');
  });
  // The MPM does not know torrent-ws as a child any more when it ends.
  after(() => stack?.stop([/long lost child came home/]));

  const restartWith = async (text) => {
    fs.writeFileSync(file, text);
    await restartHttpd(stack);
  };

  test('mod_status has one section', async () => {
    await restartWith(configuration);
    const { body } = await stack.get('/server-status');
    assert.equal(body.match(/<h2>torrent-ws<\/h2>/g).length, 1);
  });

  test('without mod_status the module has its own page', async () => {
    await restartWith(withoutModule(configuration, 'status', 'ExtendedStatus'));
    await eventually(async () => assert.equal((await stack.get('/server-status')).status, 404));
    assert.equal((await stack.status()).sessions, 0);
  });

  test('without the module mod_status has its own figures', async () => {
    await restartWith(withoutModule(configuration, 'torrent_ws', 'TorrentWs'));
    await eventually(async () => assert.equal((await stack.get(page)).status, 404));
    const { status, body } = await stack.get('/server-status?auto');
    assert.equal(status, 200);
    assert.doesNotMatch(body, /TorrentWs/);
  });
});
