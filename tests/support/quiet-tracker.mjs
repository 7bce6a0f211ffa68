// A BitTorrent tracker that knows of no peers, so that nothing happens to a daemon's torrents that no command did.

import { once } from 'node:events';
import http from 'node:http';

const nobody = 'd8:intervali3600e5:peers0:e';

// {announce, stop()}: its address.
export async function startQuietTracker() {
  const server = http.createServer((request, response) => response.end(nobody));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    announce: `http://127.0.0.1:${server.address().port}/announce`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
