// The peer: what httpd has of its own for WebSockets, mod_proxy_wstunnel, in front of a small echo server.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

import { loadModules } from '../support/httpd-modules.mjs';

export const tunnelPath = '/tunnel/';

// {conf, pid, stop()}. The server is a process of its own, so that its time can be told from the measuring one's.
export async function startTunnel() {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [{ port }] = await once(child, 'message');
  const conf = `${loadModules('proxy', 'proxy_wstunnel')}ProxyPass "${tunnelPath}" "ws://127.0.0.1:${port}/"\n`;
  return { conf, pid: child.pid, stop: () => child.kill() };
}

if (process.argv[2] === 'serve') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  await once(server, 'listening');
  process.send({ port: server.address().port });
  process.on('disconnect', () => process.exit());
}
