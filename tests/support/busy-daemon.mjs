// A BitTorrent daemon of which everything changes all the time, as far as Transmission's RPC shows it: for volume
// that no small real daemon makes.

import { createHash } from 'node:crypto';

import { RpcServer } from './rpc-server.mjs';

const text = { name: 'a name', downloadDir: '/srv', errorString: '' };
// What no daemon changes with each question: with some of it a torrent is read whole.
const steady = { status: 4, error: 0, metadataPercentComplete: 1, queuePosition: 0, labels: [], trackers: [] };

export class BusyDaemon extends RpcServer {
  #round = 0;
  hashes;
  // While true, nothing changes.
  calm = false;
  // How many it got.
  requests = 0;
  // Called with (method, args, request) before each answer, which waits for what it returns; it may end the connection.
  before = () => {};

  constructor(torrents) {
    super();
    this.hashes = Array.from({ length: torrents }, (_, at) => createHash('sha1').update(`${at}`).digest('hex'));
  }

  async respond(request, response, body) {
    this.requests += 1;
    const { method, arguments: args = {} } = JSON.parse(body);
    await this.before(method, args, request);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ result: 'success', arguments: this.answer(method, args) }));
  }

  answer(method, { fields }) {
    if (method === 'session-get') return { 'rpc-version': 16, version: '3.00' };
    if (method === 'session-stats') return { torrentCount: this.hashes.length };
    if (method !== 'torrent-get') return {};
    if (!this.calm) this.#round += 1;
    const base = this.#round * 1_000_003;
    const value = (field, hash, at) => {
      if (field === 'hashString') return hash;
      if (field === 'id') return at + 1;
      return text[field] ?? steady[field] ?? (base + at) % 1_000_000_007;
    };
    const rows = this.hashes.map((hash, at) => fields.map((field) => value(field, hash, at)));
    return { torrents: [fields, ...rows], removed: [] };
  }
}
