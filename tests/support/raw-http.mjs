// HTTP and WebSocket frames as bytes on a socket, for a test that decides what goes out in one piece.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { patience } from './patience.mjs';

const final = 0x80;
export const opcode = { text: 1, close: 8 };

// The head of a request. A header whose value is undefined is left out.
export function requestHead(path, headers, { method = 'GET', version = '1.1' } = {}) {
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  const fields = lines.flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}\r\n`));
  return `${method} ${path} HTTP/${version}\r\n${fields.join('')}\r\n`;
}

// Headers of an upgrade that the server has to accept.
export function upgradeHeaders(host, key = randomBytes(16).toString('base64')) {
  return {
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Protocol': 'wamp.2.json',
  };
}

export function acceptOf(key) {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

// A frame as a client sends it.
export function maskedFrame(data, kind = opcode.text) {
  const payload = Buffer.from(data);
  const mask = randomBytes(4);
  const long = payload.length > 0xffff;
  const head = Buffer.alloc(payload.length < 126 ? 2 : long ? 10 : 4);
  head[0] = final | kind;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : long ? 127 : 126);
  if (long) head.writeBigUInt64BE(BigInt(payload.length), 2);
  else if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4])]);
}

export class RawConnection {
  #received = [];
  #size = 0;
  #error = null;
  #ended = false;
  #wake = () => {};

  // base: an http or https URL. ca: what to trust for https. options: further ones of tls.connect, such
  // as a `socket` to go through.
  static async open(base, ca, options = {}) {
    const { protocol, hostname, port } = new URL(base);
    const secure = protocol === 'https:';
    const address = { host: hostname, port };
    const socket = secure ? tls.connect({ ...address, ca, ...options }) : net.connect(address);
    await once(socket, secure ? 'secureConnect' : 'connect');
    socket.setNoDelay();
    socket.setTimeout(patience, () => socket.destroy(new Error(`nothing for ${patience / 1000} s`)));
    return new this(socket);
  }

  // socket: any Duplex; of `open` the net.Socket or tls.TLSSocket.
  constructor(socket) {
    this.socket = socket;
    const wake = () => this.#wake();
    socket.on('data', (data) => {
      this.#received.push(data);
      this.#size += data.length;
      wake();
    });
    for (const event of ['end', 'error', 'close']) {
      socket.on(event, () => {
        this.#ended = true;
        wake();
      });
    }
    socket.on('error', (error) => (this.#error = error));
  }

  // In one piece: one segment, or one TLS record as far as it fits.
  send(...parts) {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  // {status, headers, body} of the next response. The body's end is told by Content-Length, or by
  // chunks, or else there is none.
  async response() {
    const head = String(await this.#through('\r\n\r\n'));
    const [statusLine, ...lines] = head.trimEnd().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line);
        return [name.toLowerCase(), value];
      }),
    );
    let body = '';
    if (headers['transfer-encoding'] === 'chunked') {
      for (let size = -1; size !== 0;) {
        size = Number.parseInt(await this.#through('\r\n'), 16);
        body += String(await this.#take(size + 2)).slice(0, size);
      }
    } else {
      body = String(await this.#take(Number(headers['content-length'] ?? 0)));
    }
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }

  // The next bytes. Of a connection that ends before there are so many: what there is.
  async bytes(size) {
    while (this.#size < size && !this.#ended) await new Promise((resolve) => (this.#wake = resolve));
    return this.#take(Math.min(size, this.#size));
  }

  // The payload of the next frame, which is a whole text message.
  async text() {
    const [first, second] = await this.#take(2);
    if (first !== (final | opcode.text)) throw new Error(`a frame that begins with ${first.toString(16)}`);
    let size = second & 0x7f;
    if (size === 126) size = (await this.#take(2)).readUInt16BE();
    else if (size === 127) size = Number((await this.#take(8)).readBigUInt64BE());
    return String(await this.#take(size));
  }

  // Asks to become a WebSocket, by default of the test endpoint that echoes; resolves with the status.
  async upgrade(path = '/echo') {
    this.send(requestHead(path, upgradeHeaders('localhost')));
    return (await this.response()).status;
  }

  // Sends `text` to an echo, and fails when something else comes back.
  async echo(text) {
    this.send(maskedFrame(text));
    const answer = await this.text();
    if (answer !== text) throw new Error(`${JSON.stringify(answer)} came back for ${JSON.stringify(text)}`);
  }

  // Resolves at the connection's end, with the error that ended it or null.
  async end() {
    while (!this.#ended) await new Promise((resolve) => (this.#wake = resolve));
    return this.#error;
  }

  close() {
    this.socket.destroy();
  }

  async #through(end) {
    await this.#until(() => this.#joined().includes(end));
    return this.#take(this.#joined().indexOf(end) + end.length);
  }

  #joined() {
    if (this.#received.length !== 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0];
  }

  async #take(size) {
    await this.#until(() => this.#size >= size);
    this.#size -= size;
    const parts = [];
    for (let left = size; left > 0; left -= parts.at(-1).length) {
      const [first] = this.#received;
      parts.push(first.subarray(0, left));
      if (first.length > left) this.#received[0] = first.subarray(left);
      else this.#received.shift();
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  async #until(condition) {
    while (!condition()) {
      if (this.#ended) throw new Error(`the connection ended after ${JSON.stringify(String(this.#joined()))}`);
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }
}
