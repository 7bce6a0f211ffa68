// The load generator, tests/bench/connect.cpp: fast enough not to be what is measured.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));
const program = path.join(path.resolve(process.env.BUILD || path.join(repository, 'build')), 'bench/connect');

// {completed, failed, seconds, cpu, firstFailure}. base: an http or https URL. The other options are the program's.
export async function generateLoad(base, options) {
  const { protocol, port } = new URL(base);
  const all = { port, tls: protocol === 'https:' ? 1 : 0, ...options };
  const { stdout } = await run(
    program,
    Object.entries(all).map(([name, value]) => `${name}=${value}`),
  );
  return JSON.parse(stdout);
}
