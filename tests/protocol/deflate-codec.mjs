// What permessage-deflate does to payloads (RFC 7692, 7.2), with the windows and the contexts that were agreed on.

import { promisify } from 'node:util';
import zlib from 'node:zlib';

const tail = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const emptyBlock = Buffer.from([0x00]);
const { Z_SYNC_FLUSH } = zlib.constants;

// zlib makes no raw stream of a window of 8 bits, but with 9 its references reach no further than 250 bytes.
const deflateBits = (bits) => Math.max(bits, 9);

// zlib lets references reach behind the window as far as the output of the same call: so keep that short.
const strictChunk = 64;
const chunkOf = (bits) => (bits < 15 ? { chunkSize: strictChunk } : {});

// A zlib stream that goes on from message to message.
class Context {
  #stream;
  #out = [];
  #failed;

  constructor(stream) {
    this.#stream = stream;
    stream.on('data', (data) => this.#out.push(data));
    this.#failed = new Promise((resolve, reject) => stream.on('error', reject));
    this.#failed.catch(() => {});
  }

  async process(data) {
    this.#stream.write(data);
    await Promise.race([promisify(this.#stream.flush).call(this.#stream, Z_SYNC_FLUSH), this.#failed]);
    return Buffer.concat(this.#out.splice(0));
  }

  close() {
    this.#stream.close();
  }
}

// One message by itself, as it goes on the wire.
export function deflated(data, options = {}) {
  const out = zlib.deflateRawSync(data, { ...options, finishFlush: Z_SYNC_FLUSH });
  return out.subarray(0, -tail.length);
}

export class DeflateCodec {
  #agreed;
  #deflate;
  #inflate;

  // agreed: {serverNoContext, clientNoContext, serverBits, clientBits}.
  constructor(agreed) {
    this.#agreed = agreed;
    const { serverNoContext, clientNoContext, serverBits, clientBits } = agreed;
    if (!clientNoContext) this.#deflate = new Context(zlib.createDeflateRaw({ windowBits: deflateBits(clientBits) }));
    if (!serverNoContext)
      this.#inflate = new Context(zlib.createInflateRaw({ windowBits: serverBits, ...chunkOf(serverBits) }));
  }

  async compress(data) {
    if (!this.#deflate) return deflated(data, { windowBits: deflateBits(this.#agreed.clientBits) });
    const out = await this.#deflate.process(data);
    // A second flush of nothing new makes no bytes at all.
    return out.length > 0 ? out.subarray(0, -tail.length) : emptyBlock;
  }

  async decompress(data) {
    const whole = Buffer.concat([data, tail]);
    const bits = this.#agreed.serverBits;
    if (this.#inflate) return this.#inflate.process(whole);
    return zlib.inflateRawSync(whole, { windowBits: bits, ...chunkOf(bits), finishFlush: Z_SYNC_FLUSH });
  }

  close() {
    this.#deflate?.close();
    this.#inflate?.close();
  }
}
