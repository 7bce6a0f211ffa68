// New connections per second, beside what the same httpd does for plain GETs and through mod_proxy_wstunnel.
// The kinds take turns in short blocks, so that what else the machine does hits all alike; each ratio is of
// blocks of one round. Processor time is that of all processes that serve, and tells more on a busy machine.

import assert from 'node:assert/strict';

import { generateLoad } from '../support/generator.mjs';
import { median, processorSeconds, servingProcesses } from '../support/measurements.mjs';
import { tunnelPath } from './tunnel.mjs';

const rounds = Number(process.env.BENCH_ROUNDS || 7);
const seconds = 1;
const atOnce = 12;

// A handover does less than a page, the takeover of TLS some more than one: 1.3 and 0.57 on a quiet machine. A third of that.
const leastRatio = { ws: 0.43, wss: 0.19 };

const kinds = [
  { name: 'get', path: '/small.txt', kind: 'get' },
  { name: 'own', path: '/wss/', kind: 'websocket' },
  { name: 'tunnel', path: tunnelPath, kind: 'websocket' },
];

async function block(stack, base, { path, kind }) {
  const pids = [...servingProcesses(stack).map(({ pid }) => pid), stack.tunnel.pid];
  const before = processorSeconds(pids);
  const load = await generateLoad(base, { path, kind, seconds, at_once: atOnce });
  assert.equal(load.failed, 0, `${path}: ${load.firstFailure}`);
  return {
    rate: load.completed / load.seconds,
    server: (processorSeconds(pids) - before) / load.completed,
    client: load.cpu / load.seconds,
  };
}

export async function measureHandshakes(stack, report) {
  for (const [scheme, base] of [
    ['ws', stack.httpUrl],
    ['wss', stack.tlsUrl],
  ]) {
    const blocks = { get: [], own: [], tunnel: [] };
    // The first round warms up.
    for (let round = 0; round <= rounds; ++round) {
      for (const kind of kinds) {
        const measured = await block(stack, base, kind);
        if (round > 0) blocks[kind.name].push(measured);
      }
    }
    const of = (name, field) => median(blocks[name].map((each) => each[field]));
    const ratio = (name) => median(blocks[name].map(({ rate }, round) => rate / blocks.get[round].rate));
    const names = {
      get: `GET over ${scheme === 'ws' ? 'http' : 'https'}`,
      own: scheme,
      tunnel: `${scheme} through mod_proxy_wstunnel`,
    };
    report.section(`new connections, ${scheme}: ${rounds} rounds of ${seconds} s each, medians`);
    for (const { name } of kinds) {
      report.figure(`${names[name]}`, Math.round(of(name, 'rate')), '/s');
      report.figure('  processor time of all that serve', of(name, 'server') * 1e6, 'us');
      report.figure('  part of one processor that the generator takes', of(name, 'client'));
    }
    report.figure(`${scheme} to plain GETs`, ratio('own'), '', { atLeast: leastRatio[scheme] });
    report.figure(`tunnel to plain GETs`, ratio('tunnel'));
    report.figure(`${scheme} to tunnel, processor time`, of('own', 'server') / of('tunnel', 'server'));
  }
}
