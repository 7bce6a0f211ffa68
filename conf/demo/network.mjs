// Ports and HTTP requests on 127.0.0.1.

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const loopback = '127.0.0.1';

// The port that a listener got; 0 asks for any free one. Rejects when somebody listens there.
function tryToListen(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, loopback, () => {
      const { port: bound } = server.address();
      server.close(() => resolve(bound));
    });
  });
}

export const freePort = () => tryToListen(0);

// Throws an Error for the user when the port cannot be listened on.
export async function checkPort(name, port) {
  try {
    await tryToListen(port);
  } catch (error) {
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`;
    throw new Error(`port ${port} ${reason}: choose another one with ${name}=…`);
  }
}

// The status and body of a GET; `options` are those of http.request.
export function get(url, options = {}) {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    const request = client.get(url, { agent: false, ...options }, async (response) => {
      try {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        resolve({ status: response.statusCode, headers: response.headers, body });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
}

// Repeats `attempt` until it does not throw; tells `report` now and then why it has not succeeded yet.
export async function until(attempt, signal, report) {
  let nextReport = Date.now() + 10_000;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > nextReport) {
        report(error.message);
        nextReport += 10_000;
      }
    }
    await sleep(100, undefined, { signal });
  }
}
