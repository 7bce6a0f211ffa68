// What is in messages between clients of different libraries and serializers: autobahn-python, Autobahn|JS and wampy.

import { after, before, describe } from 'node:test';

import { clientsOf, nodeAndPython } from '../support/interop-clients.mjs';
import { testPayloads } from '../support/interop-tests.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';

let stack;
before(async () => {
  stack = await startStack({ backend: noDaemon, testEndpoints: true });
});
after(() => stack?.stop());

for (const schemes of [
  ['ws', 'wss'],
  ['wss', 'ws'],
]) {
  describe(`the first over ${schemes[0]}, the next over ${schemes[1]}, and so on`, () => {
    testPayloads(() => stack, clientsOf(nodeAndPython, schemes));
  });
}
