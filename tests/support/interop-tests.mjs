// The tests of interop-cases.mjs and of what is in messages, over clients of several libraries.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { EventQueue } from './event-queue.mjs';
import { cases } from './interop-cases.mjs';
import { failure } from './session-values.mjs';

// What is sent, as the programs of this session's library have it.
const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const payloadOf = ({ binary }) => ({
  args: [
    ...['', 'text', 'Grüße 🌍 日本語', '"quoted"\\\n\u0001', 'x'.repeat(70_000)],
    ...[0, 1, -1, 255, 65_536, 2 ** 32, -(2 ** 31) - 1, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53],
    ...[1.5, -0.1, 1e300, 3.141592653589793, null, true, false],
    ...[[], {}, [[1, [2]], { a: { b: [null, {}] } }]],
    ...[binary(allBytes), binary(new Uint8Array())],
  ],
  kwargs: {
    text: 'Grüße',
    'a key with blanks, ü': 1,
    nested: { list: [1, 'two', { three: 3.5 }], nothing: null },
    bytes: binary(allBytes),
  },
});

// Opens a session of each client for the tests of a describe: gives a function that tells them.
function sessionsOf(getStack, clients) {
  let sessions = [];
  before(async () => {
    sessions = await Promise.all(
      clients.map((client) =>
        client.open(getStack()).catch((error) => {
          throw new Error(`${client.name} cannot join: ${error.stack}`);
        }),
      ),
    );
  });
  after(() => Promise.all(sessions.map((session) => session.close())));
  return () => sessions;
}

// Each client sends all kinds of values to each of the others.
export function testPayloads(getStack, clients) {
  const getSessions = sessionsOf(getStack, clients);
  for (const [index, { name }] of clients.entries()) {
    // Each other session with its client's name, and what it is to get.
    const others = () =>
      getSessions()
        .map((session, at) => ({ session, name: clients[at].name, expected: payloadOf(session) }))
        .filter((_, at) => at !== index);

    test(`${name} publishes to all others`, async () => {
      const topic = `com.example.news.n${index}`;
      const receivers = await Promise.all(
        others().map(async (other) => {
          const events = new EventQueue();
          await other.session.subscribe(topic, {}, (event) => events.push(event));
          return { ...other, events };
        }),
      );
      const one = getSessions()[index];
      await one.publish(topic, payloadOf(one));
      for (const other of receivers) {
        const { args, kwargs } = await other.events.next();
        assert.deepEqual({ args, kwargs }, other.expected, `what ${other.name} got`);
      }
    });

    test(`${name} answers all others`, async () => {
      const procedure = `com.example.echo.n${index}`;
      const one = getSessions()[index];
      const calls = [];
      await one.register(procedure, {}, ({ args, kwargs }) => {
        calls.push({ args, kwargs });
        return { args, kwargs };
      });
      for (const other of others()) {
        const result = await other.session.call(procedure, other.expected);
        assert.deepEqual(calls.pop(), payloadOf(one), `what ${other.name} sent`);
        assert.deepEqual(result, other.expected, `what ${other.name} got back`);
      }
    });

    test(`all others get the errors of ${name}`, async () => {
      const procedure = `com.example.fail.n${index}`;
      const one = getSessions()[index];
      await one.register(procedure, {}, () => {
        const { args, kwargs } = payloadOf(one);
        throw failure('com.example.error.no_luck', args, kwargs);
      });
      for (const other of others()) {
        await assert.rejects(other.session.call(procedure, { args: [], kwargs: {} }), ({ uri, args, kwargs }) => {
          assert.equal(uri, 'com.example.error.no_luck');
          assert.deepEqual({ args, kwargs }, other.expected, `what ${other.name} got`);
          return true;
        });
        await assert.rejects(other.session.call(`${procedure}.not`, { args: [], kwargs: {} }), {
          uri: 'wamp.error.no_such_procedure',
        });
      }
    });
  }
}

// Each of the cases with each client, beside two others that have neither its library nor its serializer.
export function testCases(getStack, clients) {
  const getSessions = sessionsOf(getStack, clients);
  for (const [number, [title, run]] of Object.entries(cases).entries()) {
    describe(title, () => {
      for (const [index, { name }] of clients.entries()) {
        const [other, third] = [1, 2].map((distance) => (index + distance) % clients.length);
        test(`${name}; with ${clients[other].name}`, async () => {
          const sessions = getSessions();
          // None is the beginning of another.
          const uri = `com.example.c${number}.n${100 + index}`;
          const stack = getStack();
          await run({ one: sessions[index], other: sessions[other], third: sessions[third], uri, stack });
        });
      }
    });
  }
}
