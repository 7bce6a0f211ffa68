// Reserved bits and opcodes: each fails the connection (RFC 6455, 5.2), but for RSV1 where permessage-deflate gives it
// a meaning.

import { fragments, frame, opcode, ping, text } from './frames.mjs';
import { nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run) => cases.push({ id, title, run });

// The echo of a good message may be lost when what follows fails the connection.
async function failsBehindMessage(client, codes) {
  const event = await client.next();
  if (event.kind !== 'text')
    return (await client.failsWith(event, codes)) ?? nonStrict('the echo of the message in front is lost');
  return client.fails(...codes);
}

const close1000 = Buffer.from([3, 232]);
const payloadOf = { text: 'hello', binary: 'hello', ping: 'hello', pong: 'hello', close: close1000 };

for (let rsv = 1; rsv <= 7; ++rsv) {
  for (const [kind, payload] of Object.entries(payloadOf)) {
    add(`reserved.bits.${rsv}.${kind}`, `a ${kind} with the reserved bits ${rsv}`, async (peer) => {
      const client = await peer.open();
      return client.failsAt([1002], frame(opcode[kind], payload, { rsv }));
    });
  }
  add(`reserved.bits.${rsv}.empty`, `an empty text with the reserved bits ${rsv}`, async (peer) => {
    const client = await peer.open();
    return client.failsAt([1002], text('', { rsv }));
  });
  add(`reserved.bits.${rsv}.continuation`, `a continuation with the reserved bits ${rsv}`, async (peer) => {
    const client = await peer.open();
    return client.failsAt([1002], text('hel', { fin: false }), frame(opcode.continuation, 'lo', { rsv }));
  });
  for (const [way, chop] of [
    ['whole', Infinity],
    ['chopped', 1],
  ]) {
    add(
      `reserved.bits.${rsv}.behind-message.${way}`,
      `a message, one with the reserved bits ${rsv}, and a ping, ${way}`,
      async (peer) => {
        const client = await peer.open();
        await client.sendChopped(Buffer.concat([text('good'), text('bad', { rsv }), ping('behind')]), chop);
        return failsBehindMessage(client, [1002]);
      },
    );
  }
}

// With permessage-deflate RSV1 means something on the first frame of a message alone, and RSV2 and RSV3 nothing.
const offer = 'permessage-deflate';
for (const rsv of [1, 2, 3, 5, 6, 7]) {
  for (const kind of ['text', 'binary', 'ping']) {
    add(
      `reserved.deflate.${rsv}.${kind}`,
      `a ${kind} with the reserved bits ${rsv}, deflate agreed on`,
      async (peer) => {
        const client = await peer.open({ offer });
        return client.failsAt([1002], frame(opcode[kind], 'hello', { rsv }));
      },
    );
  }
}
for (const kind of ['ping', 'pong', 'close']) {
  add(`reserved.deflate.4.${kind}`, `a ${kind} with RSV1, deflate agreed on`, async (peer) => {
    const client = await peer.open({ offer });
    return client.failsAt([1002], frame(opcode[kind], payloadOf[kind], { rsv: 4 }));
  });
}
for (const [name, firstRsv] of [
  ['of-compressed', 4],
  ['of-plain', 0],
]) {
  for (const at of [1, 2]) {
    add(
      `reserved.deflate.4.continuation.${name}.${at}`,
      `RSV1 on continuation ${at} of a message ${name}`,
      async (peer) => {
        const client = await peer.open({ offer });
        const bytes = firstRsv ? Buffer.concat(await client.compressed(opcode.text, 'hello, hello, hello')) : undefined;
        const payloads = firstRsv ? splitCompressed(bytes) : ['one', 'two', 'three'];
        const frames = payloads.map((payload, index) =>
          frame(index === 0 ? opcode.text : opcode.continuation, payload, {
            fin: index === 2,
            rsv: index === 0 ? firstRsv : index === at ? 4 : 0,
          }),
        );
        return client.failsAt([1002], ...frames);
      },
    );
  }
}

// Of the one short frame that a compressed message is, the payload in three pieces.
function splitCompressed(bytes) {
  const mask = bytes.subarray(2, 6);
  const payload = bytes.subarray(6).map((byte, index) => byte ^ mask[index % 4]);
  return [payload.subarray(0, 2), payload.subarray(2, 4), payload.subarray(4)];
}

for (const code of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  const shapes = {
    empty: [frame(code)],
    payload: [frame(code, 'reserved opcode')],
    long: [frame(code, Buffer.alloc(1000, 'x'))],
    'no-fin': [frame(code, 'reserved', { fin: false }), frame(opcode.continuation, 'opcode')],
    'amid-message': [text('hel', { fin: false }), frame(code, 'x'), frame(opcode.continuation, 'lo')],
  };
  for (const [shape, frames] of Object.entries(shapes)) {
    add(`opcode.${code}.${shape}`, `the reserved opcode ${code}: ${shape}`, async (peer) => {
      const client = await peer.open();
      return client.failsAt([1002], ...frames);
    });
  }
  for (const [way, chop] of [
    ['whole', Infinity],
    ['chopped', 1],
  ]) {
    add(
      `opcode.${code}.behind-message.${way}`,
      `a message, the reserved opcode ${code}, and a ping, ${way}`,
      async (peer) => {
        const client = await peer.open();
        await client.sendChopped(Buffer.concat([text('good'), frame(code, 'x'), ping('behind')]), chop);
        return failsBehindMessage(client, [1002]);
      },
    );
  }
}

for (const [name, frames] of Object.entries({
  'opcode-and-bits': [frame(3, 'x', { rsv: 7 })],
  'head-only': [Buffer.from([0xff, 0xff])],
  garbage: [Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
})) {
  add(`opcode.mixed.${name}`, `several mistakes at once: ${name}`, async (peer) => {
    const client = await peer.open();
    return client.failsAt([1002], ...frames);
  });
}

add('opcode.fragments-of-all', 'a reserved opcode behind a fragmented message', async (peer) => {
  const client = await peer.open();
  client.send(...fragments(opcode.text, ['go', 'od']), frame(11, 'x'), ping('behind'));
  return failsBehindMessage(client, [1002]);
});

export default cases;
