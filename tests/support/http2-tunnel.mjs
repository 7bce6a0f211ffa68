// WebSockets over HTTP/2 streams (RFC 8441) for clients that know HTTP/1.1 only.

import { once } from 'node:events';
import http2 from 'node:http2';
import { Duplex } from 'node:stream';

import { withPatience } from './patience.mjs';
import { acceptOf } from './raw-http.mjs';

const endOfHead = '\r\n\r\n';
// Of HTTP/1.1 alone: extended CONNECT has none of them.
const replaced = ['connection', 'host', 'upgrade', 'sec-websocket-key'];

// An HTTP/2 connection whose server takes extended CONNECT. base: an http (h2c) or https URL. Whoever opens
// one closes it.
export async function connectHttp2(base, ca) {
  const session = http2.connect(base, { ca });
  await withPatience(once(session, 'remoteSettings'), `the HTTP/2 settings of ${base}`);
  return session;
}

// What npm's ws takes to open its WebSocket as a stream of this connection.
export const through = (session) => ({ createConnection: () => new Http2Tunnel(session) });

// To its user a socket that an HTTP/1.1 upgrade goes through.
class Http2Tunnel extends Duplex {
  #session;
  #head = '';
  #stream = null;

  constructor(session) {
    super();
    this.#session = session;
  }

  _write(chunk, encoding, done) {
    if (this.#stream !== null) {
      this.#stream.write(chunk, done);
      return;
    }
    this.#head += chunk.toString('latin1');
    if (this.#head.endsWith(endOfHead)) this.#connect();
    done();
  }

  _read() {
    this.#stream?.resume();
  }

  _final(done) {
    this.#stream.end(done);
  }

  // An end that is not agreed on resets the stream.
  _destroy(error, done) {
    if (this.#stream !== null && !this.#stream.readableEnded) this.#stream.close(http2.constants.NGHTTP2_CANCEL);
    done(error);
  }

  #connect() {
    const [requestLine, ...lines] = this.#head.slice(0, -endOfHead.length).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [, name, value] = /^([^:]+): (.*)$/.exec(line);
        return [name.toLowerCase(), value];
      }),
    );
    const key = headers['sec-websocket-key'];
    const stream = this.#session.request(
      {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': this.#session.encrypted ? 'https' : 'http',
        ':path': requestLine.split(' ')[1],
        ':authority': headers.host,
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => !replaced.includes(name))),
      },
      { endStream: false },
    );
    stream.on('response', (response) => this.#answer(response, key));
    stream.on('data', (data) => {
      if (!this.push(data)) stream.pause();
    });
    stream.on('end', () => this.push(null));
    stream.on('error', (error) => this.destroy(error));
    stream.on('close', () => this.destroy());
    this.#stream = stream;
  }

  #answer(response, key) {
    const status = response[':status'];
    const switching = status === 200;
    const own = switching
      ? [
          'HTTP/1.1 101 Switching Protocols',
          'upgrade: websocket',
          'connection: Upgrade',
          `sec-websocket-accept: ${acceptOf(key)}`,
        ]
      : [`HTTP/1.1 ${status} Refused`, 'connection: close'];
    const others = Object.entries(response).filter(
      ([name]) => !/^:|^(?:upgrade|connection|sec-websocket-accept)$/.test(name),
    );
    this.push([...own, ...others.map(([name, value]) => `${name}: ${value}`)].join('\r\n') + endOfHead);
  }
}
