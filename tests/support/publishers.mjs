// Those who publish from outside: signed requests, programs on the Unix socket, and ZeroMQ's.

import { spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { withPatience } from './patience.mjs';

// A folder that httpd's user can reach: keys and sockets that a configuration names before the stack is there.
export function publishersFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-publish-'));
  fs.chmodSync(folder, 0o755);
  return folder;
}

// Writes a file that only root can read; gives its path.
export function secretFile(folder, name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text, { mode: 0o600 });
  return file;
}

// The query that signs `body`; `parts` are in the place of the right ones.
export function signature({ key, secret }, body, parts = {}) {
  const signed = {
    key,
    timestamp: new Date().toISOString(),
    seq: '1',
    nonce: String(randomInt(2 ** 47)),
    ...parts,
  };
  const text = signed.key + signed.timestamp + signed.seq + signed.nonce + body;
  const digest = createHmac('sha256', secret).update(text).digest('base64url');
  return new URLSearchParams({ ...signed, signature: digest, ...(parts.signature && { signature: parts.signature }) });
}

// POST of a publication: {status, headers, body}, the body parsed where it is JSON.
export async function post(url, body, { query = '', headers = {}, method = 'POST' } = {}) {
  const response = await fetch(`${url}?${query}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(method !== 'GET' && { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

// A program on the socket of TorrentWsPublishSocket.
export class LinePublisher {
  #socket;
  #lines;

  static async connect(file) {
    const publisher = new LinePublisher();
    publisher.#socket = net.connect(file);
    publisher.#lines = readline.createInterface({ input: publisher.#socket })[Symbol.asyncIterator]();
    await once(publisher.#socket, 'connect');
    return publisher;
  }

  write(text) {
    this.#socket.write(text);
  }

  // The next answer, or undefined when the server has hung up.
  async answer() {
    const { value } = await withPatience(this.#lines.next(), 'an answer');
    return value && JSON.parse(value);
  }

  // What `publication`, a value, is answered.
  publish(publication) {
    this.write(`${JSON.stringify(publication)}\n`);
    return this.answer();
  }

  close() {
    this.#socket.destroy();
  }
}

const pusher = `
import json, sys, zmq
options = json.loads(sys.argv[1])
socket = zmq.Context().socket(zmq.PUSH)
socket.linger = -1
socket.sndhwm = 0
if 'curve' in options:
    socket.curve_serverkey = options['curve']['server'].encode()
    socket.curve_publickey = options['curve']['public'].encode()
    socket.curve_secretkey = options['curve']['secret'].encode()
socket.connect(options['endpoint'])
for line in sys.stdin:
    frames = [frame.encode() for frame in json.loads(line)]
    for i in range(options.get('times', 1)):
        socket.send_multipart(frames)
    print('sent', flush=True)
`;

// A ZeroMQ client (pyzmq): pushes messages, each a list of frames. `curve` are its keys and the server's.
export class ZmqPusher {
  #process;
  #lines;

  constructor(options) {
    this.#process = spawn('/usr/bin/python3', ['-c', pusher, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = readline.createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  // Resolves when libzmq has it, which may be long before it is sent.
  async push(...frames) {
    this.#process.stdin.write(`${JSON.stringify(frames)}\n`);
    await withPatience(this.#lines.next(), 'a message that is pushed');
  }

  // A publication, a value.
  publish(publication) {
    return this.push(JSON.stringify(publication));
  }

  async close() {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

// {public, secret}: a pair of keys for CURVE, in Z85.
export async function curvePair() {
  const python = spawn('/usr/bin/python3', ['-c', 'import zmq; print(*[key.decode() for key in zmq.curve_keypair()])']);
  let output = '';
  python.stdout.on('data', (data) => (output += data));
  await once(python, 'close');
  const [publicKey, secret] = output.trim().split(' ');
  return { public: publicKey, secret };
}
