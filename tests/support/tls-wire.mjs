// The TCP connection below a client's TLS, for a test that decides what of the ciphertext goes out, and how.

import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';

import { eventually, withPatience } from './patience.mjs';
import { RawConnection } from './raw-http.mjs';

const headSize = 5;

// The TLS records in `bytes`, which are whole.
export function recordsOf(bytes) {
  const records = [];
  for (let at = 0; at < bytes.length; at += records.at(-1).length) {
    records.push(bytes.subarray(at, at + headSize + bytes.readUInt16BE(at + 3)));
  }
  return records;
}

// What tls.connect takes as its `socket`. The end of TLS does not end TCP: that is up to the test.
class TlsWire extends Duplex {
  #held = null;

  constructor(tcp) {
    super();
    this.tcp = tcp;
    tcp.on('data', (bytes) => this.push(bytes) || tcp.pause());
    tcp.on('end', () => this.push(null));
    tcp.on('error', (error) => this.destroy(error));
    tcp.on('close', () => this.destroy());
  }

  hold() {
    this.#held = [];
  }

  get heldBytes() {
    return Buffer.concat(this.#held);
  }

  release() {
    const bytes = this.heldBytes;
    this.#held = null;
    return bytes;
  }

  _read() {
    this.tcp.resume();
  }

  _write(bytes, encoding, done) {
    if (this.#held === null) {
      this.tcp.write(bytes, done);
    } else {
      this.#held.push(bytes);
      done();
    }
  }

  _final(done) {
    done();
  }

  _destroy(error, done) {
    this.tcp.destroy();
    done(error);
  }
}

// A RawConnection whose ciphertext can be had before it is sent.
export class WiredConnection extends RawConnection {
  #wire;

  // options: those of RawConnection.open.
  static async open(base, ca, options = {}) {
    const { hostname, port } = new URL(base);
    const tcp = net.connect({ host: hostname, port, allowHalfOpen: true, noDelay: true });
    await once(tcp, 'connect');
    const wire = new TlsWire(tcp);
    const connection = await super.open(base, ca, { ...options, socket: wire });
    connection.#wire = wire;
    return connection;
  }

  // The TCP connection itself.
  get tcp() {
    return this.#wire.tcp;
  }

  // The ciphertext of what each of `writes` sends, each in a record of its own.
  async encrypt(...writes) {
    this.#wire.hold();
    for (const write of writes) {
      const before = this.#wire.heldBytes.length;
      write();
      await eventually(() => {
        if (this.#wire.heldBytes.length === before) throw new Error('nothing was encrypted');
      });
    }
    return this.#wire.release();
  }

  // Sends ciphertext in one piece. Resolves when the kernel has it.
  transmit(...parts) {
    const sent = new Promise((resolve, reject) => {
      this.tcp.write(Buffer.concat(parts), (error) => (error ? reject(error) : resolve()));
    });
    return withPatience(sent, 'sending ciphertext');
  }
}
