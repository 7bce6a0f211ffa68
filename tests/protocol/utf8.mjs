// Texts that are UTF-8, and those that are not: RFC 6455, 8.1, and RFC 3629.

import { fragments, opcode, pieces, ping, text } from './frames.mjs';
import { nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run) => cases.push({ id: `utf8.${id}`, title, run });

// The scheme of UTF-8 applied to any value of up to 31 bits, in `length` bytes: so also what is not allowed.
function encode(value, length) {
  if (length === 1) return Buffer.from([value]);
  const bytes = Array.from({ length }, (_, index) => 0x80 | ((value >> (6 * (length - 1 - index))) & 0x3f));
  const payloadBits = 7 - length;
  bytes[0] = ((0xff00 >> length) & 0xff) | ((value >> (6 * (length - 1))) & ((1 << payloadBits) - 1));
  return Buffer.from(bytes);
}

const lengthOf = (point) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
const point = (value) => encode(value, lengthOf(value));
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const hex = (bytes) =>
  bytes.length > 12 ? `${bytes.subarray(0, 12).toString('hex')}-${bytes.length}` : bytes.toString('hex');

const greek = Buffer.from('κόσμε');
const boundaries = [
  0, 0x24, 0x7f, 0x80, 0xa2, 0x7ff, 0x800, 0x20ac, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xfffd, 0x10000,
  0x24b62, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff,
];
const specials = range(0xfff9, 0xffff);
const nonCharacters = range(1, 16).flatMap((plane) => [0xfffe, 0xffff].map((low) => (plane << 16) | low));
const valid = [
  ...[...boundaries, ...specials, ...nonCharacters].map(point),
  greek,
  Buffer.from('hello$world'),
  Buffer.from('hello¢world'),
  Buffer.from('hello€world'),
  Buffer.from('hello𤭢world'),
  Buffer.from('\ufeffa byte order mark'),
];

const surrogates = [0xd800, 0xdb7f, 0xdb80, 0xdbff, 0xdc00, 0xdf80, 0xdfff];
const pairs = [0xd800, 0xdb7f, 0xdb80, 0xdbff].flatMap((high) => [0xdc00, 0xdfff].map((low) => [high, low]));
const largest = { 2: 0x7f, 3: 0x7ff, 4: 0xffff, 5: 0x1fffff, 6: 0x3ffffff };
const overlong = [2, 3, 4, 5, 6].flatMap((length) => [0, 0x2f, largest[length]].map((value) => encode(value, length)));
const limits = [
  [0x110000, 4],
  [0x13ffff, 4],
  [0x1fffff, 4],
  [0x200000, 5],
  [0x3ffffff, 5],
  [0x4000000, 6],
  [0x7fffffff, 6],
];
const cut = [
  [0, 2],
  [0, 3],
  [0, 4],
  [0, 5],
  [0, 6],
  [0x7ff, 2],
  [0xffff, 3],
  [0x1fffff, 4],
  [0x3ffffff, 5],
  [0x7fffffff, 6],
].map(([value, length]) => encode(value, length).subarray(0, length - 1));
const starts = [
  [0xc0, 0xdf],
  [0xe0, 0xef],
  [0xf0, 0xf7],
  [0xf8, 0xfb],
  [0xfc, 0xfd],
];
const invalid = {
  surrogate: surrogates.map((value) => encode(value, 3)),
  pair: pairs.map(([high, low]) => Buffer.concat([encode(high, 3), encode(low, 3)])),
  overlong,
  'beyond-range': limits.map(([value, length]) => encode(value, length)),
  continuation: [
    [0x80],
    [0xbf],
    ...range(2, 6).map((count) => range(1, count).map((at) => (at % 2 ? 0x80 : 0xbf))),
    range(0x80, 0xbf),
  ],
  'lonely-start': starts.map(([first, last]) => range(first, last).flatMap((byte) => [byte, 0x20])),
  impossible: [[0xfe], [0xff], [0xfe, 0xfe, 0xff, 0xff], [0xc0], [0xc1], [0xf5]],
  cut: [...cut, Buffer.concat(cut)],
};

// Each by itself in one frame, and amid other text in fragments of a byte.
function addBoth(id, bytes, run) {
  const amid = Buffer.concat([Buffer.from('hello'), bytes, Buffer.from('world')]);
  add(`${id}.whole`, `${hex(bytes)} in one frame`, (peer) => run(peer, bytes, [text(bytes)]));
  add(`${id}.bytewise`, `${hex(bytes)} amid text, a byte in each fragment`, (peer) =>
    run(peer, amid, fragments(opcode.text, pieces(amid, 1))),
  );
}

for (const bytes of valid) {
  addBoth(`valid.${hex(bytes)}`, bytes, async (peer, data, frames) => {
    const client = await peer.open();
    await client.echo('text', data, ...frames);
    await client.finish();
  });
}
for (const [kind, sequences] of Object.entries(invalid)) {
  for (const bytes of sequences.map((sequence) => Buffer.from(sequence))) {
    addBoth(`${kind}.${hex(bytes)}`, bytes, async (peer, data, frames) => {
      const client = await peer.open();
      return client.failsAt([1007], ...frames);
    });
  }
}

// Every beginning of a text: right where a code point ends.
for (let length = 1; length < greek.length; ++length) {
  const bytes = greek.subarray(0, length);
  const complete = String(greek).startsWith(String(bytes));
  add(`prefix.${length}`, `the first ${length} bytes of a Greek word`, async (peer) => {
    const client = await peer.open();
    if (!complete) return client.failsAt([1007], text(bytes));
    await client.echo('text', bytes, text(bytes));
    return client.finish();
  });
}

// A code point that is cut by the end of the message, though the next message goes on as if it were none.
for (const value of [0xa2, 0x20ac, 0x24b62]) {
  for (let left = 1; left < point(value).length; ++left) {
    const start = Buffer.concat([Buffer.from('cut: '), point(value).subarray(0, left)]);
    add(
      `cut-at-end.${value.toString(16)}.${left}`,
      `${left} of ${point(value).length} bytes at the end of a message`,
      async (peer) => {
        const client = await peer.open();
        return client.failsAt([1007], text(start), text(point(value).subarray(left)));
      },
    );
    add(
      `cut-at-end.${value.toString(16)}.${left}.fragments`,
      `${left} of ${point(value).length} bytes at the end of the last fragment`,
      async (peer) => {
        const client = await peer.open();
        return client.failsAt([1007], ...fragments(opcode.text, pieces(start, 3)));
      },
    );
    add(
      `split.${value.toString(16)}.${left}`,
      `a code point parted behind byte ${left} by a fragment's end and a ping`,
      async (peer) => {
        const client = await peer.open();
        const data = Buffer.concat([start, point(value).subarray(left), Buffer.from(' end')]);
        const [first, second] = fragments(opcode.text, [start, data.subarray(start.length)]);
        client.send(first);
        await client.alive();
        await client.echo('text', data, second);
        await client.finish();
      },
    );
  }
}

add('large', '1 MB of code points of three bytes, in frames that part them', async (peer) => {
  const client = await peer.open();
  const data = Buffer.from('€'.repeat(350000));
  await client.echo('text', data, ...fragments(opcode.text, pieces(data, 10000)));
  await client.finish();
});
add('large.last-byte', '1 MB that is wrong at the end only', async (peer) => {
  const client = await peer.open();
  return client.failsAt([1007], text(Buffer.concat([Buffer.alloc(1 << 20, 'x'), Buffer.from([0xff])])));
});
add('binary', 'all of that as binary', async (peer) => {
  const client = await peer.open();
  const data = Buffer.concat(
    Object.values(invalid)
      .flat()
      .map((bytes) => Buffer.from(bytes)),
  );
  await client.echo('binary', data, ...fragments(opcode.binary, pieces(data, 10)));
  await client.finish();
});
add('binary-then-text', 'a binary that is not UTF-8 leaves nothing behind for the next text', async (peer) => {
  const client = await peer.open();
  await client.echo(
    'binary',
    point(0x20ac).subarray(0, 2),
    ...fragments(opcode.binary, [point(0x20ac).subarray(0, 2)]),
  );
  await client.echo('text', 'text', text('text'));
  await client.finish();
});

// Fail-fast: RFC 6455, 8.1 has the connection failed when it is found, before the message's end.
const late = 'it is found at the end of the message only';
const fastSequences = {
  'beyond-range': encode(0x110000, 4),
  surrogate: encode(0xd800, 3),
  overlong: encode(0x2f, 2),
  impossible: Buffer.from([0xff]),
};
for (const [name, bytes] of Object.entries(fastSequences)) {
  add(`fail-fast.fragment.${name}`, `${name} in a fragment, before the last`, async (peer) => {
    const client = await peer.open();
    const [first, second, third] = fragments(opcode.text, [greek, bytes, 'edited']);
    client.send(first);
    await client.alive();
    client.send(second, ping('behind'));
    const event = await client.next();
    if (event.kind !== 'pong') return client.failsWith(event, [1007]);
    return (await client.failsAt([1007], third)) ?? nonStrict(late);
  });
}

// Nothing can be sent behind half a frame, so only time tells a server that does not fail. One that does is never
// waited for so long.
const halfFrameMilliseconds = 5000;
for (const [name, bytes] of Object.entries({
  'beyond-range': fastSequences['beyond-range'],
  impossible: fastSequences.impossible,
})) {
  add(`fail-fast.half-frame.${name}`, `${name} in the first half of a frame`, async (peer) => {
    const client = await peer.open();
    const half = Buffer.concat([greek, bytes]);
    const frame = text(Buffer.concat([half, Buffer.from('edited')]));
    client.send(frame.subarray(0, -6));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      client.send(frame.subarray(-6));
    }, halfFrameMilliseconds);
    const judged = await client.fails(1007).finally(() => clearTimeout(timer));
    return judged ?? (isLate ? nonStrict(late) : undefined);
  });
}

export default cases;
