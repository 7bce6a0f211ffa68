// Reads the frames of a server, and fails at each that RFC 6455 does not allow.

import { isUtf8 } from 'node:buffer';

import { opcode } from './frames.mjs';

const names = new Map(Object.entries(opcode).map(([name, value]) => [value, name]));
const maxControl = 125;

// What an endpoint may send (RFC 6455, 7.4, and IANA's registry).
export function isSendable(code) {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}

function demand(condition, what) {
  if (!condition) throw new Error(`the server breaks the protocol: ${what}`);
}

export class FrameReader {
  #connection;
  #compression;
  #inMessage = false;
  #closed = false;

  // connection: a RawConnection. compression: whether permessage-deflate was agreed on.
  constructor(connection, compression) {
    this.#connection = connection;
    this.#compression = compression;
  }

  // {kind, fin, compressed, payload}, of a close also {code, reason}; null at the end of the connection.
  async next() {
    const head = await this.#connection.bytes(2);
    if (head.length === 0) return this.#end();
    demand(head.length === 2, 'it ends inside a frame');
    const kind = names.get(head[0] & 0x0f);
    const fin = (head[0] & 0x80) !== 0;
    const reserved = (head[0] >> 4) & 7;
    demand(kind !== undefined, `opcode ${head[0] & 0x0f}`);
    demand((head[1] & 0x80) === 0, `a masked ${kind}`);
    demand(!this.#closed, `a ${kind} behind its close`);

    const control = (head[0] & 0x08) !== 0;
    const first = kind === 'text' || kind === 'binary';
    demand(reserved === 0 || (reserved === 4 && this.#compression && first), `reserved bits ${reserved} on a ${kind}`);
    const size = await this.#length(head[1] & 0x7f);
    if (control) {
      demand(fin, `a fragmented ${kind}`);
      demand(size <= maxControl, `a ${kind} of ${size} bytes`);
    } else {
      demand(first !== this.#inMessage, first ? `a ${kind} inside a message` : 'a continuation of nothing');
      this.#inMessage = !fin;
    }
    const payload = await this.#connection.bytes(size);
    demand(payload.length === size, `it ends inside a ${kind}`);
    return { kind, fin, compressed: reserved === 4, payload, ...(kind === 'close' ? this.#close(payload) : {}) };
  }

  async #end() {
    const error = await this.#connection.end();
    // What a server that ends at once leaves unread makes it a reset.
    if (error && !['ECONNRESET', 'EPIPE'].includes(error.code)) throw error;
    return null;
  }

  async #length(short) {
    if (short < 126) return short;
    const bytes = await this.#connection.bytes(short === 126 ? 2 : 8);
    demand(bytes.length === (short === 126 ? 2 : 8), 'it ends inside a length');
    const size = short === 126 ? BigInt(bytes.readUInt16BE()) : bytes.readBigUInt64BE();
    demand(size >> 63n === 0n, 'a length with the topmost bit set');
    demand(size > (short === 126 ? 125n : 0xffffn), `${size} as a length of ${bytes.length} bytes`);
    return Number(size);
  }

  #close(payload) {
    this.#closed = true;
    demand(payload.length !== 1, 'a close of one byte');
    if (payload.length === 0) return { code: undefined, reason: '' };
    const code = payload.readUInt16BE();
    demand(isSendable(code), `close code ${code}`);
    demand(isUtf8(payload.subarray(2)), 'a close reason that is not UTF-8');
    return { code, reason: String(payload.subarray(2)) };
  }
}
