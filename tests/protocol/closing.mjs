// The closing handshake: codes, reasons, what is sent behind a close, and connections that just end.

import { describe } from './client.mjs';
import { close, fragments, frame, opcode, ping, pong, text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run, more = {}) => cases.push({ id: `close.${id}`, title, run, ...more });

// RFC 6455, 7.4.
const allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3001, 3999, 4000, 4001, 4999];
// Registered by IANA since.
const registered = [1012, 1013, 1014];
const forbidden = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65535];
const reasons = {
  none: '',
  ascii: 'going away',
  utf8: 'κόσμε €𤭢',
  122: 'r'.repeat(122),
  123: 'r'.repeat(123),
  'utf8-123': 'é'.repeat(61) + 'r',
};

for (const code of allowed) {
  for (const [name, reason] of Object.entries(reasons)) {
    add(`code.${code}.${name}`, `a close with ${code} and the reason ${name}`, async (peer) => {
      const client = await peer.open();
      client.send(close(code, reason));
      await client.closedBy(code, 1000);
    });
  }
}
for (const code of registered) {
  add(`code.${code}.registered`, `a close with ${code}, which is younger than the RFC`, async (peer) => {
    const client = await peer.open();
    client.send(close(code));
    const event = await client.next();
    demand(event.kind === 'close' && [code, 1000, 1002].includes(event.code), `${describe(event)} comes`);
    await client.ends();
    return event.code === 1002 ? nonStrict('it is taken for a mistake') : undefined;
  });
}
for (const code of forbidden) {
  for (const [name, reason] of [
    ['none', ''],
    ['ascii', 'reason'],
  ]) {
    add(
      `code.${code}.${name}`,
      `a close with ${code}, which must not be sent, and the reason ${name}`,
      async (peer) => {
        const client = await peer.open();
        client.send(close(code, reason));
        return client.fails(1002);
      },
    );
  }
}

for (const [way, chop] of [
  ['whole', Infinity],
  ['chopped', 1],
]) {
  add(`empty.${way}`, `a close without a payload, ${way}`, async (peer) => {
    const client = await peer.open();
    await client.sendChopped(close(), chop);
    await client.closedBy(undefined, 1000);
  });
  add(`one-byte.${way}`, `a close of one byte, ${way}`, async (peer) => {
    const client = await peer.open();
    await client.sendChopped(frame(opcode.close, Buffer.from([3])), chop);
    return client.fails(1002);
  });
  add(`reason.chopped.${way}`, `a close with a reason, ${way}`, async (peer) => {
    const client = await peer.open();
    await client.sendChopped(close(1001, 'r'.repeat(123)), chop);
    await client.closedBy(1001, 1000);
  });
}
for (const length of [124, 125, 1000, 65534]) {
  add(`too-long.${length}`, `a close whose reason has ${length} bytes`, async (peer) => {
    const client = await peer.open();
    client.send(close(1000, Buffer.alloc(length, 'r')));
    return client.fails(1002);
  });
}
for (const [name, frames] of Object.entries({
  payload: [close(1000, '', { fin: false }), frame(opcode.continuation, 'x')],
  empty: [close(undefined, '', { fin: false }), frame(opcode.continuation, '')],
})) {
  add(`fragmented.${name}`, `a close without FIN: ${name}`, async (peer) => {
    const client = await peer.open();
    return client.failsAt([1002], ...frames);
  });
}

// As text of a message; in a close reason an endpoint may also call it a protocol error.
const badReasons = {
  surrogate: [0xed, 0xa0, 0x80],
  overlong: [0xc0, 0xaf],
  'beyond-range': [0xf4, 0x90, 0x80, 0x80],
  impossible: [0xff],
  continuation: [0x80],
  'cut-2': [0xc2],
  'cut-3': [0xe2, 0x82],
  'cut-4': [0xf0, 0xa4, 0xad],
};
for (const [name, bytes] of Object.entries(badReasons)) {
  for (const [place, around] of Object.entries({ alone: ['', ''], behind: ['κόσμε', ''], amid: ['κόσμε', 'edited'] })) {
    add(`reason.${name}.${place}`, `a close reason that is not UTF-8: ${name}, ${place}`, async (peer) => {
      const client = await peer.open();
      client.send(close(1000, Buffer.concat([Buffer.from(around[0]), Buffer.from(bytes), Buffer.from(around[1])])));
      return client.fails(1007, 1002);
    });
  }
}

// Whatever follows a close is ignored.
const behind = {
  close: [close(1001)],
  'close-empty': [close()],
  ping: [ping('behind')],
  pong: [pong('behind')],
  text: [text('behind')],
  'text-large': [text(Buffer.alloc(100000, 'x'))],
  fragments: fragments(opcode.text, ['be', 'hind']),
  'fragment-open': [text('be', { fin: false })],
  'bad-opcode': [frame(3, 'x')],
  'bad-utf8': [text(Buffer.from([0xff]))],
  unmasked: [text('x', { mask: null })],
  garbage: [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
};
for (const [name, frames] of Object.entries(behind)) {
  add(`behind.${name}.one-piece`, `${name} in one piece with the close in front of it`, async (peer) => {
    const client = await peer.open();
    client.send(close(1000), ...frames);
    await client.closedBy(1000);
  });
  add(`behind.${name}.pieces`, `${name} behind a close`, async (peer) => {
    const client = await peer.open();
    client.send(close(1000));
    for (const bytes of frames) await client.sendChopped(bytes, Infinity);
    await client.closedBy(1000);
  });
}
add('amid-message', 'a close inside a message, and the rest of it behind', async (peer) => {
  const client = await peer.open();
  client.send(text('frag', { fin: false }), close(1000), frame(opcode.continuation, 'ment'));
  await client.closedBy(1000);
});

// The echo of what is in front of a close should not get lost.
for (const [name, length] of [
  ['small', 5],
  ['64k', 65536],
  ['256k', 256 << 10],
]) {
  add(`front.message.${name}`, `a message (${name}) and a close in one piece`, async (peer) => {
    const client = await peer.open();
    const data = Buffer.alloc(length, 'x');
    client.send(text(data), close(1000), ping('behind'));
    const event = await client.next();
    if (event.kind === 'text') {
      demand(event.data.equals(data), 'the echo is another one');
      return client.closedBy(1000);
    }
    demand(event.kind === 'close' && event.code === 1000, `a ${event.kind} comes`);
    await client.ends();
    return nonStrict('the echo is lost');
  });
}
add('front.ping', 'a ping and a close in one piece', async (peer) => {
  const client = await peer.open();
  client.send(ping('in front'), close(1000));
  const event = await client.next();
  if (event.kind === 'pong') return client.closedBy(1000);
  demand(event.kind === 'close' && event.code === 1000, `a ${event.kind} comes`);
  await client.ends();
  return nonStrict('the pong is lost');
});

for (let index = 1; index <= 3; ++index) {
  add(`after-messages.${index}`, `${index} messages, and a close when they are back`, async (peer) => {
    const client = await peer.open();
    for (let message = 0; message < index; ++message) await client.echo('text', 'message', text('message'));
    await client.finish();
  });
}
add('behind-request', 'a close in one piece with the request of the handshake', async (peer) => {
  const client = await peer.open({ behind: [close(1000)] });
  await client.closedBy(1000);
});

// Ends without a close handshake: the server ends the connection too, and serves others.
const ends = {
  'at-once': [],
  'after-message': [text('hello')],
  'in-head': [text('hello').subarray(0, 1)],
  'in-length': [text(Buffer.alloc(70000)).subarray(0, 5)],
  'in-mask': [text('hello').subarray(0, 4)],
  'in-payload': [text('hello').subarray(0, -2)],
  'in-message': [text('hel', { fin: false })],
  'in-ping': [ping('hello').subarray(0, -2)],
  'in-close': [close(1000).subarray(0, -1)],
};
for (const [name, bytes] of Object.entries(ends)) {
  add(`half-close.${name}`, `the client half-closes ${name}`, async (peer) => {
    const client = await peer.open();
    client.send(...bytes);
    client.socket.end();
    let event = await client.next();
    if (event.kind === 'text') event = await client.next();
    if (event.kind === 'close') event = await client.next();
    demand(event.kind === 'end', `a ${event.kind} comes`);
    await (await peer.open()).alive();
  });
  add(`dropped.${name}`, `the client drops the connection ${name}`, async (peer) => {
    const client = await peer.open();
    await client.alive();
    client.send(...bytes);
    client.socket.destroy();
    const other = await peer.open();
    await other.echo('text', 'still there?', text('still there?'));
    await other.finish();
  });
}
add('half-close.behind-close', 'the client half-closes behind its close', async (peer) => {
  const client = await peer.open();
  client.send(close(1000));
  client.socket.end();
  await client.closedBy(1000);
});
add(
  'half-close.unread-echo',
  'the client half-closes while an echo of 8 MiB is under way',
  async (peer) => {
    const client = await peer.open();
    client.socket.pause();
    client.send(text(Buffer.alloc(8 << 20, 'x')));
    client.socket.end();
    client.socket.resume();
    // An end inside the echo is as good as one behind it.
    const event = await client.next().catch((error) => {
      demand(/it ends inside/.test(error.message), error.message);
      return { kind: 'end' };
    });
    demand(['text', 'end', 'close'].includes(event.kind), `a ${event.kind} comes`);
    await (await peer.open()).alive();
  },
  { heavy: true },
);

export default cases;
