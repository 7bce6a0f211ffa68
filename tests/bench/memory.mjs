// Memory of an idle connection: PSS of all processes that serve, with and without many of them.

import assert from 'node:assert/strict';

import { memoryOf, pssOf, servingProcesses } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd } from '../support/processes.mjs';
import { Connections } from './connections.mjs';
import { settle } from './stacks.mjs';

const many = Number(process.env.BENCH_CONNECTIONS || 2000);
const warmUp = 64;
const few = 32;

// libwebsockets needs about 5 kB for a connection, OpenSSL about 11 kB more; the rest is for sessions and a noisy machine.
const mostForWs = 16;
const mostForWss = 40;
const mostForRelayProcess = 4096;

const relaysOf = (stack) => servingProcesses(stack).filter(({ role }) => role === 'relay');

export async function totalPss(stack) {
  await settle();
  return pssOf(servingProcesses(stack));
}

// Processes that have served nobody yet but a few connections: what is free in their heaps would hide what the next
// ones take.
async function startAnew(stack, scheme) {
  const { event_loop: before } = (await stack.status()).pids;
  await restartHttpd(stack, 'SIGHUP');
  await eventually(async () => assert.notEqual((await stack.status()).pids.event_loop, before));
  const connections = new Connections(stack, scheme);
  await connections.grow(warmUp);
  await connections.close();
}

// Ends the children's generation; resolves when all wss connections are in relay processes.
async function graceful(stack, expected) {
  const before = servingProcesses(stack).filter(({ role }) => role === 'httpd');
  const parent = stack.pid('httpd');
  await restartHttpd(stack);
  await eventually(async () => {
    const { connections } = await stack.status();
    assert.equal(connections.relay, expected);
    const left = new Set(servingProcesses(stack).map(({ pid }) => pid));
    assert.ok(before.every(({ pid }) => pid === parent || !left.has(pid)));
  });
}

async function measureIdle(stack, report, scheme, options, bound) {
  await startAnew(stack, scheme);
  const base = await totalPss(stack);
  const connections = new Connections(stack, scheme, '/wss/', options);
  await connections.grow(many / 2);
  const half = await totalPss(stack);
  await connections.grow(many);
  const full = await totalPss(stack);
  const what = options.withSession ? `${scheme} with a WAMP session` : scheme;
  report.figure(`one of ${many} idle ${what}`, (full - base) / many, 'kB', { atMost: bound });
  // Without what each of httpd's threads takes once.
  report.figure(`  each of the second ${many / 2}`, (full - half) / (many / 2), 'kB', { atMost: bound });
  return { connections, base };
}

export async function measureMemory(stack, report) {
  report.section('memory of an idle connection (PSS of all processes without files)');
  for (const options of [{}, { withSession: true }]) {
    const ws = await measureIdle(stack, report, 'ws', options, mostForWs);
    await ws.connections.close();
    const wss = await measureIdle(stack, report, 'wss', options, mostForWss);
    if (!options.withSession) await measureMoved(stack, report, wss.base);
    await wss.connections.close();
  }
  await measureRelayProcesses(stack, report);
}

// The wss connections that are open, once they are in relay processes.
async function measureMoved(stack, report, base) {
  await graceful(stack, many);
  const relays = relaysOf(stack).length;
  const used = (await totalPss(stack)) - base;
  const bound = mostForWss + (relays * mostForRelayProcess) / many;
  report.figure(`one of ${many} idle wss in ${relays} relay processes, these included`, used / many, 'kB', {
    atMost: bound,
  });
}

// What relay processes take that have few connections, so that little of it is theirs.
async function measureRelayProcesses(stack, report) {
  await startAnew(stack, 'wss');
  const connections = new Connections(stack, 'wss');
  await connections.grow(few);
  await graceful(stack, few);
  await settle();
  const memory = relaysOf(stack).map(({ pid }) => memoryOf(pid));
  const mean = memory.reduce((sum, { pss }) => sum + pss, 0) / memory.length;
  report.figure(`one relay process (${memory.length} for ${few} connections)`, mean, 'kB', {
    atMost: mostForRelayProcess,
  });
  await connections.close();
}
