// A real OpenSSH server on a loopback port, and forwards through it (ssh -N -L).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { freePort } from '../../conf/demo/network.mjs';
import { asHttpdUser, runAsHttpdUser } from './httpd-user.mjs';
import { eventually } from './patience.mjs';

async function isListening(port) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

// The process when it listens on this port.
async function listening(command, port) {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  await eventually(async () => {
    assert.equal(child.exitCode, null, said);
    await isListening(port);
  });
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export class SshServer {
  #folder;
  #child;
  #port;

  // Serves the user that it runs as, httpd's, with keys of its own; nothing of the machine's settings is read.
  static async start(stack) {
    const server = new SshServer();
    server.#folder = path.join(stack.root, 'data/ssh');
    server.#port = await freePort();
    const file = (name) => path.join(server.#folder, name);
    await runAsHttpdUser(['mkdir', server.#folder]);
    for (const name of ['host', 'client']) {
      await runAsHttpdUser(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
    }
    fs.writeFileSync(file('known_hosts'), `[127.0.0.1]:${server.#port} ${fs.readFileSync(file('host.pub'))}`);
    fs.writeFileSync(
      file('sshd_config'),
      `
ListenAddress 127.0.0.1:${server.#port}
HostKey ${file('host')}
AuthorizedKeysFile ${file('client.pub')}
PidFile none
# The folder is below /tmp, where others may write, too.
StrictModes no
PasswordAuthentication no
UsePAM no
AllowTcpForwarding local
`,
    );
    const sshd = path.join(stack.root, 'packages/usr/sbin/sshd');
    server.#child = await listening(asHttpdUser(sshd, '-D', '-e', '-f', file('sshd_config')), server.#port);
    return server;
  }

  // A forward of one port of this machine to another one; resolves with what ends it.
  async forward(from, to) {
    const file = (name) => path.join(this.#folder, name);
    const user = (await runAsHttpdUser(['id', '--user', '--name'])).trim();
    const options = ['-F', 'none', '-i', file('client'), '-o', `UserKnownHostsFile=${file('known_hosts')}`];
    const command = ['ssh', ...options, '-N', '-L', `127.0.0.1:${from}:127.0.0.1:${to}`, '-p', this.#port, `${user}@127.0.0.1`];
    const child = await listening(asHttpdUser(...command), from);
    return () => end(child);
  }

  stop() {
    return end(this.#child);
  }
}
