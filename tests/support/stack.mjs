// A running demo for tests: httpd with the module, PHP and a BitTorrent daemon, on ports of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

import { freePort, get } from '../../conf/demo/network.mjs';
import { TransmissionRpc } from '../../conf/demo/transmission.mjs';
import { httpdStopRace, unexpectedLines } from './error-log.mjs';
import { runPhp } from './php.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
// A stack that does not serve by then never will: torrent-ws may be dying again and again.
const startMilliseconds = 180_000;
export const build = path.resolve(process.env.BUILD || path.join(repository, 'build'));
// The address of a backend for tests that need none: nobody listens there, so a stack starts faster.
export const noDaemon = 'http://127.0.0.1:9/transmission/rpc';
let started = 0;

// Resolves when everything serves. mpm: event, worker or prefork. backend: the RPC address of a daemon that
// stands in for the demo's own. daemon: another program than Debian's for the demo's own. conf: httpd directives that are
// included last. logLevel: httpd's LogLevel. environment: further variables that httpd gets. withoutDatabase: nobody can sign
// in by token.
export async function startStack(given = {}) {
  const { port, tlsPort, mpm = 'event', backend, daemon, conf, testEndpoints, logLevel, environment = {} } = given;
  const directory = path.join(build, 'tests', `${process.pid}-${++started}`);
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  const options = {
    BUILD: build,
    DIRECTORY: directory,
    PORT: port ?? (await freePort()),
    TLS_PORT: tlsPort ?? (await freePort()),
    MPM: mpm,
    BACKEND: backend ?? '',
    DAEMON: daemon ?? '',
    CONF: conf === undefined ? '' : `${directory}.conf`,
    TEST_ENDPOINTS: testEndpoints ? '1' : '',
    WITHOUT_DATABASE: given.withoutDatabase ? '1' : '',
    LOGLEVEL: logLevel ?? '',
    HTTPD_ENVIRONMENT: JSON.stringify(environment),
  };
  if (conf !== undefined) fs.writeFileSync(options.CONF, conf);

  // The signal ends the demo even when the test's own process is killed.
  const command = [process.execPath, path.join(repository, 'conf/demo/demo.mjs')];
  const demo = spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', '--', ...command, ...Object.entries(options).map(([name, value]) => `${name}=${value}`)],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stack = new Stack(demo, directory);
  await stack.ready;
  return stack;
}

class Stack {
  #demo;
  #exited;
  #output = [];
  #cookie;

  constructor(demo, directory) {
    this.#demo = demo;
    this.#exited = new Promise((resolve) => demo.once('close', resolve));
    // The demo's folder: demo.json, logs/, run/NAME.pid, data/, downloads/, extra.torrent.
    this.directory = directory;
    this.ready = new Promise((resolve, reject) => {
      for (const stream of [demo.stdout, demo.stderr]) {
        readline.createInterface({ input: stream }).on('line', (line) => {
          this.#output.push(line);
          if (line.startsWith('ready: ')) resolve(this.#describe());
        });
      }
      const fail = (what) => reject(new Error(`${what}:\n${this.#output.join('\n')}`));
      this.#exited.then(() => fail('the demo ended'));
      setTimeout(() => fail('the demo does not get ready'), startMilliseconds).unref();
    });
  }

  #describe() {
    const facts = JSON.parse(fs.readFileSync(path.join(this.directory, 'demo.json')));
    this.httpUrl = facts.httpUrl;
    this.tlsUrl = facts.tlsUrl;
    this.rpcUrl = facts.rpcUrl;
    // A client of the daemon, past the module.
    this.rpc = new TransmissionRpc(facts.rpcUrl);
    // The folder's real place, which httpd's user can reach too; it is gone after the stop.
    this.root = fs.realpathSync(this.directory);
    // What a client needs to trust tlsUrl.
    this.certificate = fs.readFileSync(path.join(this.root, 'certificate.pem'));
    this.database = path.join(this.root, 'data/tokens.sqlite');
    this.extraTorrent = path.join(this.root, 'extra.torrent');
  }

  // GET of a path, with the session cookie of the demo's user: {status, headers, body}.
  async get(pathAndQuery, base = this.httpUrl) {
    this.#cookie ??= (await this.#request('', base, {})).headers['set-cookie'][0].split(';')[0];
    return this.#request(pathAndQuery, base, { Cookie: this.#cookie });
  }

  #request(pathAndQuery, base, headers) {
    return get(new URL(pathAndQuery, base).href, { headers, ca: this.certificate });
  }

  async status() {
    const { status, body } = await this.#request('/torrent-ws-status?json', this.httpUrl, {});
    assert.equal(status, 200);
    return JSON.parse(body);
  }

  // A fresh one-time token: of the demo's user as a page gets it, of others from the PHP helper.
  async token(userId = 1) {
    if (userId === 1) return JSON.parse((await this.get('/token.php')).body).token;
    return this.php('echo (new TorrentWsTokens($argv[1]))->issue($argv[2]);', this.database, userId);
  }

  // What PHP code prints that uses the token helper; see runPhp.
  php(code, ...args) {
    return runPhp(path.join(this.root, 'php/TorrentWsTokens.php'), code, ...args);
  }

  // The process of a program of the demo: httpd, php-fpm, transmission, seeder, tracker.
  pid(program) {
    return Number(fs.readFileSync(path.join(this.directory, 'run', `${program}.pid`)));
  }

  errorLog() {
    return fs.readFileSync(path.join(this.directory, 'logs/error.log'), 'utf8');
  }

  // Ends the demo. Fails when the error log has lines that neither error-log.mjs nor the regular
  // expressions of `allowed` expect, or when a process had to be killed at the end.
  async stop(allowed = []) {
    const before = this.errorLog();
    if (this.#demo.exitCode === null && this.#demo.signalCode === null) process.kill(-this.#demo.pid, 'SIGTERM');
    await this.#exited;
    const unexpected = [
      ...unexpectedLines(before, allowed),
      ...unexpectedLines(this.errorLog().slice(before.length), [...allowed, httpdStopRace]),
    ];
    assert.deepEqual(unexpected, [], 'unexpected lines in the error log');
    const left = this.#output.filter((line) => /was left behind|does not stop/.test(line));
    assert.deepEqual(left, [], 'processes outlived their stop');
  }
}
