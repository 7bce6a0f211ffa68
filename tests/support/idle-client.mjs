// A program: a signed-in client in a process of its own, that a test can stop as if its machine had gone.
//
//   node idle-client.mjs URL CERTIFICATE TOKEN [TOPIC]
//
// It says `ready` when it is in, and has its first event of the topic.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { withPatience } from './patience.mjs';
import { endpoint, WampClient } from './wamp.mjs';

const program = fileURLToPath(import.meta.url);

// Resolves with {pid, end()} when it is in.
export async function startIdleClient(stack, scheme, topic) {
  const { url } = endpoint(stack, scheme);
  const args = [program, url, `${stack.root}/certificate.pem`, await stack.token(), ...(topic ? [topic] : [])];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await withPatience(once(child.stdout, 'data'), 'an idle client');
  return {
    pid: child.pid,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

if (process.argv[1] === program) {
  const [url, certificate, token, topic] = process.argv.slice(2);
  const client = await WampClient.open(url, { ca: fs.readFileSync(certificate) });
  await client.signIn(1, token);
  if (topic) await (await client.subscribe(topic)).next();
  console.log('ready');
}
