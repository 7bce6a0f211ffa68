// The folder that a demo lives in: made anew at each start, readable for the user its programs run as.

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const httpdUser = 'www-data';
// A Unix socket's path has at most 107 bytes; the longest one below a home is shorter than this.
const longestRoot = 107 - '/run/torrent-ws.ctl~'.length;

export class Home {
  // Takes options.directory, which must be empty or a former home: that is emptied. Throws an Error for the user.
  constructor(options) {
    this.directory = options.directory;
    this.#claimDirectory();
    // Without root, everything runs as the user who started it.
    this.user = process.getuid() === 0 ? httpdUser : null;
    this.root = this.#usable(this.directory) ? this.directory : this.#moveElsewhere();
    this.describe({});

    this.errorLog = this.path('logs/error.log');
    this.certificate = this.path('certificate.pem');
    this.phpSocket = this.path('data/php-fpm.sock');
    this.trackerWhitelist = this.path('tracker-whitelist');
    this.seederSettings = this.path('seeder.json');
    this.httpdConfiguration = this.path('httpd.conf');
  }

  // Makes what the programs need.
  prepare(options) {
    this.logs = this.#folder('logs');
    this.run = this.#folder('run');
    this.torrents = this.#folder('torrents');
    this.content = this.#folder('content');
    this.leeched = this.#folder('leeched', this.user);
    this.data = this.#folder('data', this.user);
    this.downloads = this.#folder('downloads', this.user);
    this.transmission = this.#folder('transmission', this.user);
    this.#copyServed(options);
    this.#makeCertificate();
  }

  // The programs of the packages that are unpacked, not installed, are found last.
  get environment() {
    const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', ...['sbin', 'bin'].map((name) => this.path('packages/usr', name))];
    return { DEMO_DATA: this.data, HOME: this.data, LANG: 'C.UTF-8', PATH: folders.join(':'), PHP_INI_SCAN_DIR: '' };
  }

  // The part of that environment by which a process is known to be this demo's.
  get environmentMark() {
    return `DEMO_DATA=${this.data}`;
  }

  // Of the two places where Debian's package may be, as for the programs.
  get phpModule() {
    const installed = '/usr/lib/apache2/modules/libphp8.2.so';
    return fs.existsSync(installed) ? installed : this.path('packages', installed);
  }

  path(...names) {
    return path.join(this.root, ...names);
  }

  // What others need to know of a running demo, and the mark of a home.
  describe(facts) {
    fs.writeFileSync(this.path('demo.json'), `${JSON.stringify({ pid: process.pid, ...facts }, null, 2)}\n`);
  }

  // Leaves nothing but the logs, in options.directory: a home has copies of all programs, and tests have hundreds of homes.
  leave() {
    const kept = ['demo.json', 'logs'];
    if (this.root === this.directory) {
      for (const name of fs.readdirSync(this.root)) {
        if (!kept.includes(name)) fs.rmSync(this.path(name), { recursive: true });
      }
      return;
    }
    fs.rmSync(this.directory);
    fs.mkdirSync(this.directory);
    for (const name of kept) {
      if (fs.existsSync(this.path(name))) fs.cpSync(this.path(name), path.join(this.directory, name), { recursive: true });
    }
    fs.rmSync(this.root, { recursive: true });
  }

  #claimDirectory() {
    const description = path.join(this.directory, 'demo.json');
    if (fs.existsSync(description)) {
      const { pid } = JSON.parse(fs.readFileSync(description));
      const commandLine = `/proc/${pid}/cmdline`;
      if (fs.existsSync(commandLine) && fs.readFileSync(commandLine, 'utf8').includes('demo.mjs')) {
        throw new Error(`a demo (process ${pid}) runs in ${this.directory}`);
      }
    } else if (fs.existsSync(this.directory) && fs.readdirSync(this.directory).length > 0) {
      throw new Error(`${this.directory} is not empty and not a demo's folder`);
    }
    fs.rmSync(fs.existsSync(this.directory) ? fs.realpathSync(this.directory) : this.directory, { recursive: true, force: true });
    fs.rmSync(this.directory, { recursive: true, force: true });
    fs.mkdirSync(this.directory, { recursive: true });
  }

  #usable(folder) {
    if (Buffer.byteLength(folder) > longestRoot) return false;
    if (this.user === null) return true;
    const become = ['--reuid', this.user, '--regid', this.user, '--clear-groups'];
    return spawnSync('setpriv', [...become, 'test', '-x', folder]).status === 0;
  }

  #moveElsewhere() {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-demo-'));
    fs.chmodSync(root, 0o755);
    fs.rmdirSync(this.directory);
    fs.symlinkSync(root, this.directory);
    return root;
  }

  #folder(name, owner = null) {
    const folder = this.path(name);
    fs.mkdirSync(folder);
    if (owner !== null) execFileSync('chown', [`${owner}:${owner}`, folder]);
    return folder;
  }

  // What lies below the folder becomes the programs' own, where they run as another user.
  giveToPrograms(folder) {
    if (this.user !== null) execFileSync('chown', ['--recursive', `${this.user}:${this.user}`, folder]);
  }

  #copyServed({ repository, build, testEndpoints }) {
    const copy = (from, to) => fs.cpSync(from, this.path(to), { recursive: true });
    copy(path.join(repository, 'htdocs/site'), 'site');
    for (const folder of ['legacy', 'php', 'python', 'handlers']) copy(path.join(repository, 'htdocs', folder), folder);
    copy(path.join(repository, 'conf/schema.sql'), 'php/schema.sql');
    for (const file of ['php.ini', 'php-fpm.conf', 'seeder.py']) {
      copy(path.join(repository, 'conf/demo', file), file);
    }
    copy(path.join(build, 'gui'), 'gui');
    for (const program of ['mod_torrent_ws.so', 'torrent-ws', 'torrent-ws-worker', 'torrent-wsctl']) {
      copy(path.join(build, testEndpoints ? 'test-endpoints' : '.', program), `programs/${program}`);
    }
    if (fs.existsSync(path.join(build, 'packages'))) copy(path.join(build, 'packages'), 'packages');
  }

  #makeCertificate() {
    const extensions = ['basicConstraints=critical,CA:FALSE', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
      '-subj', '/CN=localhost', ...extensions.flatMap((extension) => ['-addext', extension]),
      '-keyout', this.path('key.pem'), '-out', this.certificate,
    ], { stdio: 'pipe' });
  }
}
