// Parts of httpd's configuration for tests: further modules, further ports.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { build } from './stack.mjs';

const folder = '/usr/lib/apache2/modules';

// Of the two places where Debian's package may be, installed or unpacked.
function moduleFile(name) {
  const installed = path.join(folder, `mod_${name}.so`);
  return fs.existsSync(installed) ? installed : path.join(build, 'packages', installed);
}

// The directives that load them. One that the demo's configuration loads already is loaded once.
export function loadModules(...names) {
  return names
    .map((name) => `<IfModule !${name}_module>\nLoadModule ${name}_module ${moduleFile(name)}\n</IfModule>\n`)
    .join('');
}

// For guardedLocation(), once.
export const loadLogins = () => loadModules('auth_basic', 'authn_core', 'authn_anon', 'authz_user');

// A place where httpd itself asks who it is: each of these users (* for any) is let in, whatever the password.
export function guardedLocation(location, handler, users) {
  return `<Location ${location}>
  SetHandler ${handler}
  AuthType Basic
  AuthName guarded
  AuthBasicProvider anon
  Anonymous ${users}
  Anonymous_MustGiveEmail off
  Require valid-user
</Location>
`;
}

// One more TLS port of a stack, with its certificate and these directives.
export function tlsHost(port, directives) {
  return `Listen 127.0.0.1:${port} https
<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile "\${DIRECTORY}/certificate.pem"
  SSLCertificateKeyFile "\${DIRECTORY}/key.pem"
  ${directives}
</VirtualHost>
`;
}

// Whether httpd can load what these directives name: packages that bring them may be missing.
export function areLoadable(directives) {
  const command = ['-t', '-f', '/dev/null', '-C', `LoadModule mpm_event_module ${moduleFile('mpm_event')}`];
  for (const line of directives.split('\n').filter((directive) => /^Load/.test(directive))) command.push('-C', line);
  const { stderr } = spawnSync('/usr/sbin/apache2', command, { encoding: 'utf8' });
  return !/Cannot load/.test(stderr);
}

// The configuration of a stack with neither a module nor its directives, which begin as `directives` says.
export function withoutModule(configuration, name, directives) {
  const whole = configuration.replace(/^Include "(.*)"$/m, (line, file) => fs.readFileSync(file, 'utf8'));
  const load = `LoadModule ${name}_module `;
  assert.match(whole, new RegExp(`^${load}`, 'm'));
  return whole.replaceAll(new RegExp(`^(?:${load}|${directives}).*\\n`, 'gm'), '');
}
