// docs/migrating-from-ratchet.md: its code, as it stands there, on a real httpd with PHP, ZeroMQ and a daemon, for clients of
// WAMP v1 and a browser.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort } from '../../conf/demo/network.mjs';
import { launchBrowser, WatchedPage } from '../browser/browser.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { openWamp1 } from '../support/wamp1-session.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const php = '/usr/bin/php';
const stopped = 0;

// The files of a document: a line of a name and a colon, then the code. What has the same name is one file.
function filesOf(document) {
  const text = fs.readFileSync(path.join(repository, document), 'utf8');
  const files = new Map();
  for (const [, name, code] of text.matchAll(/^`([^`]+)`:\n\n```\w+\n(.*?)^```$/gms)) {
    files.set(name, (files.get(name) ?? '') + code);
  }
  return files;
}

const files = filesOf('docs/migrating-from-ratchet.md');

let folder;
let stack;
let places; // of the document: where they are here
// What the document says, at this machine's places.
const placed = (text) => Object.entries(places).reduce((code, [there, here]) => code.replaceAll(there, here), text);
function write(name) {
  const file = placed(name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, placed(files.get(name)));
  return file;
}

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-migrating-'));
  fs.chmodSync(folder, 0o755);
  fs.cpSync(path.join(repository, 'htdocs/php'), path.join(folder, 'php'), { recursive: true });
  fs.copyFileSync(path.join(repository, 'conf/schema.sql'), path.join(folder, 'php/schema.sql'));
  places = {
    '/usr/local/share/torrent-ws': folder,
    '/srv/site/app': path.join(folder, 'app'),
    'tcp://127.0.0.1:5555': `tcp://127.0.0.1:${await freePort()}`,
    'tcp://127.0.0.1:5556': `tcp://127.0.0.1:${await freePort()}`,
  };
  write('/srv/site/app/chat.php');
  // The demo has a database and a daemon of its own.
  const conf = placed(files.get('httpd.conf')).replace(/^TorrentWs(?:Database|Backend) .*\n/gm, '');
  stack = await startStack({ conf });
  Object.assign(places, {
    '/srv/site/htdocs': path.join(stack.root, 'site/migrated'),
    '/var/lib/torrent-ws/tokens.sqlite': stack.database,
  });
});
after(async () => {
  await stack?.stop();
  fs.rmSync(folder, { recursive: true });
});

test('the document has these files', () => {
  assert.deepEqual([...files.keys()], [
    'httpd.conf',
    '/srv/site/htdocs/torrents.php',
    '/srv/site/htdocs/torrents.js',
    '/srv/site/app/chat.php',
    '/srv/site/app/push.php',
    '/srv/site/app/disk.php',
  ]);
});

test('the page shows the torrents, and stops one', async () => {
  write('/srv/site/htdocs/torrents.php');
  const script = write('/srv/site/htdocs/torrents.js');
  // In the place of Autobahn.js, which has no package.
  fs.copyFileSync(path.join(repository, 'htdocs/legacy/wamp-v1.js'), path.join(path.dirname(script), 'autobahn.min.js'));
  const browser = await launchBrowser();
  try {
    const watched = new WatchedPage(await browser.newPage(), 'migrated');
    await watched.page.goto(stack.httpUrl); // to log in
    await watched.page.goto(new URL('/migrated/torrents.php', stack.httpUrl).href);
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name', 'status'] });
    const item = (name) => watched.page.getByText(new RegExp(`^${name}: \\d+ %$`));
    for (const { name } of torrents) await item(name).waitFor();
    const { hashString, name } = torrents.find(({ status }) => status !== stopped);
    await item(name).click();
    await eventually(async () => {
      const now = await stack.rpc.call('torrent-get', { ids: [hashString], fields: ['status'] });
      assert.equal(now.torrents[0].status, stopped);
    });
    await watched.close();
  } finally {
    await browser.close();
  }
});

describe('clients of WAMP v1', () => {
  const room = 'com.example.chat.room';
  const clients = [];
  const heard = [];
  before(async () => {
    for (const userId of [245, 246]) {
      const client = await openWamp1(stack);
      const events = client.subscribe(JSON.stringify({ topic: room, userId, token: await stack.token(userId) }));
      // Nobody may publish before the token was redeemed.
      await eventually(async () => {
        client.publish(room, 'begin');
        await client.call('com.example.chat.last', 1);
        assert.ok(events.length > 0);
      });
      clients.push(client);
      heard.push(events);
    }
  });
  after(() => Promise.all(clients.map((client) => client.close())));

  test('chat, and ask what was said', async () => {
    clients[0].publish(room, 'hello');
    for (const events of heard) await events.next((event) => event === 'hello');
    clients[0].publish(room, 'not to me', true);
    clients[0].publish(room, 'to both');
    assert.equal(await heard[0].next(), 'to both');
    assert.equal(await heard[1].next(), 'not to me');
    assert.deepEqual(await clients[1].call('com.example.chat.last', 2), ['not to me', 'to both']);
  });

  test('get what PHP pushes', async () => {
    const news = clients.map((client) => client.subscribe('com.example.news'));
    // The answer comes when the subscriptions are there.
    for (const client of clients) await client.call('com.example.chat.last', 1);
    await promisify(execFile)(php, [write('/srv/site/app/push.php'), 'sold out']);
    for (const events of news) {
      const { title, when } = await events.next();
      assert.equal(title, 'sold out');
      assert.ok(Math.abs(when - Date.now() / 1000) < 3600);
    }
  });

  test('get what a worker of the queue works out, each its own', async () => {
    const worker = spawn(php, [write('/srv/site/app/disk.php')], { stdio: ['ignore', 'inherit', 'inherit'] });
    try {
      const first = clients[0].subscribe('com.example.disk');
      assert.match((await first.next())[0], /^Filesystem/);
      const second = clients[1].subscribe('com.example.disk');
      assert.match((await second.next())[0], /^Filesystem/);
      assert.equal(first.length, 0);
    } finally {
      worker.kill();
      await once(worker, 'exit');
    }
  });
});
