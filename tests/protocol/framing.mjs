// Lengths of messages, and how their bytes come: in one piece, in many, split anywhere, many frames in one piece.

import { fragments, frame, opcode, ping, text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const lengths = [
  0, 1, 2, 3, 124, 125, 126, 127, 128, 129, 254, 255, 256, 1000, 4096, 16384, 65534, 65535, 65536, 65537, 100000,
];
const kinds = ['text', 'binary'];
const bytewise = 1000; // longer ones are not sent byte by byte
const fill = { text: '*', binary: 0xfe };
const payload = (kind, length) => Buffer.alloc(length, fill[kind]);

const cases = [];
const add = (id, title, run) => cases.push({ id: `framing.${id}`, title, run });

async function echoChopped(peer, kind, length, chop) {
  const client = await peer.open();
  const data = payload(kind, length);
  await client.sendChopped(frame(opcode[kind], data), chop);
  await client.message(kind, data);
  await client.finish();
}

for (const kind of kinds) {
  for (const length of lengths) {
    add(`${kind}.${length}`, `${kind} of ${length} bytes`, (peer) => echoChopped(peer, kind, length, Infinity));
    const chop = length <= bytewise ? 1 : 997;
    add(`${kind}.${length}.chopped`, `${kind} of ${length} bytes, ${chop} at a time`, (peer) =>
      echoChopped(peer, kind, length, chop),
    );
  }
}

// Where the two pieces of a frame part: behind each byte of its head, and in its payload.
for (const [length, head] of [
  [5, 6],
  [200, 8],
  [70000, 14],
]) {
  for (let at = 1; at <= head + 1; ++at) {
    add(
      `split.${length}.${at}`,
      `a message of ${length} bytes in two pieces, the first of ${at} bytes`,
      async (peer) => {
        const client = await peer.open();
        const data = payload('binary', length);
        const bytes = frame(opcode.binary, data);
        client.send(bytes.subarray(0, at));
        await client.sendChopped(bytes.subarray(at), Infinity);
        await client.message('binary', data);
        await client.finish();
      },
    );
  }
}

for (const [name, mask] of [
  ['zero', [0, 0, 0, 0]],
  ['ones', [255, 255, 255, 255]],
  ['one-byte', [0, 0, 0, 1]],
  ['text', [...Buffer.from('mask')]],
]) {
  add(`mask.${name}`, `a mask of ${mask.join(' ')}`, async (peer) => {
    const client = await peer.open();
    for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 9, 126, 1001]) {
      const data = payload('text', length);
      await client.echo('text', data, text(data, { mask: Buffer.from(mask) }));
    }
    await client.finish();
  });
}

for (const [count, length] of [
  [2, 5],
  [10, 0],
  [100, 1],
  [1000, 10],
  [100, 1000],
  [20, 65536],
]) {
  add(`pipelined.${count}x${length}`, `${count} messages of about ${length} bytes in one piece`, async (peer) => {
    const client = await peer.open();
    const messages = Array.from({ length: count }, (_, index) => `${index}`.padEnd(length, '.'));
    client.send(...messages.map((message) => text(message)));
    for (const message of messages) await client.message('text', message);
    await client.finish();
  });
}

add('pipelined.kinds', 'texts, binaries and pings in one piece', async (peer) => {
  const client = await peer.open();
  const data = payload('binary', 3);
  client.send(
    text('one'),
    frame(opcode.binary, data),
    ...fragments(opcode.text, ['t', 'w', 'o']),
    frame(opcode.binary, ''),
  );
  await client.message('text', 'one');
  await client.message('binary', data);
  await client.message('text', 'two');
  await client.message('binary', '');
  await client.finish();
});

add('behind-request', 'messages in one piece with the request of the handshake', async (peer) => {
  const client = await peer.open({ behind: [text('early'), ...fragments(opcode.text, ['bi', 'rd'])] });
  await client.message('text', 'early');
  await client.message('text', 'bird');
  await client.finish();
});

add('behind-request.half', 'half a frame in one piece with the request', async (peer) => {
  const bytes = text('early bird');
  const client = await peer.open({ behind: [bytes.subarray(0, 9)] });
  await client.echo('text', 'early bird', bytes.subarray(9));
  await client.finish();
});

add('behind-request.large', '100 kB in one piece with the request', async (peer) => {
  const data = payload('text', 100000);
  const client = await peer.open({ behind: [text(data)] });
  await client.message('text', data);
  await client.finish();
});

// RFC 6455, 5.2: the minimal number of bytes must be used. It binds who sends; what comes otherwise is no frame.
for (const [kind, length, lengthBytes] of [
  ['text', 0, 2],
  ['text', 1, 2],
  ['text', 125, 2],
  ['text', 0, 8],
  ['text', 125, 8],
  ['text', 126, 8],
  ['text', 65535, 8],
  ['binary', 125, 2],
  ['binary', 65535, 8],
]) {
  add(
    `non-minimal.${kind}.${length}.${lengthBytes}`,
    `a ${kind} of ${length} bytes with a length of ${lengthBytes} bytes`,
    async (peer) => {
      const client = await peer.open();
      const data = payload(kind, length);
      client.send(frame(opcode[kind], data, { lengthBytes }));
      const event = await client.next();
      if (event.kind !== kind) return client.failsWith(event, [1002]);
      demand(event.data.equals(data), 'something else comes back');
      return nonStrict('it is taken');
    },
  );
}

for (const kind of ['ping', 'pong', 'close']) {
  for (const [length, lengthBytes] of [
    [2, 2],
    [125, 2],
    [2, 8],
    [125, 8],
  ]) {
    add(
      `non-minimal.${kind}.${length}.${lengthBytes}`,
      `a ${kind} of ${length} bytes with a length of ${lengthBytes} bytes`,
      async (peer) => {
        const client = await peer.open();
        const data =
          kind === 'close'
            ? Buffer.concat([Buffer.from([3, 232]), Buffer.alloc(length - 2, 'x')])
            : Buffer.alloc(length, 'x');
        client.send(frame(opcode[kind], data, { lengthBytes }), ping('behind'));
        const event = await client.next();
        const isTaken = event.kind === 'pong' || (event.kind === 'close' && event.code === 1000);
        return isTaken ? nonStrict('it is taken') : client.failsWith(event, [1002]);
      },
    );
  }
}

for (const [name, size] of [
  ['topmost-bit', 1n << 63n],
  ['all-bits', (1n << 64n) - 1n],
  ['topmost-bit-and-5', (1n << 63n) + 5n],
]) {
  for (const kind of kinds) {
    add(`length.${name}.${kind}`, `a ${kind} with a 64-bit length whose topmost bit is set`, async (peer) => {
      const client = await peer.open();
      // As a length it is also too big.
      return client.failsAt([1002, 1009], frame(opcode[kind], 'hello', { size, lengthBytes: 8 }));
    });
  }
}

// RFC 6455, 5.1: a server must close the connection upon a frame that is not masked.
const unmasked = { mask: null };
for (const [name, frames] of Object.entries({
  text: [text('hello', unmasked)],
  'text-empty': [text('', unmasked)],
  'text-126': [text('x'.repeat(126), unmasked)],
  'text-65536': [text('x'.repeat(65536), unmasked)],
  binary: [frame(opcode.binary, 'hello', unmasked)],
  ping: [ping('hello', unmasked)],
  'ping-empty': [ping('', unmasked)],
  pong: [frame(opcode.pong, 'hello', unmasked)],
  close: [frame(opcode.close, Buffer.from([3, 232]), unmasked)],
  'close-empty': [frame(opcode.close, '', unmasked)],
  continuation: [text('hel', { fin: false }), frame(opcode.continuation, 'lo', unmasked)],
  'first-fragment': [text('hel', { fin: false, ...unmasked }), frame(opcode.continuation, 'lo')],
  'ping-amid': [text('hel', { fin: false }), ping('x', unmasked)],
})) {
  add(`unmasked.${name}`, `an unmasked frame: ${name}`, async (peer) => {
    const client = await peer.open();
    // So much behind that whoever mistakes payload for a mask has a whole frame, and answers.
    return client.failsAt([1002], ...frames, ping('behind'), ping('behind'));
  });
}

add('unmasked.behind-message', 'an unmasked frame behind a good message', async (peer) => {
  const client = await peer.open();
  await client.echo('text', 'good', text('good'));
  return client.failsAt([1002], text('bad', unmasked));
});

export default cases;
