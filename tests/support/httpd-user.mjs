// Commands as the user that httpd's children, torrent-ws and the site's PHP run as.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// The command line that becomes that user first.
export function asHttpdUser(...command) {
  const become = process.getuid() === 0 ? ['--reuid', 'www-data', '--regid', 'www-data', '--clear-groups'] : [];
  return ['setpriv', ...become, '--', ...command.map(String)];
}

// What the command prints.
export async function runAsHttpdUser(command, options = {}) {
  const [file, ...args] = asHttpdUser(...command);
  return (await run(file, args, options)).stdout;
}
