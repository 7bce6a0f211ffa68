// What a site's configuration allows whom: clients of each role, and configurations that take effect while they are
// connected.

import fs from 'node:fs';

import { eventually } from './patience.mjs';
import { restartHttpd } from './processes.mjs';
import { endpoint, WampClient, wampError } from './wamp.mjs';

export const notAuthorized = wampError('wamp.error.not_authorized');

// A client of the torrents realm whom nobody knows. details: those of HELLO.
export async function stranger(stack, details = {}) {
  const client = await WampClient.open(endpoint(stack).url);
  await client.join(details);
  return client;
}

// HELLO's details of a client that wants to be told what is taken from it.
export const announcing = {
  roles: {
    caller: {},
    publisher: {},
    callee: { features: { registration_revocation: true } },
    subscriber: { features: { subscription_revocation: true } },
  },
};

let configurations = 0;

// The directives of a configuration that a client can tell from others.
export function recognizable(directives) {
  return `${directives}\nTorrentWsAllow publish com.example.configuration.${++configurations} role=anonymous\n`;
}

// Puts directives in the place of those that the stack was started with, at a graceful restart; resolves when they hold.
export async function reconfigure(stack, directives) {
  fs.writeFileSync(`${stack.directory}.conf`, recognizable(directives));
  const topic = `com.example.configuration.${configurations}`;
  await restartHttpd(stack);
  const client = await stranger(stack);
  await eventually(() => client.publish(topic));
  await client.close();
}
