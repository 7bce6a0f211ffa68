// The log at LogLevel torrent_ws:trace1 tells the story of each connection, from httpd to its end, so that somebody
// who looks for a fault can read it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';

import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, signedInClient } from '../support/wamp.mjs';

let stack;
before(async () => {
  stack = await startStack({ logLevel: 'notice torrent_ws:trace1' });
});
after(() => stack?.stop());

// What the log says of one connection since its `begin`th character, without times and processes.
async function storyUntil(begin, end) {
  return eventually(() => {
    const lines = stack.errorLog().slice(begin).split('\n').slice(0, -1);
    const last = lines.findIndex((line) => end.test(line));
    assert.ok(last >= 0);
    return lines.slice(0, last + 1).map((line) => line.replace(/^(?:\[[^\]]*\] )*(?:\S+\.cpp\(\d+\): \[client \S+\] )?/, ''));
  });
}

for (const [scheme, way] of [
  ['ws', 'as it is'],
  ['wss', 'through a TLS relay'],
]) {
  test(`a session over ${scheme}`, async () => {
    const begin = stack.errorLog().length;
    const client = await signedInClient(stack, { scheme });
    await (await client.subscribe('torrents')).next();
    await client.call('session.stats');
    await client.close();
    const story = await storyUntil(begin, /has ended/);
    const [, number, session] = /connection (\d+) of 127\.0\.0\.1, session (\d+), user 1 /.exec(story.at(-1));
    const who = `connection ${number} of 127.0.0.1, session ${session}`;
    // httpd's step; which of two processes writes first is open.
    assert.ok(story.includes(`handed over to torrent-ws, ${way}, with 0 bytes from behind the request`));
    const expected = [
      `${who} is open, ${scheme === 'ws' ? 'without TLS' : 'over TLS'}`,
      `${who} sends HELLO`,
      `${who} sends AUTHENTICATE`,
      `${who}, user 1 has a session in the realm torrents`,
      `${who}, user 1 sends SUBSCRIBE`,
      `${who}, user 1 subscribes to torrents`,
      `${who}, user 1 sends CALL`,
      `${who}, user 1 calls session.stats`,
      `${who}, user 1 is closed by the client, code 1005`,
      `${who}, user 1 has ended with close code 1005`,
    ];
    for (const step of expected) {
      const at = story.indexOf(`TWS0401: ${step}`);
      assert.ok(at >= 0, `${step} does not follow in\n${story.join('\n')}`);
      story.splice(0, at + 1);
    }
  });
}

test('a client that breaks the protocol: the story says how', async () => {
  const begin = stack.errorLog().length;
  const socket = new WebSocket(endpoint(stack).url, 'wamp.2.json');
  await once(socket, 'open');
  socket.send('{"no": "message"}');
  await once(socket, 'close');
  const story = await storyUntil(begin, /has ended/);
  assert.ok(story.some((line) => /is refused: not a WAMP message/.test(line)));
  assert.match(story.at(-1), /has ended with close code 1002$/);
});
