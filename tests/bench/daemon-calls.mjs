// How long a CALL takes to its RESULT, and the same request to the daemon itself takes on a connection that is kept. Once
// as programs do both, with a WAMP client and with fetch(); and once on plain sockets, so that no library's time counts:
// what is between them then is two processes more on the way, and back.

import assert from 'node:assert/strict';

import { TransmissionRpc } from '../../conf/demo/transmission.mjs';
import { maskedFrame, RawConnection, requestHead, upgradeHeaders } from '../support/raw-http.mjs';
import { signedInClient } from '../support/wamp.mjs';

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
  const client = await signedInClient(stack, { perMessageDeflate: false });
  const rpc = new TransmissionRpc(daemon.url);
  const kwargs = { ids: [hash], fields: ['status', 'labels', 'rateDownload'] };
  const labelled = (round) => ({ ids: [hash], labels: [`${round}`] });
  const kinds = {
    'session.stats': [() => client.call('session.stats'), () => rpc.call('session-stats'), { atMost }],
    'torrent.get of one': [() => client.call('torrent.get', kwargs), () => rpc.call('torrent-get', kwargs), { atMost }],
    'torrent.set': [
      (round) => client.call('torrent.set', labelled(round)),
      (round) => rpc.call('torrent-set', labelled(round)),
      { atMost },
    ],
    'session.stats, plain sockets': [() => session.call('session.stats', {}), () => direct.ask('session-stats', {})],
    'torrent.get of one, plain sockets': [
      () => session.call('torrent.get', kwargs),
      () => direct.ask('torrent-get', kwargs),
    ],
    'torrent.set, plain sockets': [
      (round) => session.call('torrent.set', labelled(round)),
      (round) => direct.ask('torrent-set', labelled(round)),
    ],
  };
  for (const [name, [ours, theirs, bounds]] of Object.entries(kinds)) {
    const times = [[], []];
    // In turns, so that a busy moment is one of both.
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, act] of [ours, theirs].entries()) {
        const begin = performance.now();
        await act(round);
        times[at].push(performance.now() - begin);
      }
    }
    for (const all of times) all.sort((a, b) => a - b);
    for (const part of [0.5, 0.99]) {
      report.figure(`${name}: CALL to RESULT, p${part * 100}`, share(times[0], part), 'ms');
      report.figure(`${name}: at the daemon itself, p${part * 100}`, share(times[1], part), 'ms');
    }
    report.figure(`${name}: p50 by the daemon's own`, share(times[0], 0.5) / share(times[1], 0.5), '', bounds);
  }
  await client.close();
  session.close();
  direct.close();
}
