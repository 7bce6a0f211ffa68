// How long a CALL takes to its RESULT, and the same request to the daemon itself takes on a connection that is kept: both
// on plain sockets, so that no library's time counts.

import assert from 'node:assert/strict';

import { maskedFrame, RawConnection, requestHead, upgradeHeaders } from '../support/raw-http.mjs';

const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const [welcome, challenge, result] = [2, 4, 50];

async function openSession(stack) {
  const connection = await RawConnection.open(stack.httpUrl);
  connection.send(requestHead('/wss/', upgradeHeaders('localhost')));
  assert.equal((await connection.response()).status, 101);
  const ask = async (message, type) => {
    connection.send(maskedFrame(JSON.stringify(message)));
    const answer = JSON.parse(await connection.text());
    assert.equal(answer[0], type, JSON.stringify(answer));
  };
  await ask([1, 'torrents', { roles: { caller: {} }, authmethods: ['ticket'], authid: '1' }], challenge);
  await ask([5, await stack.token(), {}], welcome);
  let request = 0;
  return {
    call: (procedure, kwargs) => ask([48, (request += 1), {}, procedure, [], kwargs], result),
    close: () => connection.close(),
  };
}

async function openDaemon(url) {
  const { host, pathname } = new URL(url);
  const connection = await RawConnection.open(url);
  let id = '';
  const ask = async (method, args) => {
    const body = JSON.stringify({ method, arguments: args });
    const headers = {
      Host: host,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'X-Transmission-Session-Id': id,
    };
    connection.send(requestHead(pathname, headers, { method: 'POST' }), body);
    const response = await connection.response();
    id = response.headers['x-transmission-session-id'] ?? id;
    if (response.status === 409) return ask(method, args);
    assert.equal(JSON.parse(response.body).result, 'success');
  };
  return { ask, close: () => connection.close() };
}

export async function measureCalls(report, stack, daemon, { hash, rounds, atMost }) {
  const session = await openSession(stack);
  const direct = await openDaemon(daemon.url);
  const ids = [hash];
  const fields = ['status', 'labels', 'rateDownload'];
  const kinds = {
    'session.stats': [() => session.call('session.stats', {}), () => direct.ask('session-stats', {})],
    'torrent.get of one': [
      () => session.call('torrent.get', { ids, fields }),
      () => direct.ask('torrent-get', { ids, fields }),
    ],
  };
  for (const [name, both] of Object.entries(kinds)) {
    const times = both.map(() => []);
    // In turns, so that a busy moment is one of both.
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, act] of both.entries()) {
        const begin = performance.now();
        await act();
        times[at].push(performance.now() - begin);
      }
    }
    const [ours, theirs] = times.map((all) => all.sort((a, b) => a - b));
    for (const part of [0.5, 0.99]) {
      const what = `p${part * 100}`;
      report.figure(`${name}: CALL to RESULT, ${what}`, share(ours, part), 'ms');
      report.figure(`${name}: at the daemon itself, ${what}`, share(theirs, part), 'ms');
    }
    report.figure(`${name}: p50 by the daemon's own`, share(ours, 0.5) / share(theirs, 0.5), '', { atMost });
  }
  session.close();
  direct.close();
}
