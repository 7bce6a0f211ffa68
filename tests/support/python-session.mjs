// A session of autobahn-python in a process of its own, with asyncio or Twisted.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

import { RemoteSession } from './remote-session.mjs';
import { fromText, toText } from './session-values.mjs';

const program = fileURLToPath(new URL('autobahn_python.py', import.meta.url));

// certificate: a file with what to trust, for wss.
export async function openPythonSession({ framework, serializer, url, realm, certificate }) {
  const trusted = url.startsWith('wss:') ? [certificate] : [];
  const child = spawn('/usr/bin/python3', [program, framework, serializer, url, realm, ...trusted], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const session = new RemoteSession(
    (message) => child.stdin.write(`${toText(message)}\n`),
    (bytes) => bytes,
  );
  let trouble = '';
  child.stderr.on('data', (data) => (trouble += data));
  child.stdin.on('error', () => {}); // it is gone, which its end tells
  readline.createInterface({ input: child.stdout }).on('line', (line) => session.take(fromText(line)));
  const ended = once(child, 'close');
  ended.then(([code]) => session.fail(new Error(`${program} ended with ${code}: ${trouble}`)));
  // The process is gone with its session, which tells whoever still waits.
  const { close } = session;
  return Object.assign(await session.join(), {
    async close() {
      await close.call(session);
      await ended;
    },
  });
}
