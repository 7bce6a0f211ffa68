// A stack's token database, locked by a PHP process as a site's own may do it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { asHttpdUser } from './httpd-user.mjs';
import { withPatience } from './patience.mjs';
import { phpCommand } from './php.mjs';

// Locks it; resolves with a function that ends that.
export async function lockDatabase(stack) {
  const [file, ...args] = asHttpdUser(
    ...phpCommand(
      `$database = new PDO('sqlite:' . $argv[1]);
       $database->exec('PRAGMA busy_timeout = 60000');
       $database->exec('BEGIN EXCLUSIVE');
       echo 'locked';
       fgets(STDIN);
       $database->exec('COMMIT');`,
      stack.database,
    ),
  );
  const env = { HELPER: path.join(stack.root, 'php/TorrentWsTokens.php') };
  const php = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  await withPatience(once(php.stdout, 'data'), 'the lock');
  return async () => {
    php.stdin.end('\n');
    assert.deepEqual(await withPatience(once(php, 'exit'), 'the end of PHP'), [0, null]);
  };
}
