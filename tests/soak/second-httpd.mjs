// A second httpd beside a stack's own, of the same configuration but for its ports, its files and what is changed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

import { freePort } from '../../conf/demo/network.mjs';
import { eventually, withPatience } from '../support/patience.mjs';

export class SecondHttpd {
  // urls: those of the stack that it has to serve too; each gets a port of its own, in `urls` again.
  // wrapper: the command that httpd is started by. alter: a function of the configuration. lines: further directives.
  static async start(
    stack,
    name,
    { urls = [stack.httpUrl, stack.tlsUrl], wrapper = [], alter = (text) => text, lines = [] } = {},
  ) {
    const folder = path.join(stack.root, name);
    for (const each of ['logs', 'run']) fs.mkdirSync(path.join(folder, each), { recursive: true });
    const ports = urls.map((url) => new URL(url).port);
    const fresh = await Promise.all(ports.map(freePort));
    const renumber = (text) => ports.reduce((result, port, at) => result.replaceAll(port, fresh[at]), text);

    const file = path.join(folder, 'httpd.conf');
    fs.writeFileSync(file, alter(renumber(withIncluded(path.join(stack.root, 'httpd.conf')))));
    const own = [
      `PidFile ${folder}/run/httpd.pid`,
      `DefaultRuntimeDir ${folder}/run`,
      `ErrorLog ${folder}/logs/error.log`,
    ];
    const options = ['-DFOREGROUND', '-f', file, ...[...own, ...lines].flatMap((line) => ['-c', line])];
    const [program, ...args] = [...wrapper, '/usr/sbin/apache2', ...options];
    // At its stop, prefork sends a signal to its process group.
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    const httpd = new SecondHttpd(
      child,
      folder,
      urls.map((url, at) => url.replace(ports[at], fresh[at])),
    );
    await eventually(() => fs.accessSync(path.join(folder, 'run/httpd.pid')));
    return httpd;
  }

  constructor(child, folder, urls) {
    this.exited = once(child, 'exit');
    Object.assign(this, { child, pid: child.pid, folder, urls });
  }

  // Gracefully, since httpd then gives its children the time they need. Resolves when it is gone.
  async stop() {
    this.child.kill('SIGWINCH');
    await withPatience(this.exited, 'the end of httpd');
  }
}

// The text of a configuration with what it includes, definitions applied to the names of the files.
function withIncluded(file) {
  const text = fs.readFileSync(file, 'utf8');
  const [, extra] = /^Define EXTRA_CONFIGURATION "(.*)"$/m.exec(text) ?? [];
  return text.replace(/^Include "(.*)"$/m, (line, main) =>
    fs
      .readFileSync(main, 'utf8')
      .replace(/^ *Include "\${EXTRA_CONFIGURATION}"$/m, () => (extra ? fs.readFileSync(extra, 'utf8') : '')),
  );
}
