// What stands in for a BitTorrent daemon where the real one cannot be made to answer so: a small list of torrents over
// Transmission's RPC, in either dialect, and answers of any kind in between.

import { RpcServer } from './rpc-server.mjs';

const steady = { name: 'a name', downloadDir: '/srv', errorString: '', labels: [], trackers: [] };
const snake = (name) => name.replaceAll('-', '_').replace(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`);

// A torrent by a number of its own: what it has beside its hash and id.
export const hashOf = (number) => number.toString(16).padStart(40, '0');

export class OddDaemon extends RpcServer {
  // Of the session that runs; see restart().
  #sessionId = 'session-1';
  #sessions = 1;
  // Torrents by number: fields that differ from the usual ones. An `id` is the number, unless it is given.
  torrents = { 1: {} };
  // The version of the RPC that it speaks, as a semver from 6.0.0 on; undefined: transmission-daemon 3.00.
  semver;
  // Answers a request in its own way: gets {method, args, dialect, request, response} with the names of 3.00 as they came,
  // and gives true if it has answered, or an object that is the result, or a string that is an error.
  odd = () => undefined;
  // What it was asked: {method, args, dialect}.
  requests = [];

  // properties: those above.
  static async start(properties = {}) {
    return Object.assign(await super.start(), properties);
  }

  // As after a restart of the daemon: a new session, in which ids may mean other torrents.
  restart(changes = {}) {
    this.#sessions += 1;
    this.#sessionId = `session-${this.#sessions}`;
    Object.assign(this, changes);
  }

  respond(request, response, body) {
    const message = JSON.parse(body);
    const dialect = message.jsonrpc ? 'json-rpc' : 'legacy';
    const method = message.method.replaceAll('_', '-');
    const args = message.params ?? message.arguments ?? {};
    if (request.headers['x-transmission-session-id'] !== this.#sessionId) {
      const version = this.semver && { 'X-Transmission-Rpc-Version': this.semver };
      response.writeHead(409, { 'X-Transmission-Session-Id': this.#sessionId, ...version }).end('<h1>409</h1>');
      return;
    }
    this.requests.push({ method, args, dialect });
    const odd = this.odd({ method, args, dialect, request, response });
    if (odd === true) return;
    const answer = odd ?? this.#answer(method, args, dialect);
    const isError = typeof answer === 'string';
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify(
        dialect === 'legacy'
          ? { result: isError ? answer : 'success', arguments: isError ? {} : answer }
          : {
              jsonrpc: '2.0',
              id: message.id,
              ...(isError ? { error: { code: 1, message: 'error', data: { error_string: answer } } } : { result: answer }),
            },
      ),
    );
  }

  #answer(method, { fields }, dialect) {
    const name = dialect === 'legacy' ? (legacy) => legacy : snake;
    const object = (members) => Object.fromEntries(Object.entries(members).map(([key, value]) => [name(key), value]));
    if (method === 'session-get') {
      const version = this.semver ? { 'rpc-version': 18, 'rpc-version-semver': this.semver } : { 'rpc-version': 16 };
      return object({ ...version, version: this.semver ? '4.1.0' : '3.00' });
    }
    if (method === 'session-stats') return object({ torrentCount: Object.keys(this.torrents).length });
    if (method !== 'torrent-get') return {};
    const rows = Object.entries(this.torrents).map(([number, torrent]) => {
      const known = { ...steady, hashString: hashOf(Number(number)), id: Number(number), ...torrent };
      const spelled = object(known);
      return fields.map((field) => spelled[field] ?? known[field] ?? 0);
    });
    return { torrents: [fields, ...rows], removed: [] };
  }
}
