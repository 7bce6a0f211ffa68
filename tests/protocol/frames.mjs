// Frames as a client sends them: right ones, and those that break RFC 6455 on purpose.

import { randomBytes } from 'node:crypto';

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

function masked(payload, mask) {
  const out = Buffer.allocUnsafe(payload.length);
  for (let index = 0; index < payload.length; ++index) out[index] = payload[index] ^ mask[index & 3];
  return out;
}

// A 7-bit length, and what is behind it.
function lengthField(size, lengthBytes) {
  if (lengthBytes === 0) return [Number(size), Buffer.alloc(0)];
  const field = Buffer.alloc(lengthBytes);
  if (lengthBytes === 2) field.writeUInt16BE(Number(size));
  else field.writeBigUInt64BE(BigInt(size));
  return [lengthBytes === 2 ? 126 : 127, field];
}

function minimalLengthBytes(size) {
  if (size < 126) return 0;
  return size <= 0xffff ? 2 : 8;
}

// rsv: the three bits as a number, RSV1 being 4. mask: null for none. lengthBytes: 0, 2 or 8, by default as few
// as do. size: a length that is told instead of the payload's own.
export function frame(kind, payload = '', options = {}) {
  const data = Buffer.from(payload);
  const {
    fin = true,
    rsv = 0,
    mask = randomBytes(4),
    size = data.length,
    lengthBytes = minimalLengthBytes(size),
  } = options;
  const [short, long] = lengthField(size, lengthBytes);
  const head = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | kind, (mask ? 0x80 : 0) | short]);
  return Buffer.concat([head, long, ...(mask ? [mask, masked(data, mask)] : [data])]);
}

export const text = (payload, options) => frame(opcode.text, payload, options);
export const binary = (payload, options) => frame(opcode.binary, payload, options);
export const ping = (payload, options) => frame(opcode.ping, payload, options);
export const pong = (payload, options) => frame(opcode.pong, payload, options);

// code: undefined for a close without a payload.
export function close(code, reason = '', options = {}) {
  if (code === undefined) return frame(opcode.close, '', options);
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
  return frame(opcode.close, payload, options);
}

// Pieces of `size` bytes; at least one.
export function pieces(payload, size) {
  const data = Buffer.from(payload);
  const count = Math.max(1, Math.ceil(data.length / size));
  return Array.from({ length: count }, (_, index) => data.subarray(index * size, (index + 1) * size));
}

// The frames of one message, of these payloads. options: of the first frame.
export function fragments(kind, payloads, options = {}) {
  return payloads.map((payload, index) =>
    frame(index === 0 ? kind : opcode.continuation, payload, {
      fin: index === payloads.length - 1,
      ...(index === 0 ? options : {}),
    }),
  );
}
