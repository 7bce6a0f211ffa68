// openssl s_client as the client end of a connection: it does on command what node's TLS cannot.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';
import { Duplex } from 'node:stream';

import { EventQueue } from './event-queue.mjs';
import { RawConnection } from './raw-http.mjs';

const acknowledgements = ['KEYUPDATE', 'RENEGOTIATING'];

export class OpensslConnection extends RawConnection {
  #process;
  #messages;
  #done = new EventQueue();

  // messages: a file for the TLS messages that come and go. options: further ones of s_client.
  static open(base, messages, options = []) {
    const common = ['-brief', '-msg', '-msgfile', messages, '-connect', new URL(base).host];
    const client = spawn('openssl', ['s_client', ...common, ...options]);
    return new OpensslConnection(client, messages);
  }

  constructor(client, messages) {
    super(Duplex.from({ readable: client.stdout, writable: client.stdin }));
    this.#process = client;
    this.#messages = messages;
    readline.createInterface({ input: client.stderr }).on('line', (line) => {
      if (acknowledgements.includes(line)) this.#done.push(line);
    });
  }

  // One of the command letters of s_client, which takes one at a time; resolves when it has done it.
  command(letter) {
    this.send(letter);
    return this.#done.next();
  }

  // How many TLS messages went to the server ('>>>') or came from it ('<<<') that match.
  count(direction, pattern) {
    const lines = fs.readFileSync(this.#messages, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(direction) && pattern.test(line)).length;
  }

  close() {
    this.#process.kill();
  }
}
