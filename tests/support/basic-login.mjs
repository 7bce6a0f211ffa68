// httpd's own login by Basic authentication, for people whom a test makes up.

import { createHash } from 'node:crypto';
import fs from 'node:fs';

import { loadModules } from './httpd-modules.mjs';

// Writes the passwords of logins, {login: password}, as AuthUserFile has them.
export function writePasswords(file, passwords) {
  const lines = Object.entries(passwords).map(
    ([login, password]) => `${login}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`,
  );
  fs.writeFileSync(file, lines.join(''));
}

// Configuration of WebSockets at /guarded/ for whoever the file knows.
export const guardedSockets = (file) => `
${loadModules('auth_basic', 'authn_core', 'authn_file', 'authz_user')}
<Location /guarded/>
  SetHandler torrent-ws
  AuthType Basic
  AuthName guarded
  AuthUserFile ${file}
  Require valid-user
</Location>
`;
