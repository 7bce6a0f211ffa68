// torrent-wsctl at a stack, and its socket without it.

import { execFile, spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';

import { EventQueue } from './event-queue.mjs';
import { withPatience } from './patience.mjs';

// The path that the stack's torrent-ws is administered at.
export const controlSocket = (stack) => path.join(stack.root, 'run/torrent-ws.ctl');

const program = (stack) => path.join(stack.root, 'programs/torrent-wsctl');
const words = (stack, args) => ['--socket', controlSocket(stack), ...args.map(String)];

// {code, stdout, stderr} of a command that ends. user: whom it runs as.
export function torrentWsctl(stack, args, { user } = {}) {
  const become = user ? ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--'] : [];
  const [file, ...rest] = [...become, program(stack), ...words(stack, args)];
  const ended = new Promise((resolve) => {
    execFile(file, rest, { maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
  return withPatience(ended, `torrent-wsctl ${args.join(' ')}`);
}

// A `watch` that runs: events, a queue of what it printed; ended, the promise of {code, stderr}; process.
export function watchTopic(stack, topic) {
  const process = spawn(program(stack), words(stack, ['watch', topic]), { stdio: ['ignore', 'pipe', 'pipe'] });
  const events = new EventQueue();
  readline.createInterface({ input: process.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  let stderr = '';
  process.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => process.once('close', (code) => resolve({ code, stderr })));
  return { process, events, ended: () => withPatience(ended, `the end of watch ${topic}`) };
}

// A connection to the socket that sends just what a test says. lines: a queue of the answers, parsed.
export class RawAdmin {
  lines = new EventQueue();
  #ended;
  #unfinished = '';

  constructor(stack) {
    this.socket = net.connect(controlSocket(stack));
    this.socket.setEncoding('utf8').on('data', (text) => this.#take(text));
    this.#ended = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('error', () => {}); // a reset is an end, too
  }

  // The last line may have no end.
  #take(text) {
    const lines = text.split('\n');
    lines[0] = this.#unfinished + lines[0];
    this.#unfinished = lines.pop();
    for (const line of lines) this.lines.push(JSON.parse(line));
  }

  send(text) {
    this.socket.write(text);
  }

  ask(request) {
    this.send(`${JSON.stringify(request)}\n`);
    return this.lines.next();
  }

  ended() {
    return withPatience(this.#ended, 'the end of an administrator');
  }
}
