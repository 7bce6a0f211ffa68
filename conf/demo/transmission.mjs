// transmission-daemon: its settings for a life on 127.0.0.1, and a client of its RPC.

import fs from 'node:fs';
import path from 'node:path';

export function writeSettings(directory, { rpcPort, peerPort, downloads }) {
  const settings = {
    'bind-address-ipv4': '127.0.0.1',
    'bind-address-ipv6': '::1',
    'dht-enabled': false,
    'download-dir': downloads,
    'download-queue-enabled': false,
    'lpd-enabled': false,
    'peer-port': peerPort,
    'pex-enabled': false,
    'port-forwarding-enabled': false,
    'rpc-bind-address': '127.0.0.1',
    'rpc-port': rpcPort,
    'rpc-whitelist': '127.0.0.1',
    'speed-limit-down': 6000,
    'speed-limit-down-enabled': true,
    'speed-limit-up': 500,
    'speed-limit-up-enabled': true,
    'utp-enabled': false,
  };
  fs.writeFileSync(path.join(directory, 'settings.json'), JSON.stringify(settings, null, 2));
}

export class TransmissionRpc {
  #url;
  #sessionId = '';

  constructor(url) {
    this.#url = url;
  }

  // The result's arguments; throws when there is none.
  async call(method, args = {}) {
    const response = await this.#post(JSON.stringify({ method, arguments: args }));
    if (!response.ok) throw new Error(`${method}: status ${response.status}`);
    const answer = await response.json();
    if (answer.result !== 'success') throw new Error(`${method}: ${answer.result}`);
    return answer.arguments;
  }

  async #post(body) {
    for (;;) {
      const headers = { 'Content-Type': 'application/json', 'X-Transmission-Session-Id': this.#sessionId };
      const response = await fetch(this.#url, { method: 'POST', headers, body });
      if (response.status !== 409) return response;
      this.#sessionId = response.headers.get('x-transmission-session-id');
    }
  }
}
