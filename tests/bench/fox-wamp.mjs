// The peer: fox-wamp, a WAMP v2 router of npm's, in a process of its own.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// {url, realm, pid, stop()}.
export async function startFoxWamp() {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [{ port }] = await once(child, 'message');
  return { url: `ws://127.0.0.1:${port}/`, realm: 'realm1', pid: child.pid, stop: () => child.kill() };
}

if (process.argv[2] === 'serve') {
  const { default: Router } = await import('fox-wamp');
  const router = new Router();
  router.getRealm('realm1', () => {});
  const server = router.listenWAMP({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  process.send({ port: server.address().port });
  process.on('disconnect', () => process.exit());
}
