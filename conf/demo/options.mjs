// The demo's options: KEY=VALUE arguments, else environment variables of the same names.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

const mpms = ['event', 'worker', 'prefork'];
const repository = fileURLToPath(new URL('../..', import.meta.url));

// Throws an Error whose message is for the user.
export function readOptions(argv, environment) {
  const given = { ...environment };
  for (const argument of argv) {
    const [, key, value] = /^([A-Z_]+)=(.*)$/s.exec(argument) ?? [];
    if (key === undefined) throw new Error(`not KEY=VALUE: ${argument}`);
    given[key] = value;
  }

  const port = (key, otherwise) => {
    const number = Number(given[key] || otherwise);
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      throw new Error(`${key} must be a port from 1 to 65535: ${given[key]}`);
    }
    return number;
  };
  const build = path.resolve(given.BUILD || path.join(repository, 'build'));
  const options = {
    repository,
    build,
    directory: path.resolve(given.DIRECTORY || path.join(build, 'demo')),
    port: port('PORT', 8080),
    tlsPort: port('TLS_PORT', 8443),
    mpm: given.MPM || 'event',
    // The RPC address of a daemon that stands in for the demo's own, which then is not started.
    backend: given.BACKEND || undefined,
    // The program of the demo's own daemon.
    daemon: given.DAEMON || 'transmission-daemon',
    // A configuration file that httpd includes last.
    configuration: given.CONF ? path.resolve(given.CONF) : undefined,
    testEndpoints: given.TEST_ENDPOINTS === '1',
    // Nobody can sign in by token then.
    withoutDatabase: given.WITHOUT_DATABASE === '1',
    logLevel: given.LOGLEVEL || 'notice',
    // Further environment variables of httpd's, as a JSON object.
    httpdEnvironment: JSON.parse(given.HTTPD_ENVIRONMENT || '{}'),
  };
  if (options.port === options.tlsPort) throw new Error('PORT and TLS_PORT must differ');
  if (!mpms.includes(options.mpm)) throw new Error(`MPM must be one of ${mpms.join(', ')}: ${options.mpm}`);
  return options;
}
