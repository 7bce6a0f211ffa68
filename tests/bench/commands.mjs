// What a call costs in time, CALL to RESULT, against the same RPC on a kept connection past the module, in turns at the
// same daemon. node tests/bench/commands.mjs

import { once } from 'node:events';
import http from 'node:http';

import { Report } from '../support/report.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const rounds = Number(process.env.BENCH_ROUNDS || 500);
const warmUp = 20;

// The daemon's RPC on one connection.
class KeptConnection {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #sessionId = '';

  constructor(url) {
    this.url = url;
  }

  async call(method, args = {}) {
    const headers = { 'Content-Type': 'application/json', 'X-Transmission-Session-Id': this.#sessionId };
    const request = http.request(this.url, { method: 'POST', agent: this.#agent, headers });
    request.end(JSON.stringify({ method, arguments: args }));
    const [response] = await once(request, 'response');
    let body = '';
    for await (const part of response) body += part;
    if (response.statusCode !== 409) return JSON.parse(body).arguments;
    this.#sessionId = response.headers['x-transmission-session-id'];
    return this.call(method, args);
  }

  close() {
    this.#agent.destroy();
  }
}

const percentile = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];

// {name: sorted milliseconds} of actions that take turns.
async function measure(actions) {
  const times = Object.fromEntries(Object.keys(actions).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, action] of Object.entries(actions)) {
      const begin = performance.now();
      await action(round);
      if (round >= 0) times[name].push(performance.now() - begin);
    }
  }
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  return times;
}

const report = new Report();
const stack = await startStack();
const client = await signedInClient(stack);
const direct = new KeptConnection(stack.rpcUrl);
const [{ hashString }] = (await stack.rpc.call('torrent-get', { fields: ['hashString'] })).torrents;
const ids = [hashString];

for (const [name, throughModule, pastIt] of [
  ['session.stats', () => client.call('session.stats'), () => direct.call('session-stats')],
  [
    'torrent.set',
    (round) => client.call('torrent.set', { ids, labels: [`${round}`] }),
    (round) => direct.call('torrent-set', { ids, labels: [`${round}`] }),
  ],
]) {
  report.section(`${name}, ${rounds} calls`);
  const times = await measure({ 'CALL to RESULT': throughModule, 'direct RPC': pastIt });
  for (const [what, list] of Object.entries(times)) {
    report.figure(`${what}: p50`, percentile(list, 0.5), 'ms');
    report.figure(`${what}: p99`, percentile(list, 0.99), 'ms');
  }
  const ratio = percentile(times['CALL to RESULT'], 0.5) / percentile(times['direct RPC'], 0.5);
  report.figure('CALL to RESULT against direct RPC, p50', ratio, '', { atMost: 1.3 });
}
direct.close();
await client.close();
await stack.stop();
report.conclude();
