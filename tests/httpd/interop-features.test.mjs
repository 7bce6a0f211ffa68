// WAMP's features between clients of different libraries and serializers: autobahn-python, Autobahn|JS and wampy.

import { after, before, describe } from 'node:test';

import { clientsOf, loginConf, nodeAndPython } from '../support/interop-clients.mjs';
import { testCases } from '../support/interop-tests.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';

let stack;
before(async () => {
  stack = await startStack({ backend: noDaemon, testEndpoints: true, conf: loginConf });
});
after(() => stack?.stop());

describe('clients of all libraries and serializers', () => {
  testCases(() => stack, clientsOf(nodeAndPython, ['wss', 'ws']));
});
