// Messages in fragments, with control frames in between, and fragments that are out of place.

import { isDeepStrictEqual } from 'node:util';

import { close, fragments, frame, opcode, pieces, ping, pong, text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run, more = {}) => cases.push({ id: `fragments.${id}`, title, run, ...more });
const ways = { whole: Infinity, chopped: 1, framewise: null };

// chop null: each frame by itself.
async function sendFrames(client, frames, chop) {
  if (chop !== null) return client.sendChopped(Buffer.concat(frames), chop);
  for (const bytes of frames) await client.sendChopped(bytes, Infinity);
  return undefined;
}

const messages = {
  two: ['frag', 'ment'],
  three: ['a', 'b', 'c'],
  ten: [...'0123456789'],
  'first-empty': ['', 'rest'],
  'last-empty': ['start', ''],
  'middle-empty': ['start', '', 'end'],
  'all-empty': ['', '', ''],
  'many-empty': Array(50).fill(''),
  uneven: ['x', 'y'.repeat(126), 'z', 'w'.repeat(300), ''],
};
for (const kind of ['text', 'binary']) {
  for (const [name, parts] of Object.entries(messages)) {
    for (const [way, chop] of Object.entries(ways)) {
      add(`${kind}.${name}.${way}`, `a ${kind} of fragments: ${name}, ${way}`, async (peer) => {
        const client = await peer.open();
        await sendFrames(client, fragments(opcode[kind], parts), chop);
        await client.message(kind, parts.join(''));
        await client.finish();
      });
    }
  }
  for (const [length, size] of [
    [1000, 1],
    [1000, 7],
    [10000, 125],
    [10000, 126],
    [65536, 1300],
    [65536, 4096],
    [200000, 65535],
    [200000, 65536],
  ]) {
    add(`${kind}.size.${length}.${size}`, `a ${kind} of ${length} bytes in fragments of ${size}`, async (peer) => {
      const client = await peer.open();
      const data = Buffer.alloc(length, 'abcdefghijk');
      await client.echo(kind, data, ...fragments(opcode[kind], pieces(data, size)));
      await client.finish();
    });
  }
}

add('two-messages', 'two fragmented messages, one behind the other', async (peer) => {
  const client = await peer.open();
  client.send(...fragments(opcode.text, ['fi', 'rst']), ...fragments(opcode.binary, ['sec', 'ond']));
  await client.message('text', 'first');
  await client.message('binary', 'second');
  await client.finish();
});

// What stands between the fragments, and the pongs that it gets; those come before the echo.
const between = {
  ping: [[ping('between')], ['between']],
  'ping-empty': [[ping('')], ['']],
  'ping-125': [[ping(Buffer.alloc(125, 'p'))], ['p'.repeat(125)]],
  pong: [[pong('between')], []],
  'pings-two': [
    [ping('1'), ping('2')],
    ['1', '2'],
  ],
  'ping-pong': [[ping('1'), pong('2')], ['1']],
};
for (const [name, [control, pongs]] of Object.entries(between)) {
  for (const kind of ['text', 'binary']) {
    for (const [way, chop] of Object.entries(ways)) {
      add(`between.${name}.${kind}.${way}`, `${name} between the fragments of a ${kind}, ${way}`, async (peer) => {
        const client = await peer.open();
        const [first, second] = fragments(opcode[kind], ['frag', 'ment']);
        await sendFrames(client, [first, ...control, second], chop);
        const got = [];
        let event = await client.next();
        for (; event.kind === 'pong'; event = await client.next()) got.push(String(event.payload));
        demand(event.kind === kind && String(event.data) === 'fragment', `a ${event.kind} comes instead of the echo`);
        const late = await client.pongsLeft();
        await client.finish();
        const all = [...got, ...late];
        const complete = isDeepStrictEqual(all, pongs);
        demand(
          complete || (pongs.length > 0 && isDeepStrictEqual(all, pongs.slice(-1))),
          `the pongs are ${JSON.stringify(all)}`,
        );
        if (late.length > 0) return nonStrict('the pong comes behind the echo');
        return complete ? undefined : nonStrict('only the last ping is answered');
      });
    }
  }
}

add('between.answered-at-once', 'pings between fragments are answered before the message ends', async (peer) => {
  const client = await peer.open();
  const parts = ['fragment1', 'fragment2', 'fragment3', 'fragment4', 'fragment5'];
  const frames = fragments(opcode.text, parts);
  client.send(frames[0], frames[1], ping('ping 1'));
  await client.pong('ping 1');
  client.send(frames[2], frames[3], ping('ping 2'));
  await client.pong('ping 2');
  await client.echo('text', parts.join(''), frames[4]);
  await client.finish();
});

add('between.many', 'a ping between each of 200 fragments', async (peer) => {
  const client = await peer.open();
  const parts = Array.from({ length: 200 }, (_, index) => `part ${index};`);
  for (const [index, bytes] of fragments(opcode.text, parts).entries()) {
    if (index > 0) await client.alive();
    client.send(bytes);
  }
  await client.message('text', parts.join(''));
  await client.finish();
});

// A sequence that is wrong, and the echoes that come before it is found out.
const whole = (data, options) => frame(opcode.continuation, data, options);
const open = { fin: false };
const wrong = {
  'continuation-first': [[whole('x')], []],
  'continuation-first-empty': [[whole('')], []],
  'continuation-first-open': [[whole('x', open), whole('y')], []],
  'continuation-open-then-text': [[whole('x', open), text('y')], []],
  'continuation-behind-message': [[text('good'), whole('x')], ['good']],
  'continuation-open-behind-message': [[text('good'), whole('x', open), text('y')], ['good']],
  'continuation-behind-fragments': [[...fragments(opcode.text, ['go', 'od']), whole('x')], ['good']],
  'continuation-open-behind-fragments': [
    [...fragments(opcode.text, ['go', 'od']), whole('x', open), text('y')],
    ['good'],
  ],
  'text-in-text': [[text('x', open), text('y')], []],
  'text-open-in-text': [[text('x', open), text('y', open), whole('z')], []],
  'binary-in-text': [[text('x', open), frame(opcode.binary, 'y')], []],
  'text-in-binary': [[frame(opcode.binary, 'x', open), text('y')], []],
  'binary-in-binary': [[frame(opcode.binary, 'x', open), frame(opcode.binary, 'y')], []],
  'text-in-three': [[text('x', open), whole('y', open), text('z')], []],
  'text-empty-in-text': [[text('', open), text('')], []],
  'text-behind-ping': [[text('x', open), ping('amid'), text('y')], []],
};
for (const [name, [frames, echoes]] of Object.entries(wrong)) {
  for (const [way, chop] of Object.entries(ways)) {
    add(`wrong.${name}.${way}`, `fragments out of place: ${name}, ${way}`, async (peer) => {
      const client = await peer.open();
      await sendFrames(client, frames, chop);
      client.send(ping('behind'));
      let event = await client.next();
      let lost = echoes.length > 0;
      if (event.kind === 'pong' && String(event.payload) === 'amid') event = await client.next();
      if (lost && event.kind === 'text' && String(event.data) === echoes[0]) {
        lost = false;
        event = await client.next();
      }
      const judged = await client.failsWith(event, [1002]);
      return judged ?? (lost ? nonStrict('the echo of the message in front is lost') : undefined);
    });
  }
}

add('close-between', 'a close between the fragments of a message', async (peer) => {
  const client = await peer.open();
  const [first, second] = fragments(opcode.text, ['frag', 'ment']);
  client.send(first, close(1000), second);
  await client.closedBy(1000);
});

export default cases;
