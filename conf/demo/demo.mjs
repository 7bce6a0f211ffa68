// make demo: a private httpd with the module, PHP, a BitTorrent daemon and its hidden peer, all on 127.0.0.1.
// It ends with SIGINT or SIGTERM and then leaves no process, and no file outside its own folder.

import fs from 'node:fs';
import path from 'node:path';

import { Home } from './home.mjs';
import { checkPort, freePort, get, until } from './network.mjs';
import { readOptions } from './options.mjs';
import { awaitEnd, log, Program } from './program.mjs';
import { loadTorrents, makeTorrents } from './torrents.mjs';
import { TransmissionRpc, writeSettings } from './transmission.mjs';

class Demo {
  #options;
  #home;
  #programs = [];
  #ending = new AbortController();
  #failure;

  constructor(options) {
    this.#options = options;
  }

  // Resolves when the demo has ended; throws an Error for the user when it cannot start.
  async run() {
    await checkPort('PORT', this.#options.port);
    await checkPort('TLS_PORT', this.#options.tlsPort);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => this.#ending.abort());
    this.#home = new Home(this.#options);
    try {
      this.#home.prepare(this.#options);
      await this.#start();
      const { signal } = this.#ending;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    } catch (error) {
      if (!this.#ending.signal.aborted) throw error;
    } finally {
      // In the order of their dependence: httpd first, the tracker last.
      for (const program of this.#programs.reverse()) await program.stop();
      // httpd's torrent-ws process and relays are nobody's children when httpd is gone.
      await awaitEnd(this.#home.environmentMark);
      this.#home.leave();
    }
    if (this.#failure) throw this.#failure;
  }

  async #start() {
    const home = this.#home;
    const facts = { directory: home.directory, rpcUrl: this.#options.backend ?? (await this.#startTorrents()) };
    await this.#startPhp();
    this.#startHttpd(facts.rpcUrl);
    facts.httpUrl = `http://127.0.0.1:${this.#options.port}/`;
    facts.tlsUrl = `https://127.0.0.1:${this.#options.tlsPort}/`;
    home.describe(facts);

    const ca = fs.readFileSync(home.certificate);
    for (const url of [facts.httpUrl, facts.tlsUrl, `${facts.httpUrl}torrent-ws-status?json`]) {
      await this.#until(async () => {
        const { status } = await get(url, { ca });
        if (status !== 200) throw new Error(`${url} answers with status ${status}`);
      });
    }
    log('demo', `${this.#options.mpm} MPM, logs in ${path.join(home.directory, 'logs')}`);
    console.log(`ready: ${facts.httpUrl} ${facts.tlsUrl}`);
  }

  // The daemon that is shown, its hidden peer and their tracker. Returns the daemon's RPC address.
  async #startTorrents() {
    const home = this.#home;
    const [rpcPort, peerPort, trackerPort] = await Promise.all([freePort(), freePort(), freePort()]);
    writeSettings(home.transmission, { rpcPort, peerPort, downloads: home.downloads });
    await makeTorrents(home, { trackerPort, peerPort });

    const { user } = home;
    this.#launch('tracker', [
      'opentracker', '-i', '127.0.0.1', '-p', `${trackerPort}`, '-w', home.trackerWhitelist,
    ], { user });
    this.#launch('seeder', [home.path('seeder.py'), home.seederSettings], { user });
    const settings = ['--config-dir', home.transmission, '--log-error'];
    const command = [this.#options.daemon, '--foreground', ...settings];
    const transmission = this.#launch('transmission', command, { user, restart: true });

    const rpcUrl = `http://127.0.0.1:${rpcPort}/transmission/rpc`;
    const rpc = new TransmissionRpc(rpcUrl);
    await this.#until(() => rpc.call('session-get'));
    await loadTorrents(home, rpc);
    // At its end it writes down the state of each torrent; one that is killed before would forget it.
    await transmission.cycle();
    await this.#until(() => rpc.call('session-get'));
    return rpcUrl;
  }

  // mod_php is not thread-safe: it runs in prefork's processes only, and everything else asks php-fpm.
  get #usesPhpModule() {
    return this.#options.mpm === 'prefork';
  }

  async #startPhp() {
    if (this.#usesPhpModule) return;
    const home = this.#home;
    const files = ['--fpm-config', home.path('php-fpm.conf'), '--php-ini', home.path('php.ini')];
    this.#launch('php-fpm', ['php-fpm8.2', '--nodaemonize', '--force-stderr', ...files], { user: home.user, restart: true });
    await this.#until(() => fs.accessSync(home.phpSocket));
  }

  #startHttpd(rpcUrl) {
    const home = this.#home;
    const { mpm, port, tlsPort, logLevel, testEndpoints, withoutDatabase, configuration, httpdEnvironment } = this.#options;
    const definitions = {
      DIRECTORY: home.root, PORT: port, TLS_PORT: tlsPort, MPM: mpm, LOG_LEVEL: logLevel, RPC_URL: rpcUrl,
      ...(this.#usesPhpModule ? { PHP_MODULE: home.phpModule } : { PHP_FPM: 1 }),
      ...(home.user && { HTTPD_USER: home.user }),
      ...(testEndpoints && { TEST_ENDPOINTS: 1 }),
      ...(withoutDatabase && { WITHOUT_DATABASE: 1 }),
      ...(configuration && { EXTRA_CONFIGURATION: configuration }),
    };
    const lines = Object.entries(definitions).map(([name, value]) => `Define ${name} "${value}"\n`);
    const include = `Include "${path.join(this.#options.repository, 'conf/demo/httpd.conf')}"\n`;
    fs.writeFileSync(home.httpdConfiguration, lines.join('') + include);
    fs.writeFileSync(home.errorLog, '');
    this.#launch('error.log', ['tail', '--follow=name', '--lines=+1', home.errorLog]);
    this.#launch('httpd', ['apache2', '-f', home.httpdConfiguration, '-DFOREGROUND'], {
      environment: { ...home.environment, ...httpdEnvironment },
      onDeath: () => {
        this.#failure = new Error('httpd has ended, so the demo does too');
        this.#ending.abort();
      },
    });
  }

  #launch(name, command, options = {}) {
    const { environment } = this.#home;
    const program = new Program({
      name, command, environment, pidFile: path.join(this.#home.run, `${name}.pid`), ...options,
    });
    program.start();
    this.#programs.push(program);
    return program;
  }

  #until(attempt) {
    return until(attempt, this.#ending.signal, (reason) => log('demo', `still waiting: ${reason}`));
  }
}

try {
  await new Demo(readOptions(process.argv.slice(2), process.env)).run();
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}
