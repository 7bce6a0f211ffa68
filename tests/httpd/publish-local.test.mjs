// Publishing over the Unix socket of TorrentWsPublishSocket and over ZeroMQ.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { freePort } from '../../conf/demo/network.mjs';
import { runAsHttpdUser } from '../support/httpd-user.mjs';
import { eventually } from '../support/patience.mjs';
import { runPhp } from '../support/php.mjs';
import { curvePair, LinePublisher, publishersFolder, secretFile, ZmqPusher } from '../support/publishers.mjs';
import { reconfigure } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { type, V1Client } from '../support/wamp-v1.mjs';
import { signedInClient } from '../support/wamp.mjs';

const maxMessage = 65_536;
const isRoot = process.getuid() === 0;

let folder;
let stack;
let subscriber;
let socket;
let port;
const directives = (more = '', socketOptions = '') => `
TorrentWsMaxMessageSize ${maxMessage}
TorrentWsAllow subscribe com.example.*
TorrentWsAllow publish   com.example.unix.* role=publisher user=unix
TorrentWsAllow publish   com.example.zmq.*  role=publisher user=zmq
TorrentWsPublishSocket ${socket} ${socketOptions}
${more}`;
const zmqBind = (address = '127.0.0.1') => `TorrentWsZmqBind tcp://${address}:${port}\n`;

before(async () => {
  folder = publishersFolder();
  socket = path.join(folder, 'publish.sock');
  port = await freePort();
  stack = await startStack({ backend: noDaemon, conf: directives(zmqBind()) });
  subscriber = await signedInClient(stack);
});
after(async () => {
  await subscriber?.close();
  await stack?.stop([/ TWS0304: /, / TWS0502: /, / TWS0503: /, / TWS0504: /, / TWS0505: /]);
  fs.rmSync(folder, { recursive: true });
});

const helper = () => path.join(stack.root, 'php/TorrentWsPublisher.php');
const published = async (way) => (await stack.status()).publications[way];
const refused = async (way) => (await stack.status()).publications_refused[way];

// With a publisher on the Unix socket.
async function connected(work) {
  const publisher = await LinePublisher.connect(socket);
  try {
    return await work(publisher);
  } finally {
    publisher.close();
  }
}

// With a ZeroMQ client.
async function pushing(options, work) {
  const pusher = new ZmqPusher({ endpoint: `tcp://127.0.0.1:${port}`, ...options });
  try {
    return await work(pusher);
  } finally {
    await pusher.close();
  }
}

describe('the Unix socket', () => {
  const topic = 'com.example.unix.news';

  test('takes a line, and answers with one', async () => {
    const before = await published('unix');
    const events = await subscriber.subscribe(topic, {}, { whole: true });
    await connected(async (publisher) => {
      const answer = await publisher.publish({ topic, kwargs: { n: 1 } });
      const event = await events.next();
      assert.deepEqual(event.kwargs, { n: 1 });
      assert.deepEqual(answer, { id: event.publication, receivers: 1 });
      const [first, second] = await publisher.publish([{ topic }, { topic: 'com.example.zmq.news' }]);
      assert.equal(first.receivers, 1);
      assert.equal(second.error, 'wamp.error.not_authorized');
      assert.equal((await publisher.publish(7)).error, 'wamp.error.invalid_argument');
      publisher.write('no JSON\n');
      assert.equal((await publisher.answer()).error, 'wamp.error.invalid_argument');
    });
    assert.equal(await published('unix'), before + 2);
    await subscriber.unsubscribe(events);
  });

  test('takes lines in pieces and many at once', async () => {
    await connected(async (publisher) => {
      const line = JSON.stringify({ topic });
      publisher.write(line.slice(0, 5));
      await published('unix');
      publisher.write(`${line.slice(5)}\n${`${line}\n`.repeat(999)}`);
      for (let i = 0; i < 1000; ++i) assert.equal((await publisher.answer()).receivers, 0);
    });
  });

  test('answers who ends his side, and has no line feed at the end', async () => {
    const connection = net.connect({ path: socket, allowHalfOpen: true });
    connection.end(`7\n${JSON.stringify({ topic })}`);
    const lines = (await connection.toArray()).join('').split('\n');
    assert.equal(JSON.parse(lines[0]).error, 'wamp.error.invalid_argument');
    assert.equal(JSON.parse(lines[1]).receivers, 0);
    assert.deepEqual(lines.slice(2), ['']);
  });

  test('reads on only as answers are read', async () => {
    await connected(async (publisher) => {
      // Each answer is longer than its line.
      const lines = 100_000;
      publisher.write('[{}]\n'.repeat(lines));
      for (let i = 0; i < lines; ++i) assert.equal((await publisher.answer())[0].error, 'wamp.error.invalid_argument');
    });
  });

  test('takes lines of TorrentWsMaxMessageSize at most', async () => {
    await connected(async (publisher) => {
      const fits = { topic, args: ['x'.repeat(maxMessage - 100)] };
      assert.equal((await publisher.publish(fits)).receivers, 0);
      const answer = await publisher.publish({ topic, args: ['x'.repeat(maxMessage)] });
      assert.equal(answer.error, 'wamp.error.payload_size_exceeded');
      assert.equal(await publisher.answer(), undefined);
    });
  });

  test('is for 256 programs at a time', async () => {
    const publishers = await Promise.all(Array.from({ length: 256 }, () => LinePublisher.connect(socket)));
    await Promise.all(publishers.map((publisher) => publisher.publish({ topic })));
    await connected(async (publisher) => assert.equal((await publisher.answer()).error, 'torrent_ws.error.busy'));
    for (const publisher of publishers) publisher.close();
    await eventually(() => connected(async (publisher) => assert.equal((await publisher.publish({ topic })).receivers, 0)));
  });

  test("is for the site's own PHP", async () => {
    const events = await subscriber.subscribe(topic);
    const code = `$publisher = TorrentWsPublisher::unix($argv[1]);
      foreach ([1, 2] as $n) echo json_encode($publisher->publish('${topic}', [], ['n' => $n])), "\\n";`;
    const answers = (await runPhp(helper(), code, socket)).trim().split('\n').map(JSON.parse);
    assert.deepEqual(answers.map(({ receivers }) => receivers), [1, 1]);
    assert.deepEqual(await events.next(), { n: 1 });
    assert.deepEqual(await events.next(), { n: 2 });
    await subscriber.unsubscribe(events);
  });

  test('is closed to others by its mode, and by who they are', { skip: !isRoot && 'only root can be others' }, async () => {
    assert.equal(fs.statSync(socket).mode & 0o777, 0o660);
    const connect = 'echo json_encode(TorrentWsPublisher::unix($argv[1])->publish($argv[2]));';
    const asNobody = ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '--'];
    const php = ['/usr/bin/php', '-r', `require $argv[3]; ${connect}`, '--', socket, topic, helper()];
    const tryAsNobody = () =>
      new Promise((resolve) => {
        execFile(asNobody[0], [...asNobody.slice(1), ...php], (error, stdout, stderr) => resolve(stdout + stderr));
      });
    assert.match(await tryAsNobody(), /Permission denied/);
    fs.chmodSync(socket, 0o666);
    assert.match(await tryAsNobody(), /wamp\.error\.not_authorized: user \d+ may not publish here/);
    assert.match(stack.errorLog(), / TWS0502: user \d+ may not publish/);

    await reconfigure(stack, directives(zmqBind(), 'mode=0666 group=nogroup user=nobody'));
    assert.equal(fs.statSync(socket).mode & 0o777, 0o666);
    assert.match(await tryAsNobody(), /"receivers":0/);
    await assert.rejects(runPhp(helper(), connect, socket, topic), /may not publish here/);
  });
});

describe('ZeroMQ', () => {
  const topic = 'com.example.zmq.news';

  test('takes messages', async () => {
    const before = await published('zmq');
    const events = await subscriber.subscribe(topic, {}, { whole: true });
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic, args: [1], kwargs: { a: 'b' } });
      const { args, kwargs } = await events.next();
      assert.deepEqual([args, kwargs], [[1], { a: 'b' }]);
      // As Ratchet's examples push it, with a topic beside it.
      await pusher.publish({ topic, event: { category: 'kittens', title: 'new' } });
      assert.deepEqual((await events.next()).args, [{ category: 'kittens', title: 'new' }]);
    });
    assert.equal(await published('zmq'), before + 2);
    await subscriber.unsubscribe(events);
  });

  test('reaches topics that only pages of WAMP v1 can have', async () => {
    const topicOfV1 = 'com.example.zmq.page#chat';
    const page = await V1Client.open(stack);
    page.send([type.subscribe, { topic: topicOfV1, userId: 1, token: await stack.token() }]);
    await pushing({}, (pusher) =>
      eventually(async () => {
        await pusher.publish({ topic: topicOfV1, event: { n: 1 } });
        assert.ok(page.events.length > 0);
      }),
    );
    const [, spelled, event] = await page.events.next();
    assert.deepEqual([spelled.topic, event], [topicOfV1, { n: 1 }]);
    await page.close();
  });

  test('counts what it refuses, and tells why now and then', async () => {
    const before = await refused('zmq');
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic: 'com.example.unix.news' });
      await pusher.push('no JSON');
      await pusher.push('{}', 'a result that nobody waits for');
      await pusher.push('one', 'two', 'three');
      await eventually(async () => assert.equal(await refused('zmq'), before + 4));
    });
    assert.match(stack.errorLog(), / TWS0505: a message over ZeroMQ was refused: no TorrentWsAllow with role=publisher/);
    assert.equal(stack.errorLog().match(/ TWS0505: /g).length, 1);
  });

  test("is for PHP's extension", async () => {
    const events = await subscriber.subscribe(topic);
    const code = `$publisher = TorrentWsPublisher::zmq($argv[1]);
      foreach ([1, 2] as $n) $publisher->publish('${topic}', [], ['n' => $n]);`;
    await runPhp(helper(), code, `tcp://127.0.0.1:${port}`);
    assert.deepEqual(await events.next(), { n: 1 });
    assert.deepEqual(await events.next(), { n: 2 });
    await subscriber.unsubscribe(events);
  });

  test('floods hold up nobody', async () => {
    const before = await published('zmq');
    const flood = 200_000;
    await pushing({ times: flood }, async (pusher) => {
      await pusher.publish({ topic });
      // While messages wait, calls are answered, and each of them is behind a bounded number of messages.
      let answeredMeanwhile = 0;
      for (let now = 0; now < before + flood; now = await published('zmq')) {
        await assert.rejects(subscriber.call('com.example.none'), /not_authorized/);
        ++answeredMeanwhile;
      }
      assert.ok(answeredMeanwhile > 10, `${answeredMeanwhile} calls`);
    });
  });

  test('too large a message ends its connection, and nothing else', async () => {
    const events = await subscriber.subscribe(topic);
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic, args: ['x'.repeat(maxMessage)] });
    });
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic, kwargs: { n: 2 } });
      assert.deepEqual(await events.next(), { n: 2 });
    });
    await subscriber.unsubscribe(events);
  });

  test('keeps its clients at a graceful restart', async () => {
    const events = await subscriber.subscribe(topic);
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic, kwargs: { n: 1 } });
      assert.deepEqual(await events.next(), { n: 1 });
      await reconfigure(stack, directives(zmqBind()));
      await pusher.publish({ topic, kwargs: { n: 2 } });
      assert.deepEqual(await events.next(), { n: 2 });
    });
    await subscriber.unsubscribe(events);
  });

  test('moves with a graceful restart, once its new address is free', async () => {
    const events = await subscriber.subscribe(topic);
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    ({ port } = other.address());
    await reconfigure(stack, directives(zmqBind()));
    await eventually(() => assert.match(stack.errorLog(), / TWS0503: .*Address already in use/));
    await new Promise((resolve) => other.close(resolve));
    await pushing({}, async (pusher) => {
      await pusher.publish({ topic, kwargs: { n: 1 } });
      assert.deepEqual(await events.next(), { n: 1 });
    });
    await subscriber.unsubscribe(events);
  });

  test('can be a file', async () => {
    const events = await subscriber.subscribe(topic);
    const file = path.join(stack.root, 'data/zmq.ipc');
    await reconfigure(stack, directives(`TorrentWsZmqBind ipc://${file}`));
    await pushing({ endpoint: `ipc://${file}` }, async (pusher) => {
      await pusher.publish({ topic, kwargs: { n: 1 } });
      assert.deepEqual(await events.next(), { n: 1 });
    });
    await reconfigure(stack, directives());
    await subscriber.unsubscribe(events);
  });

  test('with CURVE lets in those clients whose keys are listed', async () => {
    const [server, listed, stranger] = await Promise.all([curvePair(), curvePair(), curvePair()]);
    const files = [secretFile(folder, 'server', `${server.secret}\n`)];
    files.push(secretFile(folder, 'clients', `# clients\n\n${listed.public}\n`));
    const curve = `${zmqBind('*')}TorrentWsZmqCurve ${files.join(' ')}\n`;
    await reconfigure(stack, directives(curve));
    const events = await subscriber.subscribe(topic);
    const as = (pair) => ({ curve: { server: server.public, ...pair } });
    await pushing(as(stranger), (kept) =>
      pushing({}, async (plain) => {
        await kept.publish({ topic, kwargs: { by: 'stranger' } });
        await plain.publish({ topic, kwargs: { by: 'plain' } });
        await pushing(as(listed), async (pusher) => {
          await pusher.publish({ topic, kwargs: { by: 'listed' } });
          assert.deepEqual(await events.next(), { by: 'listed' });
        });
        await eventually(() => assert.match(stack.errorLog(), / TWS0504: /));
        assert.equal(events.length, 0);
      }),
    );
    fs.appendFileSync(files[1], `${stranger.public}\n`);
    await reconfigure(stack, directives(curve));
    await pushing(as(stranger), async (pusher) => {
      await pusher.publish({ topic, kwargs: { by: 'no stranger' } });
      assert.deepEqual(await events.next(), { by: 'no stranger' });
    });
    await subscriber.unsubscribe(events);
  });
});
