// Connects and closes over wss on children that stay: nothing is left of a connection when it has ended.

import assert from 'node:assert/strict';

import { freePort } from '../../conf/demo/network.mjs';
import { makeClientCertificate } from '../support/certificates.mjs';
import { generateLoad } from '../support/generator.mjs';
import { tlsHost } from '../support/httpd-modules.mjs';
import { servingProcesses } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { reportTrends, sample } from './samples.mjs';

const connects = Number(process.env.SOAK_CONNECTS || 10_000);
const steps = 25;

// They neither come nor go.
const children = {
  event:
    'StartServers 1\nServerLimit 1\nThreadsPerChild 24\nMinSpareThreads 1\nMaxSpareThreads 24\nMaxRequestWorkers 24\n',
  prefork: 'StartServers 4\nMinSpareServers 1\nMaxSpareServers 5\nMaxRequestWorkers 4\n',
};
// How the load generator ends a connection that is up. Those that stall take their time, so there are more at once.
const endings = [
  { ending: 'close', path: '/wss/', at_once: 12 },
  { ending: 'vanish', path: '/wss/', at_once: 12 },
  { ending: 'stall', path: '/echo', at_once: 40 },
];

// Gives `use` a stack with one more TLS port, certifiedUrl, for clients with a certificate, and both ways to connect.
export async function withCertifiedStack(options, use) {
  const client = makeClientCertificate('a client');
  try {
    const port = await freePort();
    const backend = `http://127.0.0.1:${await freePort()}/transmission/rpc`;
    const certified = tlsHost(port, `SSLCACertificateFile "${client.authority}"\n  SSLVerifyClient require`);
    const stack = await startStack({ ...options, backend, testEndpoints: true, conf: `${options.conf}\n${certified}` });
    try {
      const { certificate, key } = client;
      stack.certifiedUrl = `https://127.0.0.1:${port}/`;
      await use(stack, [
        { name: 'without client certificates', base: stack.tlsUrl, files: {} },
        { name: 'with client certificates', base: stack.certifiedUrl, files: { certificate, key } },
      ]);
    } finally {
      // No daemon, and all the children that there may be.
      await stack.stop([/ TWS0304: /, / AH10159: /, / AH00161: /, / AH00484: /]);
    }
  } finally {
    client.remove();
  }
}

// The three ways to end take turns, `count` connections in all; resolves when none is left.
export async function connectAndEnd(stack, { base, files }, count) {
  for (const [at, ending] of endings.entries()) {
    const part = Math.floor((count + at) / endings.length);
    const load = await generateLoad(base, { ...ending, ...files, count: part });
    assert.equal(load.failed, 0, `${ending.ending}: ${load.firstFailure}`);
    assert.equal(load.completed, part);
  }
  await eventually(async () => {
    const { connections } = await stack.status();
    assert.equal(connections.wss, 0);
  });
}

// A leaked client certificate is 4.2 kB, a leaked SSL more. What allocators take until each of httpd's threads has
// had its share of connections comes to an end only slowly.
const mostOfAConnect = 0.5;
const mostInAll = 1024;

export async function soakConnects(mpm, report) {
  const step = connects / steps;
  const bounds = (name, unit) => (unit === 'kB' ? mostOfAConnect * step + mostInAll / steps : 0.01);
  await withCertifiedStack({ mpm, conf: children[mpm] }, async (stack, variants) => {
    for (const variant of variants) {
      report.section(`${connects} connects and closes over wss, ${variant.name}, ${mpm} MPM`);
      const before = servingProcesses(stack).map(({ pid }) => pid);
      const samples = [];
      for (let i = 0; i < steps; ++i) {
        await connectAndEnd(stack, variant, step);
        samples.push(sample(stack));
      }
      const now = servingProcesses(stack).map(({ pid }) => pid);
      assert.deepEqual(now, before, 'processes have come or gone');
      reportTrends(report, samples, `${step} connects`, bounds);
    }
  });
}
