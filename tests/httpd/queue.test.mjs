// The talk's job queue: jobs go out over ZeroMQ to workers that are anywhere, results come in at TorrentWsZmqBind. Workers
// in PHP and Python, one that is lost, and results that nobody asked for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, afterEach, before, describe, test } from 'node:test';
import readline from 'node:readline';

import { freePort } from '../../conf/demo/network.mjs';
import { EventQueue } from '../support/event-queue.mjs';
import { eventually } from '../support/patience.mjs';
import { curvePair, publishersFolder, secretFile, ZmqPusher } from '../support/publishers.mjs';
import { notAuthorized } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

const handlers = fileURLToPath(new URL('../../htdocs/handlers/', import.meta.url));
const commands = {
  php: ['/usr/bin/php', `${handlers}reports.php`],
  python: ['/usr/bin/python3', `${handlers}reports.py`],
};
// They hang up on who calls, and say later what went wrong.
const closers = {
  php: ['/usr/bin/php', '-r', `
require '${handlers}../php/TorrentWsHandler.php';
(new class extends TorrentWsHandler {
    private $error;
    public function onCall(TorrentWsConnection $conn, $id, TorrentWsTopic $topic, array $params)
    {
        if ($topic->getId() === 'com.example.raw.error') {
            return $this->error;
        }
        if ($topic->getId() === 'com.example.raw.late') {
            $conn->callResult($id, null);
        }
        try {
            $conn->close('go');
        } catch (LogicException $e) {
            $this->error = $e->getMessage();
        }
    }
})->runZmq($argv[1], $argv[2]);`],
  python: ['/usr/bin/python3', '-c', `
import sys
sys.path.insert(0, '${handlers}../python')
sys.dont_write_bytecode = True
from torrent_ws_handler import Handler
class Closer(Handler):
    def on_call(self, conn, procedure, args, kwargs):
        if procedure == 'com.example.raw.error':
            return self.error
        if procedure == 'com.example.raw.late':
            conn.accept()
        try:
            conn.close('go')
        except RuntimeError as error:
            self.error = str(error)
Closer().run_zmq(sys.argv[1], sys.argv[2])
`],
};
const unavailable = wampError('torrent_ws.error.handler_unavailable');
const whole = { whole: true };

const puller = `
import json, sys, zmq
socket = zmq.Context().socket(zmq.PULL)
socket.connect(sys.argv[1])
print('up', flush=True)
while True:
    header, body = socket.recv_multipart()
    print(json.dumps([json.loads(header), json.loads(body)]), flush=True)
`;

const started = new Set();
// A worker's process, which lives until the test ends.
function start([program, ...args]) {
  const worker = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.add(worker);
  return worker;
}
async function kill(worker) {
  started.delete(worker);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

// A worker that answers nothing by itself: `jobs` is the queue of what it was given, {header, body}.
async function idleWorker(address) {
  const worker = start(['/usr/bin/python3', '-c', puller, address]);
  const lines = readline.createInterface({ input: worker.stdout });
  await once(lines, 'line');
  const jobs = new EventQueue();
  lines.on('line', (line) => {
    const [header, body] = JSON.parse(line);
    jobs.push({ header, body });
  });
  return { jobs, end: () => kill(worker) };
}

let stack;
let addresses;
let results;
let client;
before(async () => {
  const [bind, ...ports] = await Promise.all(Array.from({ length: 3 }, () => freePort()));
  results = `tcp://127.0.0.1:${bind}`;
  addresses = ports.map((port) => `tcp://127.0.0.1:${port}`);
  stack = await startStack({
    backend: noDaemon,
    conf: `
TorrentWsAllow subscribe,publish,call com.example.*
TorrentWsAllow publish com.example.reports.* role=publisher
TorrentWsZmqBind ${results}
TorrentWsHandler reports ${addresses[0]} com.example.reports.*
TorrentWsHandler raw ${addresses[1]} com.example.raw.* timeout=2s queue=10
`,
  });
  client = await signedInClient(stack, { userId: 2 });
});
after(async () => {
  await client?.close();
  await stack?.stop([/ TWS0(?:212|304|505): /]);
});
afterEach(() => Promise.all([...started].map(kill)));

for (const [language, command] of Object.entries(commands)) {
  test(`a worker in ${language} does the work of the page that subscribes, which need not wait for it`, async () => {
    start([...command, addresses[0], results]);
    const other = await signedInClient(stack, { userId: 3 });
    const [report, another] = await Promise.all(
      [client, other].map((one) => one.subscribe(`com.example.reports.${language}`, {}, whole)));
    assert.deepEqual((await report.next()).args, [{ report: `com.example.reports.${language} is done`, for: '2' }]);
    assert.deepEqual((await another.next()).args, [{ report: `com.example.reports.${language} is done`, for: '3' }]);
    assert.equal(await client.ask('com.example.reports.call'), 'com.example.reports.call is done');
    await assert.rejects(client.subscribe('com.example.reports.secret'), notAuthorized);
    await other.close();
  });
}

test('workers in several languages share the work', async () => {
  for (const command of Object.values(commands)) start([...command, addresses[0], results]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.ask('com.example.reports.many')));
  assert.ok(answers.every((answer) => answer === 'com.example.reports.many is done'));
});

describe('a worker', () => {
  let answers;
  before(() => {
    answers = new ZmqPusher({ endpoint: results });
  });
  after(() => answers.close());
  const answer = (job, members, body = '') => {
    const { id, attempt } = job.header;
    return answers.push(JSON.stringify({ type: 'result', id, attempt, ...members }), body);
  };

  test('is given what a process is', async () => {
    const worker = await idleWorker(addresses[1]);
    const result = client.call('com.example.raw.add', { b: 2 }, [1]);
    const job = await worker.jobs.next();
    assert.equal(job.header.type, 'job');
    assert.equal(job.header.name, 'call');
    assert.ok(job.header.deadline_ms > 0 && job.header.deadline_ms <= 2000);
    assert.deepEqual(job.body, {
      session: client.id, user: '2', role: 'user', address: '127.0.0.1',
      procedure: 'com.example.raw.add', args: [1], kwargs: { b: 2 },
    });
    await answer(job, {}, '[[],{"sum":3}]');
    assert.equal((await result).sum, 3);
  });

  test('may change what is published', async () => {
    const worker = await idleWorker(addresses[1]);
    const subscribing = client.subscribe('com.example.raw.topic', {}, whole);
    await answer(await worker.jobs.next(), {});
    const heard = await subscribing;
    const published = client.publish('com.example.raw.topic', { said: 1 }, { exclude_me: false });
    await answer(await worker.jobs.next(), {}, '[["changed"],{"said":2}]');
    await published;
    const { args, kwargs } = await heard.next();
    assert.deepEqual({ args, kwargs }, { args: ['changed'], kwargs: { said: 2 } });
  });

  test('that is lost costs a subscription another try, and no call a second one', async () => {
    const lost = await idleWorker(addresses[1]);
    const subscribing = client.subscribe('com.example.raw.lost');
    const calling = assert.rejects(client.ask('com.example.raw.lost'), wampError('torrent_ws.error.outcome_unknown'));
    const given = [await lost.jobs.next(), await lost.jobs.next()];
    assert.deepEqual(given.map(({ header }) => header.name), ['subscribe', 'call']);
    await lost.end();
    const next = await idleWorker(addresses[1]);
    const again = await next.jobs.next();
    assert.deepEqual([again.header.id, again.header.attempt], [given[0].header.id, given[0].header.attempt]);
    await answer(again, {});
    await subscribing;
    await calling;
    const last = client.ask('com.example.raw.last');
    const job = await next.jobs.next();
    assert.equal(job.body.procedure, 'com.example.raw.last');
    await answer(job, {}, '[["yes"]]');
    assert.equal(await last, 'yes');
  });

  test('answers what it was asked, and nobody else does', async () => {
    const worker = await idleWorker(addresses[1]);
    const before = (await stack.status()).publications_refused.zmq;
    const result = client.ask('com.example.raw.guarded');
    const job = await worker.jobs.next();
    const forged = [
      { attempt: 'f'.repeat(32) }, { attempt: '' }, { attempt: null }, { id: job.header.id + 1 }, { id: 'x' }, { type: undefined },
    ];
    for (const members of forged) await answer(job, members, '[["forged"]]');
    await answers.push('no JSON', '[["forged"]]');
    await answers.push(JSON.stringify({ type: 'close', session: client.id }), '');
    await answer(job, {}, '[["true"]]');
    assert.equal(await result, 'true');
    // A second answer is as late as a forged one.
    await answer(job, {}, '[["again"]]');
    await eventually(async () => {
      assert.equal((await stack.status()).publications_refused.zmq - before, forged.length + 3);
    });
    assert.match(stack.errorLog(), /TWS0505: .*no job has its id and attempt/);
  });

  test('ends a connection of whose job it has', async () => {
    const worker = await idleWorker(addresses[1]);
    const leaving = await signedInClient(stack, { userId: 3 });
    leaving.ask('com.example.raw.closing').catch(() => {});
    const job = await worker.jobs.next();
    await answer(job, { type: 'close', session: leaving.id, reason: 'go' });
    assert.equal((await leaving.ended()).code, 1008);
    assert.equal(leaving.goodbye, 'wamp.close.killed');
    await answer(job, {});
  });

  test('is given no jobs of those who have left', async () => {
    const leaving = await signedInClient(stack, { userId: 3 });
    leaving.subscribe('com.example.raw.ghost').catch(() => {});
    leaving.ask('com.example.raw.ghost').catch(() => {});
    await leaving.ask('torrents.snapshot');
    await leaving.close();
    const worker = await idleWorker(addresses[1]);
    const asked = client.ask('com.example.raw.there');
    const job = await worker.jobs.next();
    assert.equal(job.body.procedure, 'com.example.raw.there');
    await answer(job, {}, '[["yes"]]');
    assert.equal(await asked, 'yes');
  });

  for (const [language, command] of Object.entries(closers)) {
    test(`in ${language} hangs up before it has answered, and is told that it cannot later`, async () => {
      start([...command, addresses[1], results]);
      const leaving = await signedInClient(stack, { userId: 3 });
      leaving.ask('com.example.raw.early').catch(() => {});
      assert.equal((await leaving.ended()).code, 1008);
      await client.ask('com.example.raw.late');
      assert.match(await client.ask('com.example.raw.error'), /before it has answered/);
    });
  }

  test('publishes to topics of the jobs that it has', async () => {
    const worker = await idleWorker(addresses[1]);
    const foreign = await client.subscribe('com.example.foreign', {}, whole);
    const refused = assert.rejects(client.ask('com.example.raw.publishing'), wampError('com.example.error.no'));
    const job = await worker.jobs.next();
    await answer(job, { type: 'publish' }, JSON.stringify({ topic: 'com.example.foreign', event: 'never' }));
    await answer(job, { type: 'error', error: 'com.example.error.no', message: 'no' });
    await refused;
    await client.publish('com.example.foreign', {}, { args: ['mine'], exclude_me: false });
    assert.deepEqual((await foreign.next()).args, ['mine']);
  });
});

test('without workers a job fails in time, and others go on', async () => {
  const asked = [client.subscribe('com.example.raw.alone'), client.ask('com.example.raw.alone')].map((one) =>
    assert.rejects(one, unavailable));
  assert.ok(await client.call('torrents.snapshot'));
  await Promise.all(asked);
});

test('what waits is bounded', async () => {
  const asked = await Promise.allSettled(Array.from({ length: 50 }, () => client.ask('com.example.raw.many')));
  assert.ok(asked.every(({ reason }) => unavailable(reason)));
  assert.ok((await stack.status()).handlers.raw.refused >= 50);
});

test('with CURVE, workers are those whose keys are listed', async () => {
  const folder = publishersFolder();
  const [server, worker] = [await curvePair(), await curvePair()];
  const [bind, port] = await Promise.all([freePort(), freePort()]);
  const guarded = await startStack({
    backend: noDaemon,
    conf: `
TorrentWsAllow subscribe,call com.example.reports.*
TorrentWsZmqBind tcp://*:${bind}
TorrentWsZmqCurve ${secretFile(folder, 'server', server.secret)} ${secretFile(folder, 'clients', `${worker.public}\n`)}
TorrentWsHandler reports tcp://*:${port} com.example.reports.* timeout=2s
`,
  });
  const page = await signedInClient(guarded, { userId: 2 });
  const ends = [`tcp://127.0.0.1:${port}`, `tcp://127.0.0.1:${bind}`];
  const stranger = await curvePair();
  const keys = (name, own) => secretFile(folder, name, `${server.public}\n${own.public}\n${own.secret}\n`);
  start([...commands.python, ...ends, keys('stranger', stranger)]);
  start([...commands.php, ...ends]);
  await assert.rejects(page.ask('com.example.reports.call'), unavailable);
  for (const [language, command] of Object.entries(commands)) {
    const ours = start([...command, ...ends, keys(language, worker)]);
    assert.equal(await eventually(() => page.ask('com.example.reports.call')), 'com.example.reports.call is done');
    await kill(ours);
  }
  await page.close();
  await guarded.stop([/ TWS0(?:304|504): /]);
  fs.rmSync(folder, { recursive: true });
});
