// No token, password or cookie gets into a log or a status, however much is logged.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { freePort } from '../../conf/demo/network.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd, torrentWsProcesses } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, WampClient, WampError } from '../support/wamp.mjs';

const password = 'p4ssw0rd-of-the-daemon';
const cookie = 'c00kie-of-a-session';
const badToken = 'b4d-token-of-a-guess';
const inQuery = 'q0ery-token-of-a-page';

const isWampError = (error) => error instanceof WampError;

describe('at LogLevel torrent_ws:trace8', () => {
  const secrets = new Set([password, Buffer.from(`admin:${password}`).toString('base64'), cookie, badToken]);
  let stack;
  let folder;
  let credentials;
  let refusing;

  before(async () => {
    // A daemon that refuses whoever asks, and says with what he asked.
    refusing = http.createServer((request, response) => {
      secrets.add(request.headers.authorization);
      response.writeHead(401, { 'WWW-Authenticate': `Basic realm="${request.headers.authorization}"` });
      response.end(request.headers.authorization);
    });
    const port = await freePort();
    await new Promise((resolve) => refusing.listen(port, '127.0.0.1', resolve));
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-secrets-'));
    credentials = path.join(folder, 'credentials');
    fs.writeFileSync(credentials, `admin:${password}\n`);
    const conf = `
LogLevel torrent_ws:trace8
TorrentWsAccessLog logs/websocket.log
TorrentWsBackend locked http://127.0.0.1:${port}/transmission/rpc credentials=${credentials}
`;
    stack = await startStack({ conf });
  });
  after(async () => {
    // A bad password of a daemon is a matter for the log.
    await stack?.stop([/ TWS0304: daemon locked is down: .*401/]);
    refusing?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const connect = (scheme, query = '') => {
    const { url, ca } = endpoint(stack, scheme);
    return WampClient.open(url + query, { ca, headers: { Cookie: `PHPSESSID=${cookie}`, Authorization: `Bearer ${cookie}` } });
  };
  const freshToken = async (userId = 1) => {
    const token = await stack.token(userId);
    secrets.add(token);
    return token;
  };

  // The texts of all logs and forms of the status, by their names.
  const ofHttpd = ['access.log', 'server-status'];
  const everything = async () => {
    const folderOfLogs = path.join(stack.root, 'logs');
    const logs = fs.readdirSync(folderOfLogs);
    const pages = ['torrent-ws-status', 'torrent-ws-status?json', 'torrent-ws-status?metrics', 'server-status', 'server-status?auto'];
    const bodies = await Promise.all(pages.map((page) => stack.get(page)));
    const texts = logs.map((name) => [name, fs.readFileSync(path.join(folderOfLogs, name), 'utf8')]);
    return [...texts, ...bodies.map(({ body }, index) => [pages[index], body])];
  };

  test('sign-ins of all kinds, good and bad, leave no secret', async () => {
    for (const scheme of ['ws', 'wss']) {
      const good = await connect(scheme, `?token=${inQuery}`);
      const spent = await freshToken();
      await good.signIn(1, spent);
      await good.subscribe('torrents', { _user_id: '1', _token: await freshToken() });
      await good.close();
      for (const [user, token] of [[1, spent], [2, await freshToken()], [1, badToken], [1, `${badToken}\n${badToken}`]]) {
        const client = await connect(scheme);
        await assert.rejects(client.signIn(user, token), isWampError);
        const other = await connect(scheme);
        await other.join();
        await assert.rejects(other.subscribe('torrents', { userId: String(user), token }), isWampError);
        await other.close();
      }
      // A token where none belongs, in messages that break the protocol.
      for (const message of [[1, 'torrents', badToken], [5, badToken], [99, badToken], { token: badToken }, badToken]) {
        const client = await connect(scheme);
        client.send(message);
        await client.ended();
      }
    }
    await restartHttpd(stack);
    await eventually(() => assert.match(stack.errorLog(), / TWS0304: daemon locked /));
    const opened = 2 * (1 + 8 + 5);
    const texts = await eventually(async () => {
      const all = new Map(await everything());
      assert.equal(all.get('websocket.log').trimEnd().split('\n').length, opened);
      return all;
    });
    assert.match(texts.get('error.log'), /\[torrent_ws:/);
    for (const [name, text] of texts) {
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in ${name}`);
      // httpd's own lines about requests have their queries.
      if (!ofHttpd.includes(name)) assert.ok(!text.includes(inQuery), `the query is in ${name}`);
    }
    assert.ok(texts.get('access.log').includes(inQuery));
    assert.ok(secrets.size > 8, 'the daemon was asked with its password');
  });

  test('no process of torrent-ws shows one in its arguments or its environment', async () => {
    const processes = await torrentWsProcesses(stack);
    assert.ok(processes.length >= 4, 'torrent-ws and its workers');
    for (const { pid } of processes) {
      for (const name of ['cmdline', 'environ']) {
        const text = fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
        assert.ok(name === 'environ' || text.includes('torrent-ws'), text);
        for (const secret of [...secrets, credentials]) assert.ok(!text.includes(secret), `${secret} in ${name} of ${text}`);
      }
    }
  });
});
