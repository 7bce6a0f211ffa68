// A program: one client that does as much as it can of something, until it is killed. A process of its own, so that
// only the server's part of it is in what others measure.
//
//   node flooder.mjs BASE CERTIFICATE KIND [TOKEN]
//
// It says `ready` when it begins.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { withPatience } from './patience.mjs';
import { maskedFrame, RawConnection } from './raw-http.mjs';

const ping = 9;
const piece = 64 << 10;
const largeMessage = 16 << 20;
const framesAtOnce = 50;

const requests = {
  'calls that the daemon answers': (id) => [48, id, {}, 'session.stats', [], {}],
  'commands': (id) => [48, id, {}, 'torrent.reannounce', [], { ids: ['0'.repeat(40)] }],
  'calls that the event loop answers': (id) => [48, id, {}, 'torrents.snapshot', [], {}],
  'calls of nothing': (id) => [48, id, {}, 'no.such.procedure', [], {}],
  'subscriptions': (id) => [32, id, {}, 'torrents'],
};

// What of RawConnection's is not read, is dropped here.
function sendWithoutEnd({ socket }, next) {
  socket.removeAllListeners('data');
  socket.on('data', () => {});
  const write = () => {
    while (socket.writable && socket.write(next()));
  };
  socket.on('drain', write);
  write();
  return new Promise((resolve) => socket.once('close', resolve));
}

function framesOf(make) {
  let id = 0;
  return () => Buffer.concat(Array.from({ length: framesAtOnce }, () => maskedFrame(JSON.stringify(make((id += 1))))));
}

async function openWebSocket({ base, certificate }) {
  const connection = await RawConnection.open(base, certificate);
  connection.socket.on('error', () => {}); // the server may end it at any time
  assert.equal(await connection.upgrade('/wss/'), 101);
  return connection;
}

async function openSession(options) {
  const connection = await openWebSocket(options);
  const details = { roles: { caller: {}, subscriber: {} }, authmethods: ['ticket'], authid: '1' };
  connection.send(maskedFrame(JSON.stringify([1, 'torrents', details])));
  await connection.text();
  connection.send(maskedFrame(JSON.stringify([5, options.token, {}])));
  assert.equal(JSON.parse(await connection.text())[0], 2);
  return connection;
}

async function floodOfPings(options) {
  const pings = Buffer.concat(Array.from({ length: framesAtOnce }, () => maskedFrame(randomBytes(100), ping)));
  const connection = await openSession(options);
  console.log('ready');
  await sendWithoutEnd(connection, () => pings);
}

async function floodOfGarbage(options) {
  console.log('ready');
  for (;;) await sendWithoutEnd(await openWebSocket(options), () => randomBytes(piece));
}

async function slowMessage(options) {
  const connection = await openSession(options);
  const frame = maskedFrame(Buffer.alloc(largeMessage - 1024, 'x'));
  let sent = largeMessage - piece;
  connection.send(frame.subarray(0, sent));
  console.log('ready');
  setInterval(() => connection.send(frame.subarray(sent, (sent += 100))), 10);
  await new Promise((resolve) => connection.socket.once('close', resolve));
}

async function floodOfRequests(options) {
  const connection = await openSession(options);
  console.log('ready');
  await sendWithoutEnd(connection, framesOf(requests[options.kind]));
}

const special = {
  'pings': floodOfPings,
  'garbage, again and again': floodOfGarbage,
  'a message of 16 MiB that comes slowly': slowMessage,
};

export const floods = [...Object.keys(requests), ...Object.keys(special)];

const program = fileURLToPath(import.meta.url);

// Starts one against a stack; resolves, when it has begun, with a function that ends it and resolves with whether the
// server had ended it before.
export async function startFlood(stack, scheme, kind) {
  const base = scheme === 'ws' ? stack.httpUrl : stack.tlsUrl;
  const args = [program, base, `${stack.root}/certificate.pem`, kind, await stack.token()];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await withPatience(once(child.stdout, 'data'), `a flood of ${kind}`);
  return async () => {
    const hadEnded = child.exitCode !== null;
    child.kill('SIGKILL');
    await exited;
    return hadEnded;
  };
}

if (process.argv[1] === program) {
  const [base, certificate, kind, token] = process.argv.slice(2);
  await (special[kind] ?? floodOfRequests)({ base, certificate: fs.readFileSync(certificate), kind, token });
  process.exit();
}
