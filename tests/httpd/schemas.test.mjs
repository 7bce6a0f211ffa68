// The JSON Schemas of docs/schemas say what real messages are, and what a worker takes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { eventually } from '../support/patience.mjs';
import { whileStopped } from '../support/processes.mjs';
import {
  argumentFaults,
  argumentsSchema,
  assertEvent,
  assertResult,
  checked,
  faultsOf,
  schemas,
} from '../support/schemas.mjs';
import { forms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';

const source = (file) => fs.readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
const allIn = (text, expression) => [...text.matchAll(expression)].map(([, found]) => found);
const sorted = (values) => [...new Set(values)].sort();
const procedures = Object.keys(schemas.procedures.properties);
// These read the list, or ask no daemon: they are not in the worker's table.
const ofList = ['torrents.snapshot', 'torrents.since', 'torrents.window'];
const ofDatabase = ['preferences.get', 'preferences.set'];
const ofDaemon = procedures.filter((name) => ![...ofList, ...ofDatabase].includes(name));

const stopped = 0;
let stack;
let client;
before(async () => {
  stack = await startStack();
  client = await signedInClient(stack);
});
after(async () => {
  await client?.close();
  await stack?.stop();
});

describe('the schemas list', () => {
  const listFields = allIn(source('worker/torrent_fields.hpp'), /^ {4}"([\w-]+)",$/gm);
  // Not the daemon's, so that torrent.get does not give it.
  const ownFields = ['owner'];
  const { fields, details, lists, detailsSince40, detailsSince41, whole } = schemas.torrent.$defs;
  const { settings } = schemas.daemon.$defs;
  const torrentFields = schemas.procedures.$defs.torrentFields.items.enum;

  test('the fields of the list', () => {
    assert.ok(listFields.length > 0);
    assert.deepEqual(sorted([...Object.keys(fields.properties), ...ownFields]), sorted(listFields));
    assert.deepEqual(sorted(Object.keys(schemas.torrent.properties)), sorted(['daemon', ...ownFields]));
    assert.deepEqual(sorted(whole.required), sorted(['daemon', ...listFields]));
  });

  test('the fields that torrent.get gives', () => {
    const all = [fields, details, lists, detailsSince40, detailsSince41].flatMap(({ properties }) =>
      Object.keys(properties),
    );
    assert.deepEqual(sorted(torrentFields), sorted(all));
    assert.deepEqual(
      sorted([...all, ...ownFields]),
      sorted(allIn(source('worker/torrent_fields.cpp') + source('worker/torrent_fields.hpp'), /"([\w-]+)"[,}]/g)),
    );
  });

  test('the fields of details, and no other', () => {
    const repeated = ['priorities', 'wanted', 'trackers'];
    const told = Object.keys({ ...fields.properties, ...details.properties, ...lists.properties });
    assert.deepEqual(
      sorted(schemas.detail.$defs.everything.required),
      sorted(told.filter((name) => !repeated.includes(name))),
    );
  });

  test('what windows have, and what they are filtered by', () => {
    const { listField, status } = schemas.window.$defs;
    assert.deepEqual(sorted(listField.enum), sorted(listFields));
    const [, values] = /kStatusValues = \{(.*?)\};/s.exec(source('mod_torrent_ws/wire/window_request.hpp'));
    assert.deepEqual(sorted(status.enum), sorted(allIn(values, /"(\w+)"/g)));
  });

  test('the commands', () => {
    const { procedure } = schemas.commands.$defs.command.properties;
    const names = allIn(source('mod_torrent_ws/topics/procedures.cpp'), /Procedure\{"([\w.]+)", false\}/g);
    assert.deepEqual(sorted(procedure.enum), sorted(names));
  });

  test("the session's settings", () => {
    const names = allIn(source('worker/session_fields.cpp'), /^ {4}\{"([\w-]+)"/gm);
    assert.deepEqual(sorted(Object.keys(settings.properties)), sorted(names));
    assert.deepEqual(sorted(argumentsSchema('session.get').properties.fields.items.enum), sorted(names));
  });

  test('the procedures of the worker, which are the documented ones', () => {
    const known = allIn(source('worker/procedures.cpp'), /\.name = "([\w.]+)"/g);
    assert.deepEqual(sorted(known), sorted(ofDaemon));
    const rows = source('docs/procedures.md')
      .split('\n')
      .filter((line) => line.startsWith('| `') && !line.includes('.error.'));
    assert.deepEqual(sorted(rows.flatMap((row) => allIn(row.split('|')[1], /`([\w.]+)`/g))), sorted([...known, ...ofDatabase]));
  });
});

// Values of all kinds: what a schema takes of them, the worker does, and nothing else.
const hash = '0123456789abcdef0123456789abcdef01234567';
const probes = [
  true,
  false,
  -1,
  0,
  1,
  2,
  1.5,
  -0.5,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  '',
  'text',
  'two\nlines',
  'a'.repeat(8193),
  '..',
  'a/b',
  'a/../b',
  '/absolute',
  'required',
  'magnet:?xt=urn:btih:' + hash,
  'https://example.com/',
  'ftp://example.com/',
  'ZDg6',
  hash,
  {},
  [],
  [0],
  [-1],
  ['text'],
  ['two\nlines'],
  [1, 'https://example.com/'],
  [1, 'https://example.com/', 2],
  ['name'],
  ['name', 'name'],
  ['one, two'],
  ['utp', 'tcp'],
  'ipv6',
  'udp://example.com/a\n\nhttps://example.com/',
  4_294_967,
  4_294_968,
  ['torrentFile'],
  ['status', 'nonsense'],
  ['version'],
  ['session-id'],
  [hash],
  [hash.toUpperCase(), hash],
  ['text', 1],
];
// Of these the worker alone knows: where download roots are, and that a list has pairs.
const stricter = ['#/$defs/directory', '#/$defs/trackerChanges'];

// Whether the worker takes this value: then it says that a name behind it is unknown. Nothing gets to the daemon.
const last = '~';
async function isTaken(procedure, argument, value) {
  try {
    await client.call(procedure, { [argument]: value, [last]: 0 });
  } catch (error) {
    if (!(error instanceof WampError) || error.uri !== 'wamp.error.invalid_argument') throw error;
    const [message] = error.args;
    if (message === `${procedure} has no such argument: ${last}`) return true;
    assert.ok(message.startsWith(`argument ${argument} must `), `${procedure}: ${message}`);
    return false;
  }
  throw new Error(`${procedure} takes an argument ${last}`);
}

describe('the worker takes what the schema does', () => {
  for (const procedure of ofDaemon) {
    test(procedure, async () => {
      const { properties, required = [] } = argumentsSchema(procedure);
      const taken = new Map();
      for (const [argument, schema] of Object.entries(properties)) {
        if (argument === 'daemon') continue;
        const place = `procedures.json#/properties/${procedure}/properties/arguments/properties/${argument}`;
        for (const value of probes) {
          const given = argumentFaults(procedure, { [argument]: value }).filter((fault) =>
            fault.startsWith(`/${argument}`),
          );
          const isTakenHere = await isTaken(procedure, argument, value);
          const shown = `${place}: ${JSON.stringify(value).slice(0, 80)}`;
          if (given.length > 0) assert.ok(!isTakenHere, `the worker takes ${shown}`);
          else if (!stricter.includes(schema.$ref)) assert.ok(isTakenHere, `the worker refuses ${shown}`);
          if (isTakenHere) taken.set(argument, value);
        }
      }
      for (const argument of required) {
        const others = Object.fromEntries([...taken].filter(([name]) => required.includes(name) && name !== argument));
        await assert.rejects(client.call(procedure, others), (error) =>
          [`argument ${argument} is missing`, ...required.map((name) => `argument ${name} is missing`)].includes(
            error.args[0],
          ),
        );
      }
    });
  }

  test('and names no argument that the schema has not', () => {
    const tables = Object.fromEntries(
      [...source('worker/procedures.cpp').matchAll(/Argument (k\w+)\[\] = \{(.*?)\};/gs)].map(([, name, table]) => [
        name,
        [...allIn(table, /\{"([\w-]+)",/g), ...(/\bkIds\b/.test(table) ? ['ids'] : [])],
      ]),
    );
    const entries = [...source('worker/procedures.cpp').matchAll(/\{\s*\.name = "([\w.]+)",(.*?)\}(?=,?\n)/gs)];
    assert.equal(entries.length, ofDaemon.length);
    for (const [, name, rest] of entries) {
      const table = tables[/\.arguments = (k\w+)/.exec(rest)?.[1]] ?? [];
      assert.deepEqual(sorted(Object.keys(argumentsSchema(name).properties)), sorted([...table, 'daemon']), name);
    }
  });
});

describe('messages are as the schemas say', () => {
  // Torrents come and go, run and rest, and the daemon hangs for a while: what pages are told of it.
  test('events of the list, in each form', async () => {
    const pages = [];
    for (const { serializer, format } of forms) {
      const page = await signedInClient(stack, { serializer });
      const raw = await page.subscribe('torrents', { _format: format });
      pages.push({ page, view: new TorrentView(checked('torrents', raw)) });
    }
    const all = (condition) => Promise.all(pages.map(({ view }) => view.until(condition)));
    await all(({ torrents }) => Object.keys(torrents).length > 0);

    const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
    const added = await call('torrent.add', { metainfo, paused: true });
    const ids = [added['torrent-added'].hashString];
    await all(({ torrents }) => torrents[ids[0]]);
    await call('torrent.set', { ids, labels: ['one', 'zwei ü'], seedRatioMode: 1, seedRatioLimit: 1.25 });
    await all(({ torrents }) => torrents[ids[0]].labels.length === 2 && torrents[ids[0]].seedRatioLimit === 1.25);
    await call('torrent.start', { ids });
    await all(({ torrents }) => torrents[ids[0]].status !== stopped);
    await all(({ torrents }) => Object.values(torrents).some(({ rateDownload }) => rateDownload > 0));
    await call('torrent.remove', { ids, 'delete-local-data': true });
    await all(({ torrents }) => !torrents[ids[0]]);

    await whileStopped(stack.pid('transmission'), () => all(({ daemons }) => daemons.main.state === 'busy'));
    await all(({ daemons }) => daemons.main.state === 'up');
    await Promise.all(pages.map(({ page }) => page.close()));
  });

  test('events of the session', async () => {
    const page = await signedInClient(stack);
    const events = checked('session', await page.subscribe('session'));
    const { main } = (await events.next(({ daemons }) => daemons.main.settings && daemons.main.stats)).daemons;
    assert.deepEqual(main.roots, [`${stack.root}/downloads`]);
    await whileStopped(stack.pid('transmission'), () =>
      events.next(({ daemons }) => daemons.main.state === 'busy'),
    );
    await events.next(({ daemons }) => daemons.main.state === 'up');
    await call('session.set', { 'speed-limit-up': 321, encryption: 'tolerated', seedRatioLimit: 2.5 });
    await events.next(({ daemons }) => daemons.main.settings['speed-limit-up'] === 321);
    await page.close();
  });

  test('commands and their results', async () => {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name'] });
    const core = torrents.find(({ name }) => name === 'ubuntu-core-16').hashString;
    const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
    const downloads = `${stack.root}/downloads`;

    const {
      'torrent-added': { hashString },
    } = await call('torrent.add', {
      metainfo,
      paused: true,
      'download-dir': downloads,
      bandwidthPriority: 1,
      'peer-limit': 10,
    });
    assert.ok((await call('torrent.add', { metainfo }))['torrent-duplicate']);
    const magnet = `magnet:?xt=urn:btih:${hash}&dn=nobody`;
    await call('torrent.add', { filename: magnet, paused: false });
    const ids = [hashString];
    for (const name of [
      'start',
      'stop',
      'start_now',
      'verify',
      'queue_top',
      'queue_down',
      'queue_up',
      'queue_bottom',
    ]) {
      await call(`torrent.${name}`, { ids });
    }
    await call('torrent.reannounce', { ids: [core] });
    await call('torrent.set', {
      ids: [core],
      'files-unwanted': [3],
      'priority-high': [0],
      trackerAdd: ['http://127.0.0.1:9/announce'],
    });
    const { details, fields, lists } = schemas.torrent.$defs;
    const names = Object.keys({ ...fields.properties, ...details.properties, ...lists.properties });
    const whole = await call('torrent.get', { ids: [core, hashString, hash], fields: names });
    assert.equal(whole.torrents.length, 3);
    await call('torrent.set_location', { ids, location: `${downloads}/elsewhere`, move: false });
    const renamed = { ids: [core], path: 'ubuntu-core-16', name: 'core' };
    assert.equal((await call('torrent.rename_path', renamed)).name, 'core');
    await call('torrent.remove', { ids: [hashString, hash] });
  });

  test('questions and their answers', async () => {
    await call('session.stats');
    await call('session.get');
    assert.deepEqual(Object.keys(await call('session.get', { fields: ['version'] })), ['version']);
    await call('free_space', { path: `${stack.root}/downloads` });
    const page = await signedInClient(stack);
    await (await page.subscribe('torrents')).next();
    const { events } = await call('torrents.snapshot');
    assert.equal(events[0].snapshot, true);
    const { revision } = events.at(-1);
    await eventually(async () => assert.ok((await call('torrents.since', { revision })).events.length > 0));
    await call('torrents.window', { limit: 1 });
    await page.close();
  });

  test('preferences', async () => {
    await call('preferences.set', { preferences: { theme: 'dark', columns: [], language: null } });
    assert.deepEqual((await call('preferences.get')).preferences, { theme: 'dark', columns: [] });
  });

  test('the blocklist', async () => {
    const server = http.createServer((request, response) => response.end('nobody:192.0.2.1-192.0.2.9\n'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      await call('session.set', { 'blocklist-url': `http://127.0.0.1:${server.address().port}/list` });
      assert.equal((await call('blocklist_update'))['blocklist-size'], 1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  // The one asks a service on the internet, the others need a newer daemon: what they ask is as it should be, too.
  test('what this daemon cannot answer', async () => {
    const faults = {
      port_test: {},
      'group.get': { group: ['one'] },
      'group.set': { name: 'one', 'speed-limit-up': 10 },
    };
    for (const [procedure, kwargs] of Object.entries(faults)) {
      await call(procedure, kwargs).catch((error) =>
        assert.match(String(error.uri), /^torrent_ws\.error\.(not_supported|daemon_\w+)$/),
      );
    }
  });

  test('the end of the daemon', () => call('session.close'));

  // Answers to ours that were not checked would make the test say nothing.
  test('every procedure has been called', () => {
    const rarely = ['group.get', 'group.set', 'port_test'];
    assert.deepEqual(sorted([...called, ...rarely.filter((name) => !called.has(name))]), sorted(procedures));
  });
});

describe('the schemas refuse', () => {
  const torrent = { revision: 1, snapshot: false, torrents: { [hash]: { status: 4 } }, removed: [], session: {} };
  const wrong = {
    'a status that there is not': { torrents: { [hash]: { status: 7 } } },
    'an unknown field': { torrents: { [hash]: { colour: 'red' } } },
    'a number as text': { torrents: { [hash]: { eta: '12' } } },
    'a key that is no hash': { torrents: { nobody: { status: 4 } } },
    'a snapshot of torrents that are not whole': { snapshot: true },
    'an unknown member': { extra: 1 },
    'a reason while all is well': { daemons: { main: { state: 'up', since: 1, reason: 'none' } } },
    'a table of another kind': { torrents: { fields: ['status'], rows: [] } },
  };
  test('nothing of a right event', () => assert.deepEqual(faultsOf('torrents.json', torrent), []));
  for (const [what, change] of Object.entries(wrong)) {
    test(what, () => assert.notDeepEqual(faultsOf('torrents.json', { ...torrent, ...change }), []));
  }
  test('a wrong value in a table', () => {
    const table = (status) => ({ ...torrent, torrents: { fields: ['hash', 'status'], rows: [[hash, status]] } });
    assertEvent('torrents', table(4));
    assert.throws(() => assertEvent('torrents', table(7)), /status/);
  });
});

// A call with arguments that the schema takes, and a result that it knows.
const called = new Set();
async function call(procedure, kwargs = {}) {
  assert.deepEqual(argumentFaults(procedure, kwargs), [], procedure);
  const result = (await client.call(procedure, kwargs)) ?? {};
  assertResult(procedure, result);
  called.add(procedure);
  return result;
}
