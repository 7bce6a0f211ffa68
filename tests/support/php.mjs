// Runs PHP code with the token helper, as the user that the site's own PHP runs as.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// What `code` prints. It finds the helper loaded and `args` in $argv from index 1 on.
export async function runPhp(helper, code, ...args) {
  const program = `require getenv('HELPER'); ${code}`;
  const php = ['/usr/bin/php', '-d', 'display_errors=stderr', '-r', program, '--', ...args.map(String)];
  const become = process.getuid() === 0 ? ['--reuid', 'www-data', '--regid', 'www-data', '--clear-groups'] : [];
  const { stdout } = await run('setpriv', [...become, '--', ...php], { env: { HELPER: helper } });
  return stdout;
}
