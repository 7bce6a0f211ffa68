// The client of one case: sends whatever bytes a case makes, reads strictly, and judges what came.

import { isUtf8 } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';

import { withPatience } from '../support/patience.mjs';
import { acceptOf, RawConnection, requestHead, upgradeHeaders } from '../support/raw-http.mjs';
import { DeflateCodec } from './deflate-codec.mjs';
import { FrameReader } from './frame-reader.mjs';
import { close, fragments, opcode, pieces, ping, pong } from './frames.mjs';
import { agreement } from './negotiation.mjs';
import { demand, nonStrict } from './verdict.mjs';

const shown = (bytes) => (bytes.length > 40 ? `${bytes.length} bytes` : JSON.stringify(String(bytes)));

// The handshake got an HTTP response instead.
export class Refused extends Error {
  constructor(status) {
    super(`the handshake is answered with ${status}`);
    this.status = status;
  }
}

export class Client {
  #connection;
  #reader;
  #codec;
  #message = null;
  #closeSent = false;
  #pings = 0;

  // peer: {url, ca}, of a ws or wss endpoint that echoes. offer: the value, or values, of Sec-WebSocket-Extensions.
  // behind: bytes that go out in one piece with the request.
  static async open({ url, ca }, { offer, behind = [] } = {}) {
    const base = new URL(url);
    base.protocol = base.protocol === 'wss:' ? 'https:' : 'http:';
    const connection = await RawConnection.open(base, ca);
    const headers = {
      ...upgradeHeaders(base.host),
      'Sec-WebSocket-Protocol': undefined,
      'Sec-WebSocket-Extensions': offer,
    };
    try {
      connection.send(requestHead(base.pathname, headers), ...behind);
      const { status, headers: answer } = await withPatience(connection.response(), 'the handshake');
      if (status !== 101) throw new Refused(status);
      demand(answer['sec-websocket-accept'] === acceptOf(headers['Sec-WebSocket-Key']), 'a wrong Sec-WebSocket-Accept');
      demand(/^websocket$/i.test(answer.upgrade) && /^upgrade$/i.test(answer.connection), 'no proper upgrade');
      demand(answer['sec-websocket-protocol'] === undefined, 'a subprotocol that was not asked for');
      return new Client(connection, agreement([offer ?? []].flat().join(', '), answer['sec-websocket-extensions']));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  constructor(connection, agreed) {
    this.#connection = connection;
    // What was agreed on for permessage-deflate, or null.
    this.agreed = agreed;
    this.#codec = agreed && new DeflateCodec(agreed);
    this.#reader = new FrameReader(connection, agreed !== null);
  }

  get socket() {
    return this.#connection.socket;
  }

  release() {
    this.#codec?.close();
    this.#connection.close();
  }

  // In one piece.
  send(...parts) {
    this.#connection.send(...parts);
  }

  // In pieces of `size` bytes, each by itself.
  async sendChopped(bytes, size) {
    for (const piece of pieces(bytes, size)) {
      this.send(piece);
      await turn();
    }
  }

  // The frames of a message compressed as was agreed on. size: of each fragment's payload.
  async compressed(kind, data, size = Infinity) {
    return fragments(kind, pieces(await this.#codec.compress(data), size), { rsv: 4 });
  }

  // What comes next: {kind, data, frames} of a message, {kind, payload, amid} of a pong, where amid tells whether it came
  // between a message's fragments, {kind, code, reason} of a close, or {kind: 'end'}. Pings are answered.
  async next() {
    for (;;) {
      const frame = await this.#reader.next();
      if (frame === null) return { kind: 'end' };
      if (frame.kind === 'ping' && !this.#closeSent) this.send(pong(frame.payload));
      if (frame.kind === 'ping') continue;
      if (frame.kind === 'pong') return { ...frame, amid: this.#message !== null };
      if (frame.kind === 'close') return frame;
      this.#message ??= { kind: frame.kind, compressed: frame.compressed, parts: [] };
      this.#message.parts.push(frame.payload);
      if (frame.fin) return this.#whole();
    }
  }

  async #whole() {
    const { kind, compressed, parts } = this.#message;
    this.#message = null;
    const payload = Buffer.concat(parts);
    const data = compressed ? await this.#codec.decompress(payload) : payload;
    demand(kind === 'binary' || isUtf8(data), 'the server breaks the protocol: a text that is not UTF-8');
    return { kind, data, compressed, frames: parts.length };
  }

  // Next has to come just this message.
  async message(kind, data) {
    const event = await this.next();
    demand(event.kind === kind, `a ${kind} is missing, ${describe(event)} comes`);
    demand(event.data.equals(Buffer.from(data)), `${shown(event.data)} came back for ${shown(Buffer.from(data))}`);
    return event;
  }

  async pong(payload) {
    const event = await this.next();
    demand(event.kind === 'pong', `a pong is missing, ${describe(event)} comes`);
    demand(
      event.payload.equals(Buffer.from(payload)),
      `a pong with ${shown(event.payload)} for ${shown(Buffer.from(payload))}`,
    );
    return event;
  }

  #mark() {
    return `mark ${++this.#pings}`;
  }

  // Nothing else has come or will, and the connection works.
  async alive() {
    const left = await this.pongsLeft();
    demand(left.length === 0, `pongs that nobody waits for: ${JSON.stringify(left)}`);
  }

  // The payloads of the pongs that come before the one for a ping that is sent now. Nothing else may come.
  async pongsLeft() {
    const mark = this.#mark();
    this.send(ping(mark));
    const payloads = [];
    for (let event = await this.next(); String(event.payload) !== mark; event = await this.next()) {
      demand(event.kind === 'pong', `${describe(event)} comes`);
      payloads.push(String(event.payload));
    }
    return payloads;
  }

  // Nothing but the close handshake comes any more, and the server ends the connection.
  async finish(code = 1000, reason = '') {
    this.#closeSent = true;
    this.send(close(code, reason));
    return this.closedBy(code);
  }

  // The server has to answer our close, which was sent, with one of these codes, and then to end the connection.
  async closedBy(...codes) {
    this.#closeSent = true;
    const event = await this.next();
    demand(event.kind === 'close', `the close is not answered, ${describe(event)} comes`);
    demand(codes.includes(event.code), `the close is answered with ${event.code}`);
    await this.ends();
  }

  async ends() {
    const event = await this.next();
    demand(event.kind === 'end', `the connection has to end, ${describe(event)} comes`);
  }

  // Sends, and the server has to fail the connection with one of these codes, before it answers what is behind.
  failsAt(codes, ...bytes) {
    this.send(...bytes, ping(this.#mark()));
    return this.fails(...codes);
  }

  // The server has to fail the connection for what was sent.
  async fails(...codes) {
    return this.failsWith(await this.next(), codes);
  }

  // event: what came next.
  async failsWith(event, codes) {
    if (event.kind === 'pong') return this.#failsLate(codes);
    if (event.kind === 'end') return nonStrict('it ends the connection without a close frame');
    demand(event.kind === 'close', `it is answered with ${describe(event)}`);
    if (event.code === undefined) return nonStrict('its close frame has no code');
    demand(codes.includes(event.code), `it is closed with ${event.code} instead of ${codes.join(' or ')}`);
    if (!this.#closeSent) this.send(close(event.code));
    await this.ends();
    return undefined;
  }

  // A ping behind was answered: what counts is whether one that follows the answer is as well.
  async #failsLate(codes) {
    const mark = this.#mark();
    this.send(ping(mark));
    let event = await this.next();
    for (; event.kind === 'pong'; event = await this.next()) demand(String(event.payload) !== mark, 'it goes on');
    return (await this.failsWith(event, codes)) ?? nonStrict('it answers a ping that is behind, before it fails');
  }

  // Whether the message comes back, its frames sent as they are.
  async echo(kind, data, ...frames) {
    this.send(...frames);
    return this.message(kind, data);
  }

  // The same with a message that is compressed.
  async compressedEcho(kind, data, size) {
    return this.echo(kind, data, ...(await this.compressed(opcode[kind], data, size)));
  }
}

export function describe(event) {
  if (event.kind === 'end') return 'the end';
  if (event.kind === 'close') return `a close with ${event.code} ${JSON.stringify(event.reason)}`;
  return `a ${event.kind} of ${shown(event.data ?? event.payload)}`;
}
