// A thread that asks a stack's echo again and again, so that nothing but the event loop holds it up. Told to begin and
// to end it says how long the longest echo took, in milliseconds.

import { parentPort, workerData } from 'node:worker_threads';

import { EchoClient } from '../support/echo.mjs';

const client = await EchoClient.open(workerData.stack);
let asking = false;
let longest = 0;

async function ask() {
  while (asking) {
    const begin = performance.now();
    await client.echo();
    longest = Math.max(longest, performance.now() - begin);
  }
}

let asked;
parentPort.on('message', async (begins) => {
  asking = begins;
  if (begins) {
    longest = 0;
    asked = ask();
  } else {
    await asked;
  }
  parentPort.postMessage(longest);
});
parentPort.postMessage(0);
