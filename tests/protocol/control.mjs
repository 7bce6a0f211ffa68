// Pings and pongs.

import { isDeepStrictEqual } from 'node:util';

import { describe } from './client.mjs';
import { fragments, frame, opcode, ping, pong, text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run, more = {}) => cases.push({ id: `ping.${id}`, title, run, ...more });

const payloads = {
  empty: '',
  text: 'Hello, world!',
  binary: Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]),
  'not-utf8': Buffer.from([0xed, 0xa0, 0x80]),
  ...Object.fromEntries([1, 2, 3, 4, 5, 63, 64, 124, 125].map((length) => [length, Buffer.alloc(length, 0xfe)])),
};

for (const [name, payload] of Object.entries(payloads)) {
  for (const [way, chop] of [
    ['whole', Infinity],
    ['chopped', 1],
  ]) {
    add(`payload.${name}.${way}`, `a ping with the payload ${name}, ${way}`, async (peer) => {
      const client = await peer.open();
      await client.sendChopped(ping(payload), chop);
      await client.pong(payload);
      await client.finish();
    });
  }
}

for (const length of [126, 127, 1000, 65536]) {
  for (const kind of ['ping', 'pong']) {
    add(`long.${kind}.${length}`, `a ${kind} of ${length} bytes`, async (peer) => {
      const client = await peer.open();
      return client.failsAt([1002], frame(opcode[kind], Buffer.alloc(length)));
    });
  }
}
add('long.chopped', 'a ping of 126 bytes, byte by byte', async (peer) => {
  const client = await peer.open();
  await client.sendChopped(ping(Buffer.alloc(126)), 1);
  return client.failsAt([1002]);
});
for (const kind of ['ping', 'pong']) {
  add(`fragmented.${kind}`, `a ${kind} without FIN`, async (peer) => {
    const client = await peer.open();
    return client.failsAt([1002], frame(opcode[kind], 'frag', { fin: false }), frame(opcode.continuation, 'ment'));
  });
}

for (const [name, payload] of Object.entries({ empty: '', text: 'unasked', 125: Buffer.alloc(125, 0xff) })) {
  add(`unsolicited-pong.${name}`, `a pong that nobody asked for: ${name}`, async (peer) => {
    const client = await peer.open();
    client.send(pong(payload));
    await client.alive();
    await client.finish();
  });
}
add('unsolicited-pong.ping', 'an unsolicited pong, a ping, and the same again', async (peer) => {
  const client = await peer.open();
  client.send(pong('unasked'), ping('asked'));
  await client.pong('asked');
  client.send(pong('asked'), ping('unasked'));
  await client.pong('unasked');
  await client.finish();
});

add('one-by-one', '200 pings, each when the last is answered', async (peer) => {
  const client = await peer.open();
  for (let index = 0; index < 200; ++index) await client.alive();
  await client.finish();
});

// RFC 6455, 5.5.3 lets who is slow answer only the last of several.
function judge(got, expected) {
  if (isDeepStrictEqual(got, expected)) return undefined;
  const places = got.map((payload) => expected.indexOf(payload));
  demand(
    places.every((place, index) => place > (places[index - 1] ?? -1)),
    `pongs in the wrong order: ${got.slice(0, 10)}`,
  );
  demand(got.at(-1) === expected.at(-1), `${got.length} of ${expected.length} pings are answered, the last is not`);
  return nonStrict(`${got.length} of ${expected.length} pings are answered`);
}

// All pongs, and so many texts.
async function collect(client, count) {
  const got = { pong: [], text: [] };
  while (got.text.length < count) {
    const event = await client.next();
    demand(event.kind in got, `${describe(event)} comes`);
    got[event.kind].push(String(event.payload ?? event.data));
  }
  return { pongs: [...got.pong, ...(await client.pongsLeft())], texts: got.text };
}

for (const [count, size] of [
  [2, 4],
  [10, 10],
  [10, 125],
  [100, 10],
  [100, 125],
  [1000, 4],
  [1000, 125],
]) {
  for (const [way, chop] of [
    ['one piece', Infinity],
    ['pieces of 7 bytes', 7],
  ]) {
    if (count * size > 10000 && chop !== Infinity) continue;
    add(
      `burst.${count}x${size}.${chop === Infinity ? 'whole' : 'chopped'}`,
      `${count} pings of ${size} bytes in ${way}`,
      async (peer) => {
        const client = await peer.open();
        const expected = Array.from({ length: count }, (_, index) => `${index}`.padStart(size));
        await client.sendChopped(Buffer.concat([...expected.map((payload) => ping(payload)), text('behind')]), chop);
        const got = await collect(client, 1);
        await client.finish();
        return judge(got.pongs, expected);
      },
    );
  }
}

add('burst.with-texts', '50 pings with a message behind each, in one piece', async (peer) => {
  const client = await peer.open();
  const names = Array.from({ length: 50 }, (_, index) => `${index}`);
  client.send(...names.flatMap((name) => [ping(name), text(name)]));
  const got = await collect(client, names.length);
  demand(isDeepStrictEqual(got.texts, names), 'the messages come in another order');
  await client.finish();
  return judge(got.pongs, names);
});

// The server has more to send than all buffers between take, so the pong has to find its place in the echo.
for (const megabytes of [4, 16]) {
  add(
    `amid-echo.${megabytes}M`,
    `pings while an echo of ${megabytes} MiB is under way`,
    async (peer) => {
      const [client, other] = [await peer.open(), await peer.open()];
      const data = Buffer.alloc(megabytes << 20, '*');
      client.socket.pause();
      client.send(text(data));
      client.send(ping('amid'));
      if (client.socket.writableLength > 0) await new Promise((resolve) => client.socket.write('', resolve));
      for (let index = 0; index < 10; ++index) await other.alive();
      client.socket.resume();
      const events = [await client.next(), await client.next()];
      const echo = events.find(({ kind }) => kind === 'text');
      const answer = events.find(({ kind }) => kind === 'pong');
      demand(echo?.data.equals(data), 'the echo is another one');
      demand(String(answer?.payload) === 'amid', 'the pong is missing');
      await client.finish();
      const late = megabytes === 16 && echo.frames > 1 && !answer.amid && events[1] === answer;
      return late ? nonStrict('the pong comes behind the whole echo') : undefined;
    },
    { heavy: true },
  );
}

for (const [name, size] of [
  ['small', 3],
  ['large', 70000],
]) {
  add(`amid-message.${name}`, `pings between the fragments of a message, ${name}`, async (peer) => {
    const client = await peer.open();
    const parts = Array.from({ length: 5 }, (_, index) => Buffer.alloc(size, `${index}`));
    for (const [index, bytes] of fragments(opcode.text, parts).entries()) {
      client.send(bytes);
      if (index < parts.length - 1) await client.alive();
    }
    await client.message('text', Buffer.concat(parts));
    await client.finish();
  });
}

export default cases;
