// Which process has the TLS of a connection: an httpd child, or a relay process.

import assert from 'node:assert/strict';

import { eventually } from './patience.mjs';
import { httpdChildren, torrentWsProcesses } from './processes.mjs';
import { holdersOf, serverSocket } from './sockets.mjs';

// Directives for each MPM with which connections share a child.
export const fewChildren = {
  event: `StartServers 1\nThreadsPerChild 16\nMinSpareThreads 1\nMaxSpareThreads 32
ServerLimit 8\nMaxRequestWorkers 128\n`,
  prefork: 'StartServers 1\nMinSpareServers 1\nMaxSpareServers 2\nMaxRequestWorkers 8\n',
};

// The processes that have the server's socket of this number open, of httpd's children and relay processes.
export async function relaysOf(stack, inode) {
  const processes = [...(await httpdChildren(stack)), ...(await torrentWsProcesses(stack))];
  return holdersOf(
    inode,
    processes.map(({ pid }) => pid),
  );
}

// Opens connections, WiredConnections, until one process has the TLS of `count` of them.
export async function neighbours(stack, count, openOne) {
  const byProcess = {};
  return eventually(async () => {
    const connection = await openOne();
    const [pid] = await relaysOf(stack, serverSocket(connection.tcp.localPort));
    (byProcess[pid] ??= []).push(connection);
    assert.equal(byProcess[pid].length, count, `connections of the processes ${Object.keys(byProcess)}`);
    return byProcess[pid];
  });
}

// Makes httpd's children leave; their connections are with relay processes then.
export async function leaveToRelayProcesses(stack) {
  process.kill(stack.pid('httpd'), 'SIGUSR1');
  await eventually(async () => {
    const { wss, relay } = (await stack.status()).connections;
    assert.ok(relay > 0);
    assert.equal(relay, wss);
  });
}
