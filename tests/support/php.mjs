// Runs PHP code with the token helper, as the user that the site's own PHP runs as.

import { runAsHttpdUser } from './httpd-user.mjs';

// The command line for PHP code that finds the helper of $HELPER loaded and `args` in $argv from index 1 on.
export function phpCommand(code, ...args) {
  return ['/usr/bin/php', '-d', 'display_errors=stderr', '-r', `require getenv('HELPER'); ${code}`, '--', ...args];
}

// What such code prints.
export function runPhp(helper, code, ...args) {
  return runAsHttpdUser(phpCommand(code, ...args), { env: { HELPER: helper } });
}
