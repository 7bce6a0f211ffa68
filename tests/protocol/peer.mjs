// A server that is known to be strict, npm's ws, as an echo: what shows that the cases themselves are right.

import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const maxPayload = 16 << 20;

// Resolves with {url, close}.
export async function startPeer() {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    maxPayload,
    maxPendingAutoPongs: 0, // or else it drops clients that send many pings at once
    perMessageDeflate: { threshold: 0 },
  });
  server.on('connection', (socket) => {
    socket.on('error', () => {}); // each is told to the client
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${server.address().port}/echo`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
