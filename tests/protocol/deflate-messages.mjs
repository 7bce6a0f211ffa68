// Compressed messages: lengths, fragments and kinds of blocks, what is not deflated, and what inflates to too much.

import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';

import { deflated } from './deflate-codec.mjs';
import { fragments, frame, opcode, pieces, text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run, more = {}) => cases.push({ id: `deflate.${id}`, title, run, ...more });

const offer = 'permessage-deflate; client_max_window_bits';
const megabyte = 1 << 20;
const limit = 16 * megabyte;

async function open(peer, offered = offer) {
  const client = await peer.open({ offer: offered });
  demand(client.agreed, 'the offer is declined');
  return client;
}

// A message of these payloads, marked as compressed.
const marked = (kind, ...payloads) => fragments(kind, payloads, { rsv: 4 });

const record = (index) =>
  `{"id":${index},"name":"torrent ${index * 7919}","done":${(index * 31) % 100},"peers":[${index % 7},${index % 11}]},\n`;
const json = Buffer.from(Array.from({ length: 4000 }, (_, index) => record(index)).join(''));
const words = 'κόσμε hello world, this is some text that compresses — to about half € 𤭢 '.split(' ');
const prose = Buffer.from(
  Array.from({ length: 60000 }, (_, index) => words[(index * index + 7 * index) % words.length]).join(' '),
);
const noise = randomBytes(300000);
const bodies = {
  json: ['text', (size, offset) => json.subarray(offset, offset + size)],
  prose: ['binary', (size, offset) => prose.subarray(offset, offset + size)],
  zeros: ['binary', (size) => Buffer.alloc(size)],
  noise: ['binary', (size, offset) => noise.subarray(offset, offset + size)],
};
const shapes = [
  ...[0, 1, 16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072].map((size) => [size, Infinity]),
  [1024, 1],
  [8192, 256],
  [16384, 256],
  [32768, 256],
  [65536, 256],
  [131072, 256],
  [131072, 1024],
  [131072, 4096],
  [131072, 32768],
];
const offers = {
  default: 'permessage-deflate',
  'no-context': 'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
};
for (const [name, offered] of Object.entries(offers)) {
  for (const [body, [kind, make]] of Object.entries(bodies)) {
    for (const [size, piece] of shapes) {
      const title = `10 of ${size} bytes of ${body}${piece === Infinity ? '' : ` in fragments of ${piece}`}, ${offered}`;
      add(`messages.${name}.${body}.${size}${piece === Infinity ? '' : `.${piece}`}`, title, async (peer) => {
        const client = await open(peer, offered);
        for (let index = 0; index < 10; ++index) await client.compressedEcho(kind, make(size, index * 1000), piece);
        await client.finish();
      });
    }
  }
}

add('messages.any-length', 'each length up to 400 of what compresses well', async (peer) => {
  const client = await open(peer);
  for (let size = 0; size < 400; ++size) await client.compressedEcho('text', Buffer.alloc(size, 'a'));
  await client.finish();
});
add('messages.chopped', 'compressed messages byte by byte', async (peer) => {
  const client = await open(peer);
  for (const size of [5, 500, 3000]) {
    await client.sendChopped(Buffer.concat(await client.compressed(opcode.text, json.subarray(0, size), 20)), 1);
    await client.message('text', json.subarray(0, size));
  }
  await client.finish();
});
add('messages.mixed', 'compressed messages and others in turn', async (peer) => {
  const client = await open(peer);
  for (let index = 0; index < 20; ++index) {
    const data = json.subarray(index * 100, index * 500);
    await client.compressedEcho('text', data);
    await client.echo('text', data, ...fragments(opcode.text, pieces(data, 777)));
  }
  await client.finish();
});
add('messages.pipelined', '100 compressed messages in one piece', async (peer) => {
  const client = await open(peer);
  const messages = Array.from({ length: 100 }, (_, index) => json.subarray(index * 10, index * 40));
  const frames = [];
  for (const message of messages) frames.push(...(await client.compressed(opcode.text, message)));
  client.send(...frames);
  for (const message of messages) await client.message('text', message);
  await client.finish();
});
add('messages.pings-between', 'pings between the fragments of a compressed message', async (peer) => {
  const client = await open(peer);
  const data = json.subarray(0, 20000);
  const frames = await client.compressed(opcode.text, data, 500);
  const last = frames.pop();
  for (const bytes of frames) {
    client.send(bytes);
    await client.alive();
  }
  await client.echo('text', data, last);
  await client.finish();
});
for (const size of [1, 4, 8, 15, 16]) {
  add(
    `messages.large.${size}M`,
    `${size} MiB that compress well`,
    async (peer) => {
      const client = await open(peer);
      await client.compressedEcho('binary', Buffer.alloc(size * megabyte, 'abcdefgh'));
      await client.finish();
    },
    { heavy: size > 1 },
  );
}
add(
  'messages.large.noise',
  '4 MiB that do not compress',
  async (peer) => {
    const client = await open(peer);
    await client.compressedEcho('binary', randomBytes(4 * megabyte));
    await client.finish();
  },
  { heavy: true },
);

// RFC 7692, 7.2.3: all that DEFLATE lets a sender do.
const hello = Buffer.from('Hello, Hello, Hello');
const blocks = {
  fixed: deflated(hello, { strategy: zlib.constants.Z_FIXED }),
  stored: deflated(hello, { level: 0 }),
  'huffman-only': deflated(hello, { strategy: zlib.constants.Z_HUFFMAN_ONLY }),
  'run-length': deflated(hello, { strategy: zlib.constants.Z_RLE }),
  best: deflated(hello, { level: 9 }),
  bfinal: Buffer.concat([zlib.deflateRawSync(hello), Buffer.from([0])]),
  'two-blocks': Buffer.concat([
    zlib.deflateRawSync(hello.subarray(0, 7), { finishFlush: zlib.constants.Z_SYNC_FLUSH }),
    deflated(hello.subarray(7)),
  ]),
  'empty-block-in-front': Buffer.concat([Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]), deflated(hello)]),
  'flush-kept': Buffer.concat([deflated(hello), Buffer.from([0x00, 0x00, 0xff, 0xff, 0x00])]),
};
for (const [name, payload] of Object.entries(blocks)) {
  for (const [way, size] of [
    ['whole', Infinity],
    ['bytewise', 1],
  ]) {
    add(`blocks.${name}.${way}`, `a message of blocks of the kind ${name}, ${way}`, async (peer) => {
      const client = await open(peer);
      await client.echo('text', hello, ...marked(opcode.text, ...pieces(payload, size)));
      await client.echo('text', hello, ...marked(opcode.text, deflated(hello)));
      await client.finish();
    });
  }
}
const emptyMessages = {
  block: [[0x00]],
  'fixed-block': [[0x02, 0x00]],
  'in-two': [[0x02], [0x00]],
  'empty-fragment-in-front': [[], [0x00]],
  'empty-fragment-behind': [[0x00], []],
};
for (const [name, payloads] of Object.entries(emptyMessages)) {
  add(`blocks.empty.${name}`, `an empty message: ${name}`, async (peer) => {
    const client = await open(peer);
    await client.echo('text', '', ...marked(opcode.text, ...payloads.map((bytes) => Buffer.from(bytes))));
    await client.finish();
  });
}
add('blocks.empty.no-payload', 'a compressed message without any payload', async (peer) => {
  const client = await open(peer);
  client.send(...marked(opcode.text, ''));
  const event = await client.next();
  // By the letter it is an empty message, as 00 00 ff ff is put behind; zlib makes no such thing.
  if (event.kind === 'text') demand(event.data.length === 0, `${event.data.length} bytes come back`);
  else return client.failsWith(event, [1002, 1007]);
  return client.finish();
});
add('blocks.empty-fragments', 'empty fragments amid a compressed message', async (peer) => {
  const client = await open(peer);
  const [first, second] = pieces(deflated(hello), 5);
  await client.echo(
    'text',
    hello,
    ...marked(opcode.text, '', first, '', '', second, ...pieces(deflated(hello).subarray(10), 5), ''),
  );
  await client.finish();
});

// A reference behind the beginning of a message, by a client that keeps no context.
add(
  'context.kept-against-agreement',
  'a message that refers to the one before it, where none was to be kept',
  async (peer) => {
    const client = await open(peer, offers['no-context']);
    const data = randomBytes(2000);
    await client.compressedEcho('binary', data);
    const referring = zlib
      .deflateRawSync(data, { dictionary: data, finishFlush: zlib.constants.Z_SYNC_FLUSH })
      .subarray(0, -4);
    client.send(...marked(opcode.binary, referring));
    const event = await client.next();
    if (event.kind !== 'binary') return client.failsWith(event, [1002, 1007]);
    demand(event.data.equals(data), 'something else comes back');
    return nonStrict('it is taken');
  },
);

const good = deflated(json.subarray(0, 5000));
const garbage = {
  'block-type': Buffer.from([0x06]),
  ones: Buffer.alloc(100, 0xff),
  text: Buffer.from('this is no deflate stream at all'),
  'stored-length': Buffer.from([0x00, 0x05, 0x00, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x00]),
  'distance-too-far': zlib
    .deflateRawSync(json.subarray(0, 500), {
      dictionary: json.subarray(0, 500),
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
    })
    .subarray(0, -4),
  'zlib-header': Buffer.concat([zlib.deflateSync(hello), Buffer.from([0x00])]),
  'gzip-header': zlib.gzipSync(hello),
  'wrong-amid': Buffer.concat([good.subarray(0, 400), Buffer.alloc(300, 0xff), good.subarray(700)]),
  'code-lengths': Buffer.from([0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
};
for (const [name, payload] of Object.entries(garbage)) {
  for (const [way, size] of [
    ['whole', Infinity],
    ['fragments', 3],
  ]) {
    add(`garbage.${name}.${way}`, `what is no deflate stream: ${name}, ${way}`, async (peer) => {
      const client = await open(peer);
      return client.failsAt([1002, 1007], ...marked(opcode.binary, ...pieces(payload, size)));
    });
  }
}
add('garbage.behind-good', 'a good message is echoed, the bad one behind it fails the connection', async (peer) => {
  const client = await open(peer);
  await client.compressedEcho('text', hello);
  return client.failsAt([1002, 1007], ...marked(opcode.binary, garbage.ones));
});
for (const left of [1, 10, 200, good.length - 3]) {
  add(`garbage.cut.${left < 1000 ? left : 'end'}`, `a stream that is cut behind ${left} bytes`, async (peer) => {
    const client = await open(peer);
    client.send(...marked(opcode.binary, good.subarray(0, left)));
    const event = await client.next();
    if (event.kind !== 'binary') return client.failsWith(event, [1002, 1007]);
    demand(!event.data.equals(json.subarray(0, 5000)), 'the whole comes back');
    return nonStrict('what there is is taken as a message');
  });
}

const notUtf8 = { impossible: [0xff], surrogate: [0xed, 0xa0, 0x80], cut: [0xe2, 0x82] };
for (const [name, bytes] of Object.entries(notUtf8)) {
  for (const [way, size] of [
    ['whole', Infinity],
    ['bytewise', 1],
  ]) {
    add(`utf8.${name}.${way}`, `a compressed text that is not UTF-8: ${name}, ${way}`, async (peer) => {
      const client = await open(peer);
      const data = Buffer.concat([Buffer.from('κόσμε'), Buffer.from(bytes)]);
      return client.failsAt([1007], ...(await client.compressed(opcode.text, data, size)));
    });
  }
}
add('utf8.parted', 'code points that the ends of compressed fragments part', async (peer) => {
  const client = await open(peer);
  await client.compressedEcho('text', Buffer.from('€𤭢κ'.repeat(500)), 1);
  await client.finish();
});

// A whole number of times what one block inflates to, which refers to nothing in front of it.
function repeated(count, size, rest = Buffer.alloc(0)) {
  const block = zlib.deflateRawSync(Buffer.alloc(size), { finishFlush: zlib.constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array(count).fill(block), deflated(rest)]);
}
const tooBig = {
  'limit+1': () => repeated(16, megabyte, Buffer.alloc(1)),
  '17M': () => repeated(17, megabyte),
  '1G': () => repeated(1024, megabyte),
  '16G': () => repeated(16384, megabyte),
};
for (const [name, make] of Object.entries(tooBig)) {
  for (const [way, size] of [
    ['whole', Infinity],
    ['fragments', 500],
  ]) {
    add(
      `bomb.${name}.${way}`,
      `what inflates to ${name}, ${way}`,
      async (peer) => {
        const client = await open(peer);
        return client.failsAt([1009], ...marked(opcode.binary, ...pieces(make(), size)));
      },
      { heavy: true },
    );
  }
}
add(
  'bomb.at-limit',
  'what inflates to just the limit',
  async (peer) => {
    const client = await open(peer);
    await client.echo('binary', Buffer.alloc(limit), ...marked(opcode.binary, repeated(16, megabyte)));
    await client.finish();
  },
  { heavy: true },
);
add(
  'bomb.others-go-on',
  'while one sends a bomb, another is served',
  async (peer) => {
    const [client, other] = [await open(peer), await open(peer)];
    client.send(...marked(opcode.binary, repeated(1024, megabyte)));
    for (let index = 0; index < 20; ++index) await other.alive();
    await other.echo('text', 'hello', text('hello'));
    await other.finish();
    return client.fails(1009);
  },
  { heavy: true },
);

add('unmarked', 'deflated bytes without RSV1 are a message like any other', async (peer) => {
  const client = await open(peer);
  await client.echo('binary', good, frame(opcode.binary, good));
  await client.finish();
});

export default cases;
