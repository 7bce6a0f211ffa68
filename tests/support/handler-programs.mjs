// The handlers of tests, with the libraries that they use, where httpd's user can read them.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

// The folder, which belongs to the caller.
export function handlerPrograms() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-handlers-'));
  fs.chmodSync(folder, 0o755);
  for (const name of ['php', 'python']) fs.cpSync(path.join(repository, 'htdocs', name), path.join(folder, name), { recursive: true });
  fs.cpSync(path.join(repository, 'tests/support/handlers'), path.join(folder, 'handlers'), { recursive: true });
  return folder;
}
