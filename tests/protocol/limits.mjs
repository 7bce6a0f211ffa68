// Large messages, many messages, and messages over the endpoint's limit of 16 MiB.

import { createHash, randomBytes } from 'node:crypto';

import { binary, fragments, frame, opcode, pieces, text } from './frames.mjs';

const kilobyte = 1 << 10;
const megabyte = 1 << 20;
const limit = 16 * megabyte;

const cases = [];
const add = (id, title, run, more = {}) => cases.push({ id: `limits.${id}`, title, run, ...more });
const named = (size) => (size >= megabyte ? `${size / megabyte}M` : `${size / kilobyte}k`);

// Bytes that look the same nowhere, as lost or doubled pieces would not show otherwise.
function payload(kind, size) {
  const data = randomBytes(size);
  if (kind === 'text') for (let index = 0; index < size; ++index) data[index] = 0x20 + (data[index] & 0x3f);
  return data;
}

for (const kind of ['text', 'binary']) {
  for (const size of [64, 256, 1024, 4096, 8192, 16384].map((count) => count * kilobyte)) {
    const heavy = size >= 4 * megabyte;
    add(
      `${kind}.${named(size)}`,
      `a ${kind} of ${named(size)}`,
      async (peer) => {
        const client = await peer.open();
        const data = payload(kind, size);
        await client.echo(kind, data, frame(opcode[kind], data));
        await client.finish();
      },
      { heavy },
    );
  }
  for (const [size, piece] of [
    [megabyte, 64],
    [megabyte, 1000],
    [4 * megabyte, 1024],
    [4 * megabyte, 65536],
    [4 * megabyte, megabyte],
    [limit, 100000],
  ]) {
    add(
      `${kind}.fragments.${named(size)}.${piece}`,
      `a ${kind} of ${named(size)} in fragments of ${piece} bytes`,
      async (peer) => {
        const client = await peer.open();
        const data = payload(kind, size);
        await client.echo(kind, data, ...fragments(opcode[kind], pieces(data, piece)));
        await client.finish();
      },
      { heavy: size >= 4 * megabyte },
    );
  }
  for (const [size, chop] of [
    [64 * kilobyte, 64],
    [megabyte, 512],
    [megabyte, 2048],
    [4 * megabyte, 65536],
  ]) {
    add(
      `${kind}.chops.${named(size)}.${chop}`,
      `a ${kind} of ${named(size)}, ${chop} bytes at a time`,
      async (peer) => {
        const client = await peer.open();
        const data = payload(kind, size);
        await client.sendChopped(frame(opcode[kind], data), chop);
        await client.message(kind, data);
        await client.finish();
      },
      { heavy: size >= 4 * megabyte },
    );
  }
  for (const size of [0, 16, 64, 256, 1024, 4096]) {
    add(`${kind}.round-trips.${size}`, `300 times a ${kind} of ${size} bytes`, async (peer) => {
      const client = await peer.open();
      const data = payload(kind, size);
      for (let count = 0; count < 300; ++count) await client.echo(kind, data, frame(opcode[kind], data));
      await client.finish();
    });
  }

  // RFC 6455, 7.4.1: 1009. A head that tells such a length is enough to know.
  for (const [name, size] of [
    ['limit+1', limit + 1],
    ['17M', 17 * megabyte],
  ]) {
    add(
      `${kind}.over.${name}.sent`,
      `a ${kind} of ${name} bytes, all of them sent`,
      async (peer) => {
        const client = await peer.open();
        return client.failsAt([1009], frame(opcode[kind], Buffer.alloc(size, 'x')));
      },
      { heavy: true },
    );
    add(
      `${kind}.over.${name}.fragments`,
      `a ${kind} of ${name} bytes in fragments of a megabyte`,
      async (peer) => {
        const client = await peer.open();
        return client.failsAt([1009], ...fragments(opcode[kind], pieces(Buffer.alloc(size, 'x'), megabyte)));
      },
      { heavy: true },
    );
  }
  for (const [name, size] of [
    ['1G', 1n << 30n],
    ['4G', 1n << 32n],
    ['4G+5', (1n << 32n) + 5n],
    ['2^62', 1n << 62n],
    ['2^63-1', (1n << 63n) - 1n],
  ]) {
    add(`${kind}.over.${name}.head`, `a ${kind} that tells a length of ${name}, and little of it`, async (peer) => {
      const client = await peer.open();
      client.send(frame(opcode[kind], 'hello', { size, lengthBytes: 8 }));
      return client.fails(1009);
    });
  }
}

add(
  'over.last-fragment',
  'fragments of 15 MiB, and one that tells 2 MiB more',
  async (peer) => {
    const client = await peer.open();
    const [first] = fragments(opcode.binary, [Buffer.alloc(15 * megabyte), '']);
    client.send(first, frame(opcode.continuation, 'x', { size: 2 * megabyte }));
    return client.fails(1009);
  },
  { heavy: true },
);

add(
  'not-summed',
  'the limit is of each message: 3 of 8 MiB',
  async (peer) => {
    const client = await peer.open();
    for (let count = 0; count < 3; ++count) {
      const data = payload('binary', 8 * megabyte);
      await client.echo('binary', data, binary(data));
    }
    await client.finish();
  },
  { heavy: true },
);

add('mixed', 'messages of many lengths, each kind, without a pause', async (peer) => {
  const client = await peer.open();
  const sizes = Array.from({ length: 150 }, (_, index) => index * index * 3);
  const messages = sizes.map((size, index) => [
    index % 2 ? 'text' : 'binary',
    payload(index % 2 ? 'text' : 'binary', size),
  ]);
  for (const [kind, data] of messages) client.send(frame(opcode[kind], data));
  for (const [kind, data] of messages) await client.message(kind, data);
  await client.finish();
});

add('slow-reader', '16 echoes of 256 kB that wait for the client to read', async (peer) => {
  const client = await peer.open();
  const messages = Array.from({ length: 16 }, () => payload('text', 256 * kilobyte));
  client.socket.pause();
  for (const data of messages) client.send(text(data));
  await (await peer.open()).alive();
  client.socket.resume();
  for (const data of messages) await client.message('text', data);
  await client.finish();
});

add('connections', '100 connections at once, each with its own echo', async (peer) => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => peer.open()));
  await Promise.all(
    clients.map(async (client, index) => {
      const data = createHash('sha256').update(`${index}`).digest('hex').repeat(index);
      await client.echo('text', data, text(data));
      await client.finish();
    }),
  );
});

export default cases;
