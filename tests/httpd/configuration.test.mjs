// The directives, as apachectl configtest sees them: what is wrong is named, with what to do about it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const build = path.resolve(process.env.BUILD || path.join(repository, 'build'));
const modules = '/usr/lib/apache2/modules';
const rpc = 'http://127.0.0.1:9091/transmission/rpc';

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-configuration-'));
});
after(() => fs.rmSync(folder, { recursive: true }));

// What httpd says to these directives: {ok, message}.
async function configTest(...directives) {
  const file = path.join(folder, 'httpd.conf');
  fs.writeFileSync(
    file,
    [
      `ServerRoot "${folder}"`,
      'ServerName localhost',
      'Listen 127.0.0.1:1',
      'PidFile httpd.pid',
      'ErrorLog error.log',
      `LoadModule mpm_event_module ${modules}/mod_mpm_event.so`,
      `LoadModule authz_core_module ${modules}/mod_authz_core.so`,
      `LoadModule authz_host_module ${modules}/mod_authz_host.so`,
      `LoadModule torrent_ws_module ${build}/mod_torrent_ws.so`,
      ...directives,
      '',
    ].join('\n'),
  );
  return new Promise((resolve) => {
    execFile(
      'apache2',
      ['-t', '-f', file],
      { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
      (error, stdout, stderr) => {
        resolve({ ok: error === null, message: stdout + stderr });
      },
    );
  });
}

const programs = `TorrentWsPrograms ${build}`;
const backend = (options = '') => `TorrentWsBackend main ${rpc} ${options}`;

// A file below the test's folder, with this text; gives its path.
function fileWith(text, name = 'secret') {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const credentials = (text) => `credentials=${fileWith(text, 'credentials')}`;
const curveKey = 'x'.repeat(40);
const curve = (secret, clients) => `TorrentWsZmqCurve ${fileWith(secret)} ${fileWith(clients, 'clients')}`;

const bad = [
  ['TorrentWsWorkers 0', /from 1 to 64/],
  ['TorrentWsWorkers 65', /from 1 to 64/],
  ['TorrentWsWorkers two', /from 1 to 64/],
  ['TorrentWsWorkers 2x', /from 1 to 64/],
  ['TorrentWsWorkers', /takes one or two arguments|takes 1-2 arguments/],
  ['TorrentWsWorkers 1 2 3', /takes one or two arguments|takes 1-2 arguments/],
  ['TorrentWsWorkers 4 3', /"3" is out of range; give a whole number from 4 to 64/],
  ['TorrentWsWorkers 4 65', /from 4 to 64/],
  ['TorrentWsWorkers 0 4', /from 1 to 64/],
  ['TorrentWsWorkerMaxJobs -1', /from 0 to 1000000000/],
  ['TorrentWsWorkerMaxJobs', /takes one argument/],
  ['TorrentWsWorkerMaxMemory 1000', /from 1048576 to 1099511627776; 0 for no limit/],
  ['TorrentWsWorkerMaxMemory 512M', /from 1048576 to 1099511627776; 0 for no limit/],
  ['TorrentWsPollInterval 0', /from 200ms to 3600000ms/],
  ['TorrentWsPollInterval 199ms', /from 200ms/],
  ['TorrentWsPollInterval 2h', /to 3600000ms/],
  ['TorrentWsPollInterval soon', /such as 1s/],
  ['TorrentWsJobTimeout 999ms', /from 1000ms/],
  ['TorrentWsJobTimeout 11min', /to 600000ms/],
  ['TorrentWsCommandTimeout 999ms', /from 1000ms/],
  ['TorrentWsCommandTimeout 2h', /to 3600000ms/],
  ['TorrentWsMaxConnections 0', /from 1 to 1000000/],
  ['TorrentWsMaxConnections -1', /from 1 to/],
  ['TorrentWsMaxMessageSize 1023', /from 1024 to/],
  ['TorrentWsMaxMessageSize 1M', /from 1024 to/],
  ['TorrentWsMaxQueuedBytes 65535', /from 65536 to/],
  ['TorrentWsMaxConnectionsPerUser 0', /from 1 to 1000000/],
  ['TorrentWsMaxConnectionsPerAddress many', /from 1 to 1000000/],
  ['TorrentWsMaxHandshakes -1', /from 1 to 1000000/],
  ['TorrentWsHandshakeTimeout 25h', /from 1000ms to 86400000ms/],
  ['TorrentWsMaxMessageRate 1.5', /from 0 to 1000000/],
  ['TorrentWsMaxSubscriptions 0', /from 1 to 1000000/],
  ['TorrentWsPingInterval 999ms', /from 1000ms to 3600000ms/],
  ['TorrentWsIdleTimeout 1ms', /from 1000ms to .*; 0 for no limit/],
  ['TorrentWsMaxSessionAge 721h', /from 1000ms to .*; 0 for no limit/],
  ['TorrentWsAllowedOrigins www.example.org', /scheme:\/\/host\[:port\]/],
  ['TorrentWsAllowedOrigins https://www.example.org/', /without a path/],
  ['TorrentWsAllowedOrigins https://', /scheme:\/\/host/],
  ['TorrentWsAllowedOrigins https://www.example.org *.example.org', /scheme:\/\/host/],
  ['TorrentWsAllowedOrigins https://*.example.org', /scheme:\/\/host/],
  ['TorrentWsAllowedOrigins https://user@www.example.org', /scheme:\/\/host/],
  ['TorrentWsAllowedOrigins https://www.example.org#top', /scheme:\/\/host/],
  ['TorrentWsAllowedOrigins', /requires at least (?:one|1)|takes/],
  ['TorrentWsAdmins', /requires at least (?:one|1)|takes/],
  ['TorrentWsDatabase', /takes one argument/],
  ['TorrentWsPrograms /nowhere', /no program \/nowhere\/torrent-ws; install it or name the folder/],
  ['TorrentWsControlSocket', /takes one argument/],
  ['TorrentWsControlSocket /nowhere/torrent-ws.ctl', /no folder \/nowhere\/; create it, or give another path, or off/],
  [`TorrentWsControlSocket /${'d'.repeat(106)}`, /longer than the 106 bytes .* give a shorter one, or off/],
  [`TorrentWsControlSocket ${'d'.repeat(106)}`, /longer than the 106 bytes .* give a shorter one, or off/],
  ['TorrentWsControlSocket /etc/passwd', /\/etc\/passwd is there and no socket; give another path/],
  ['TorrentWsBackend main', /needs a name and a URL, such as/],
  [`TorrentWsBackend the/main ${rpc}`, /letters, digits, - or _/],
  [`TorrentWsBackend ${'n'.repeat(33)} ${rpc}`, /1 to 32/],
  [`${backend()}\nTorrentWsBackend main http://127.0.0.1:9092/transmission/rpc`, /give each backend its own/],
  ['TorrentWsBackend main 127.0.0.1:9091', /such as http:\/\//],
  ['TorrentWsBackend main ftp://127.0.0.1/', /such as http:\/\//],
  ['TorrentWsBackend main http:///transmission/rpc', /such as http:\/\//],
  ['TorrentWsBackend main http://user:secret@127.0.0.1:9091/transmission/rpc', /credentials=\/path/],
  [backend('timeout=0'), /from 1000ms to 600000ms/],
  [backend('timeout='), /from 1000ms/],
  [backend('root=downloads'), /absolute path/],
  [backend('root='), /absolute path/],
  [backend('password=x'), /known are credentials=, timeout= and root=/],
  [backend('credentials=/nowhere/credentials'), /create it with one line user:password/],
  ['TorrentWsAllow', /such as: TorrentWsAllow subscribe,publish com\.example\.\*/],
  ['TorrentWsAllow all', /needs actions and a URI pattern, such as/],
  ['TorrentWsAllow read com.example', /unknown action "read"; give subscribe, publish, call and register/],
  ['TorrentWsAllow subscribe, com.example', /unknown action ""; give subscribe/],
  ['TorrentWsAllow "subscribe, call" com.example', /unknown action " call"; give subscribe/],
  ['TorrentWsAllow subscribe "" role=user', /write \* for all URIs/],
  ['TorrentWsAllow subscribe "com.example chat"', /white space.*leave it out/],
  ['TorrentWsAllow subscribe com.example#chat', /#, which no URI has; leave it out/],
  ['TorrentWsAllow subscribe com.*.chat', /as in com\.\.status/],
  ['TorrentWsAllow subscribe com..*', /write either com\.\.status or com\.example\.\*/],
  [`TorrentWsAllow subscribe ${'u'.repeat(513)}`, /more than 512 bytes; end it earlier, with a \*/],
  ['TorrentWsAllow subscribe com.example role=guest', /known are anonymous, user, admin and publisher/],
  ['TorrentWsAllow subscribe com.example role', /known are anonymous, user, admin and publisher/],
  ['TorrentWsAllow subscribe com.example user=', /known are role= and user=, with a value/],
  ['TorrentWsAllow subscribe com.example group=1', /known are role= and user=/],
  ['TorrentWsAllow subscribe com.example user=1 role=anonymous', /leave out role=anonymous or user=/],
  ['TorrentWsAllow publish torrents', /server's own names.*; name others, or allow subscribe and call only/],
  ['TorrentWsAllow publish,call com.example role=publisher', /can do nothing but publish; give publish alone, or another/],
  ['TorrentWsAllow all com.example role=publisher', /give publish alone/],
  ['TorrentWsPublishKey shop', /takes two arguments/],
  ['TorrentWsPublishKey the/shop /nowhere', /letters, digits, - or _/],
  ['TorrentWsPublishKey zmq /nowhere', /not unix or zmq/],
  ['TorrentWsPublishKey shop /nowhere/secret', /cannot read \/nowhere\/secret; create it with.*openssl rand -hex 32/],
  ['TorrentWsPublishWindow 0', /from 1000ms to 3600000ms/],
  ['TorrentWsPublishSocket', /needs a path, such as/],
  ['TorrentWsPublishSocket /nowhere/publish.sock', /no folder \/nowhere\/; create it, or give another path, or off/],
  ['TorrentWsPublishSocket /etc/passwd', /TorrentWsPublishSocket: \/etc\/passwd is there and no socket; give another path/],
  [
    'TorrentWsPublishSocket /tmp/same.sock\nTorrentWsControlSocket /tmp/same.sock',
    /\/tmp\/same.sock is that of TorrentWsControlSocket; give another path, or off/,
  ],
  ['TorrentWsPublishSocket publish.sock mode=rw', /"rw" is no mode of a file; give octal digits/],
  ['TorrentWsPublishSocket publish.sock mode=1777', /give octal digits/],
  ['TorrentWsPublishSocket publish.sock group=none-such', /no group "none-such"; give the name of one/],
  ['TorrentWsPublishSocket publish.sock user=none-such', /no user "none-such" of the system/],
  ['TorrentWsPublishSocket publish.sock uid=1', /known are mode=, group= and user=/],
  ['TorrentWsZmqBind 127.0.0.1:5555', /no endpoint to bind; give tcp:\/\//],
  ['TorrentWsZmqBind tcp://localhost:5555', /an address in digits and a port/],
  ['TorrentWsZmqBind tcp://127.0.0.1', /and a port/],
  ['TorrentWsZmqBind tcp://127.0.0.1:0', /and a port/],
  ['TorrentWsZmqBind tcp://127.0.0.1:65536', /and a port/],
  ['TorrentWsZmqBind tcp://[::1:5555', /an address in digits/],
  ['TorrentWsZmqBind ipc://@name', /ipc:\/\/ with an absolute path/],
  ['TorrentWsZmqBind ipc://name', /ipc:\/\/ with an absolute path/],
  ['TorrentWsZmqBind udp://127.0.0.1:5555', /no endpoint to bind/],
  ['TorrentWsZmqBind tcp://0.0.0.0:5555', /others than this machine reach.*; bind tcp:\/\/127\.0\.0\.1.*TorrentWsZmqCurve/],
  ['TorrentWsZmqBind tcp://*:5555', /others than this machine reach/],
  ['TorrentWsZmqBind tcp://192.0.2.1:5555', /others than this machine reach/],
  ['TorrentWsZmqBind tcp://[::]:5555', /others than this machine reach/],
  ['TorrentWsZmqHighWater 0', /from 1 to 1000000/],
  ['TorrentWsZmqCurve /nowhere', /takes two arguments/],
  ['TorrentWsZmqCurve /nowhere/secret /nowhere/keys', /cannot read \/nowhere\/secret; create it with/],
  ['TorrentWsAllow register wamp.*', /server's own names.*; name others/],
  ['TorrentWsAllow all session.get', /server's own names.*; name others/],
  ['TorrentWsAllow register torrent..x', /server's own names.*; name others/],
  ['TorrentWsAllow call com.example\n'.repeat(1001).trimEnd(), /more than 1000 lines; name several URIs with one/],
  [
    Array.from({ length: 1000 }, (_, i) => `TorrentWsAllow call com.${'u'.repeat(400)}.${i}`).join('\n'),
    /TorrentWs directives are too long together; use fewer .* TorrentWsAllow/,
  ],
  ['TorrentWsEventHistory com.example', /takes two arguments/],
  ['TorrentWsEventHistory com.example 0', /from 1 to 10000/],
  ['TorrentWsEventHistory com.example 10001', /from 1 to 10000/],
  ['TorrentWsEventHistory com.example -1', /from 1 to 10000/],
  ['TorrentWsEventHistory com.*.chat 10', /as in com\.\.status/],
  ['TorrentWsEventHistory com.example 1\nTorrentWsEventHistory com.example 2', /is there already; give each once/],
  [
    Array.from({ length: 101 }, (_, i) => `TorrentWsEventHistory com.${i} 1`).join('\n'),
    /more than 100 lines; name several topics with one pattern/,
  ],
  ['TorrentWsHandler chat', /needs a name, a command and URI patterns, such as/],
  ['TorrentWsHandler the/chat /bin/cat com.example', /1 to 32 letters, digits, - or _/],
  ['TorrentWsHandler chat "" com.example', /no command; give a program and its arguments/],
  ['TorrentWsHandler chat cat com.example', /no program "cat" to be executed; give its absolute path, and chmod \+x it/],
  ['TorrentWsHandler chat "/nowhere/chat x" com.example', /no program "\/nowhere\/chat" to be executed/],
  ['TorrentWsHandler chat /etc com.example', /no program "\/etc" to be executed/],
  ['TorrentWsHandler chat /etc/passwd com.example', /chmod \+x it/],
  ['TorrentWsHandler chat /bin/cat workers=2', /no URI pattern; name the topics and procedures/],
  ['TorrentWsHandler chat /bin/cat com.*.chat', /as in com\.\.status/],
  ['TorrentWsHandler chat /bin/cat torrent.*', /"torrent\.\*" is the server's own; name others/],
  ['TorrentWsHandler chat /bin/cat com.example workers=0', /from 1 to 16/],
  ['TorrentWsHandler chat /bin/cat com.example workers=17', /from 1 to 16/],
  ['TorrentWsHandler chat /bin/cat com.example timeout=99ms', /from 100ms to 600000ms/],
  ['TorrentWsHandler chat /bin/cat com.example queue=0', /from 1 to 100000/],
  ['TorrentWsHandler chat /bin/cat com.example user=www-data', /known are workers= \(of a command\), timeout= and queue=/],
  [
    'TorrentWsHandler chat /bin/cat com.a\nTorrentWsHandler chat /bin/cat com.b',
    /the name "chat" is taken; give each handler its own/,
  ],
  [`TorrentWsHandler chat /bin/cat ${'com.example '.repeat(101)}`, /64 arguments or more; name several URIs with one/],
  [
    Array.from({ length: 33 }, (_, i) => `TorrentWsHandler chat${i} /bin/cat com.example`).join('\n'),
    /more than 32 handlers; leave some out/,
  ],
  ['TorrentWsHandler reports tcp://localhost:5556 com.example', /no endpoint to bind; give tcp:\/\//],
  ['TorrentWsHandler reports ipc://here com.example', /ipc:\/\/ with an absolute path/],
  ['TorrentWsHandler reports tcp://127.0.0.1:5556 com.example', /have no way in; give TorrentWsZmqBind/],
  [
    'TorrentWsHandler reports tcp://127.0.0.1:5556 com.example\nTorrentWsZmqBind tcp://127.0.0.1:5556',
    /its address is that of TorrentWsZmqBind; give it another port/,
  ],
  [
    'TorrentWsHandler reports tcp://*:5556 com.example\nTorrentWsZmqBind tcp://127.0.0.1:5555',
    /others than this machine reach tcp:\/\/\*:5556; bind tcp:\/\/127\.0\.0\.1 or ipc:\/\//,
  ],
  [
    'TorrentWsHandler reports tcp://127.0.0.1:5556 com.example workers=2\nTorrentWsZmqBind tcp://127.0.0.1:5555',
    /known are workers= \(of a command\)/,
  ],
  ['TorrentWsStrictUris', /On or Off/],
  ['TorrentWsStrictUris yes', /On or Off/],
  ['TorrentWsStrictRequestIds 1', /On or Off/],
  ['TorrentWsRatchetPrefixes #', /On or Off/],
  ['TorrentWsLoginTable table', /On or Off/],
];

describe('a bad value', () => {
  for (const [directive, remedy] of bad) {
    test(directive.replaceAll('\n', ' + ').slice(0, 100), async () => {
      const { ok, message } = await configTest(programs, 'TorrentWsDatabase tokens.sqlite', directive);
      assert.equal(ok, false, message);
      assert.match(message, remedy);
      const [name] = directive.split(' ');
      assert.ok(message.includes(name), `${name} is not named: ${message}`);
    });
  }

  for (const [name, text] of [
    ['an empty file', ''],
    ['no colon', 'user\n'],
    ['no user', ':password\n'],
  ]) {
    test(`of credentials: ${name}`, async () => {
      const { ok, message } = await configTest(programs, backend(credentials(text)));
      assert.equal(ok, false);
      assert.match(message, /TorrentWsBackend: .*user:password/);
      assert.match(message, new RegExp(folder));
    });
  }

  test('of a secret is not shown', async () => {
    const { message } = await configTest(programs, backend(credentials('user secret\n')));
    assert.doesNotMatch(message, /secret/);
    for (const directive of [`TorrentWsPublishKey shop ${fileWith('hidden')}`, curve('hidden', curveKey)]) {
      assert.doesNotMatch((await configTest(directive)).message, /hidden/);
    }
  });

  test('of the files of keys says what is wrong with which', async () => {
    for (const [directive, expected] of [
      [() => `TorrentWsPublishKey shop ${fileWith(`${'s'.repeat(31)}\n`)}`, /first line of .*secret is shorter than 32 bytes; make one with/],
      [() => curve(`${'x'.repeat(39)}\n`, curveKey), /first line of .*secret is no secret key of 40 characters in Z85; make a pair/],
      [() => curve(curveKey, `# one\n${curveKey}\n\nshort\n`), /clients: line 4 is no public key of 40 characters/],
      [() => curve(curveKey, `${curveKey}\n`.repeat(1001)), /clients: there are more than 1000 keys/],
    ]) {
      const { ok, message } = await configTest(directive());
      assert.equal(ok, false);
      assert.match(message, expected);
    }
  });

  test('of keys: a name that is taken, and too many of them', async () => {
    const key = (name) => `TorrentWsPublishKey ${name} ${fileWith('s'.repeat(32))}`;
    assert.match((await configTest(key('a'), key('a'))).message, /the name "a" is taken; give each key its own/);
    const many = Array.from({ length: 33 }, (_, index) => key(index));
    assert.match((await configTest(...many)).message, /more than 32 keys; leave some out/);
  });

  test('of CURVE without an address', async () => {
    assert.match((await configTest(curve(curveKey, curveKey))).message, /give TorrentWsZmqBind, or leave it out/);
  });
});

test('a DefaultRuntimeDir that is too long for a socket is told, unless there is to be none', async () => {
  const directory = path.join(folder, 'd'.repeat(100));
  fs.mkdirSync(directory);
  const directives = [programs, backend(), `DefaultRuntimeDir ${directory}`];
  const { ok, message } = await configTest(...directives);
  assert.equal(ok, false);
  assert.match(message, /TorrentWsControlSocket: .*longer than the 106 bytes/);
  assert.equal((await configTest(...directives, 'TorrentWsControlSocket off')).ok, true);
});

test('any of TorrentWsDatabase, TorrentWsBackend and TorrentWsAllow has the site start torrent-ws', async () => {
  const nowhere = 'TorrentWsPrograms /nowhere';
  for (const directive of ['TorrentWsDatabase tokens.sqlite', backend(), 'TorrentWsAllow all com.example.*']) {
    assert.match((await configTest(nowhere, directive)).message, /no program \/nowhere\/torrent-ws/);
  }
  assert.ok((await configTest(nowhere, 'TorrentWsAdmins 1')).ok);
});

test('TorrentWsLoginTable needs a database', async () => {
  for (const others of [[], [programs, backend()]]) {
    const { ok, message } = await configTest(...others, 'TorrentWsLoginTable On');
    assert.equal(ok, false);
    assert.match(message, /TorrentWsLoginTable: .*name its file with TorrentWsDatabase/);
  }
});

describe('a directive in the wrong place', () => {
  const serverWide = [
    'TorrentWsDatabase tokens.sqlite',
    programs,
    'TorrentWsWorkers 2',
    'TorrentWsWorkerMaxJobs 1000',
    'TorrentWsWorkerMaxMemory 1048576',
    backend(),
    'TorrentWsAdmins 1',
    'TorrentWsPollInterval 1s',
    'TorrentWsJobTimeout 10s',
    'TorrentWsCommandTimeout 2min',
    'TorrentWsMaxConnections 10',
    'TorrentWsMaxMessageSize 4096',
    'TorrentWsMaxQueuedBytes 65536',
    'TorrentWsMaxConnectionsPerUser 10',
    'TorrentWsMaxConnectionsPerAddress 10',
    'TorrentWsMaxHandshakes 10',
    'TorrentWsHandshakeTimeout 10s',
    'TorrentWsMaxMessageRate 0',
    'TorrentWsMaxSubscriptions 10',
    'TorrentWsPingInterval 30s',
    'TorrentWsIdleTimeout 0',
    'TorrentWsMaxSessionAge 1h',
    'TorrentWsControlSocket off',
    'TorrentWsAllow all com.example.*',
    'TorrentWsEventHistory com.example.* 10',
    'TorrentWsPublishKey shop /nowhere',
    'TorrentWsPublishWindow 60s',
    'TorrentWsPublishSocket off',
    'TorrentWsZmqBind tcp://127.0.0.1:5555',
    'TorrentWsZmqHighWater 10',
    'TorrentWsZmqCurve /nowhere /nowhere',
    'TorrentWsStrictUris On',
    'TorrentWsStrictRequestIds On',
    'TorrentWsRatchetPrefixes On',
    'TorrentWsLoginTable On',
  ];
  for (const directive of serverWide) {
    const [name] = directive.split(' ');
    test(`${name} in a virtual host or location`, async () => {
      for (const [begin, end] of [
        ['<VirtualHost *:1>', '</VirtualHost>'],
        ['<Location /wss/>', '</Location>'],
      ]) {
        const { ok, message } = await configTest(begin, directive, end);
        assert.equal(ok, false, begin);
        assert.match(message, new RegExp(`${name} (?:cannot occur within|not allowed)`));
      }
    });
  }
});

describe('a good configuration', () => {
  const good = [
    [],
    ['TorrentWsDatabase tokens.sqlite', programs],
    [programs, backend()],
    [
      programs,
      backend('timeout=5s root=/srv/torrents "root=/srv/my torrents"'),
      'TorrentWsBackend other https://[::1]:9092/rpc timeout=10min',
    ],
    [programs, 'TorrentWsPollInterval 200ms', 'TorrentWsJobTimeout 10min', 'TorrentWsCommandTimeout 1h', 'TorrentWsWorkers 64'],
    [programs, 'TorrentWsWorkers 3 3', 'TorrentWsWorkerMaxJobs 0', 'TorrentWsWorkerMaxMemory 0'],
    [
      programs,
      'TorrentWsAllow all *',
      'TorrentWsAllow subscribe,publish,call,register com.example.chat role=anonymous',
      'TorrentWsAllow subscribe,call wamp.*',
      'TorrentWsAllow publish com..status role=admin "user=j\u00f6rg m"',
    ],
    [programs, backend(), 'TorrentWsEventHistory com.example.* 1', 'TorrentWsEventHistory com.example. 10000'],
    [
      programs,
      'TorrentWsHandler chat "/bin/cat \'a b\' c" com.example.chat.* com..status workers=16 timeout=100ms queue=1',
      'TorrentWsHandler reports tcp://127.0.0.1:5556 com.example.reports.* timeout=10min queue=100000',
      'TorrentWsHandler rest ipc:///run/jobs *',
      'TorrentWsZmqBind tcp://127.0.0.1:5555',
    ],
    [programs, 'TorrentWsStrictUris On', 'TorrentWsStrictRequestIds On', 'TorrentWsRatchetPrefixes Off', 'TorrentWsLoginTable Off'],
    [programs, 'TorrentWsDatabase tokens.sqlite', 'TorrentWsLoginTable On'],
    [programs, 'TorrentWsAllow publish com.example.* role=publisher', 'TorrentWsAllow publish com.example.* role=publisher user=shop'],
    [programs, backend(), 'TorrentWsPublishSocket off', 'TorrentWsPublishSocket publish.sock mode=0600 group=root user=root user=nobody'],
    ...['tcp://127.0.0.1:5555', 'tcp://127.9.9.9:1', 'tcp://[::1]:65535', 'ipc:///run/push'].map((endpoint) => [
      programs,
      backend(),
      `TorrentWsZmqBind ${endpoint}`,
      'TorrentWsZmqHighWater 1000000',
    ]),
    [programs, backend(), `TorrentWsControlSocket /${'d'.repeat(105)}`],
    [
      '<Location /wss/>',
      'SetHandler torrent-ws',
      'TorrentWsAllowedOrigins https://www.example.org http://[::1]:8080 *',
      '</Location>',
    ],
    ['<VirtualHost *:1>', 'TorrentWsAllowedOrigins https://www.example.org', '</VirtualHost>'],
  ];
  for (const directives of good) {
    test(directives.join(' + ').replaceAll(build, '…') || 'without any directive', async () => {
      const { ok, message } = await configTest(...directives);
      assert.ok(ok, message);
      assert.match(message, /^Syntax OK$/m);
    });
  }

  test('with credentials, of which the password may hold a colon', async () => {
    const { ok, message } = await configTest(programs, backend(credentials('user:pass:word\n')));
    assert.ok(ok, message);
  });

  test('with keys for publishers, in files with more than they need', async () => {
    const key = `TorrentWsPublishKey shop ${fileWith(`${'s'.repeat(32)}\nmore\n`)}`;
    const clients = `# those at home\n\n${curveKey}\n#${'y'.repeat(39)}  \n`;
    for (const directives of [[key], ['TorrentWsZmqBind tcp://*:5555', curve(`${curveKey}\n`, clients)]]) {
      const { ok, message } = await configTest(programs, backend(), ...directives);
      assert.ok(ok, message);
    }
  });

  test('conf/torrent_ws.conf, with all that is commented out in it', async () => {
    const text = fs.readFileSync(path.join(repository, 'conf/torrent_ws.conf'), 'utf8');
    const active = text.replaceAll(/^#(?=TorrentWs)/gm, '').replace(/^TorrentWsPrograms .*$/m, programs)
      .replace(/\/etc\/apache2\/shop.secret/, fileWith('s'.repeat(32)))
      .replace(/^TorrentWsZmqCurve .*$/m, curve(curveKey, curveKey));
    assert.notEqual(active, text);
    const { ok, message } = await configTest(active);
    assert.ok(ok, message);
  });
});
