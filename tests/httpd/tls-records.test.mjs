// TLS records around and after an upgrade, cut, damaged and left out, and connections that do not end properly.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { maskedFrame, opcode, requestHead, upgradeHeaders } from '../support/raw-http.mjs';
import { fewChildren, leaveToRelayProcesses, neighbours, relaysOf } from '../support/relays.mjs';
import { holdersOf, serverSocket } from '../support/sockets.mjs';
import { startStack } from '../support/stack.mjs';
import { recordsOf, WiredConnection } from '../support/tls-wire.mjs';

const upgrade = requestHead('/echo', upgradeHeaders('localhost'));
const recordHead = 5;
const maxRecord = 16 << 10;
// Two of its echoes are more than sockets hold, and than may be queued for a client.
const message = maskedFrame('x'.repeat(8 << 20));
const limit = `TorrentWsMaxQueuedBytes ${1 << 20}\n`;

for (const mpm of Object.keys(fewChildren)) {
  describe(`on the ${mpm} MPM`, () => {
    let stack;
    before(async () => {
      stack = await startStack({ mpm, testEndpoints: true, conf: fewChildren[mpm] + limit });
    });
    after(() => stack?.stop());

    // Of the test under way; they end with it.
    const connections = [];
    afterEach(() => {
      for (const connection of connections.splice(0)) connection.close();
    });

    const open = async (version) => {
      const options = { minVersion: version, maxVersion: version };
      const connection = await WiredConnection.open(stack.tlsUrl, stack.certificate, options);
      connections.push(connection);
      return connection;
    };

    const openEcho = async () => {
      const connection = await open();
      assert.equal(await connection.upgrade(), 101);
      return connection;
    };

    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const accepted = async (connection) => assert.equal((await connection.response()).status, 101);

      test(`a frame in the record of the request is taken, with ${version}`, async () => {
        const connection = await open(version);
        const bytes = await connection.encrypt(() => connection.send(upgrade, maskedFrame('same record')));
        assert.equal(recordsOf(bytes).length, 1);
        await connection.transmit(bytes);
        await accepted(connection);
        assert.equal(await connection.text(), 'same record');
      });

      test(`so are frames in the next records of its segment, with ${version}`, async () => {
        const connection = await open(version);
        const bytes = await connection.encrypt(
          () => connection.send(upgrade),
          () => connection.send(maskedFrame('second record')),
          () => connection.send(maskedFrame('third record')),
        );
        assert.equal(recordsOf(bytes).length, 3);
        await connection.transmit(bytes);
        await accepted(connection);
        assert.equal(await connection.text(), 'second record');
        assert.equal(await connection.text(), 'third record');
        await connection.echo('later');
      });

      test(`so are more records than httpd takes up at once, with ${version}`, async () => {
        const texts = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(50_000));
        const connection = await open(version);
        const bytes = await connection.encrypt(
          () => connection.send(upgrade),
          () => connection.send(...texts.map((text) => maskedFrame(text))),
        );
        assert.ok(recordsOf(bytes).length > texts.join('').length / maxRecord);
        await connection.transmit(bytes);
        await accepted(connection);
        for (const text of texts) assert.equal(await connection.text(), text);
      });

      for (const [part, cut] of [
        ['half a record', (record) => record.length / 2],
        ['half the head of a record', () => recordHead / 2],
        ['all but the last byte of a record', (record) => record.length - 1],
      ]) {
        test(`${part} may come with the request and the rest later, with ${version}`, async () => {
          const connection = await open(version);
          const bytes = await connection.encrypt(
            () => connection.send(upgrade, maskedFrame('whole')),
            () => connection.send(maskedFrame('in two parts')),
          );
          const [first, second] = recordsOf(bytes);
          const at = Math.floor(cut(second));
          await connection.transmit(first, second.subarray(0, at));
          await accepted(connection);
          assert.equal(await connection.text(), 'whole');
          await connection.transmit(second.subarray(at));
          assert.equal(await connection.text(), 'in two parts');
          await connection.echo('later');
        });
      }

      test(`close_notify right behind the request lets the answer through, with ${version}`, async () => {
        const connection = await open(version);
        const bytes = await connection.encrypt(
          () => connection.send(upgrade, maskedFrame('last words')),
          () => connection.socket.end(),
        );
        assert.equal(recordsOf(bytes).length, 2);
        await connection.transmit(bytes);
        await accepted(connection);
        assert.equal(await connection.text(), 'last words');
        assert.equal(await connection.end(), null);
      });

      test(`so does close_notify right behind a frame, with ${version}`, async () => {
        const connection = await open(version);
        assert.equal(await connection.upgrade(), 101);
        const bytes = await connection.encrypt(
          () => connection.send(maskedFrame('last words')),
          () => connection.socket.end(),
        );
        await connection.transmit(bytes);
        assert.equal(await connection.text(), 'last words');
        assert.equal(await connection.end(), null);
      });
    }

    describe('garbage instead of a record', () => {
      test('right behind the request ends the connection', async () => {
        const connection = await open();
        const bytes = await connection.encrypt(() => connection.send(upgrade));
        await connection.transmit(bytes, randomBytes(1000));
        assert.notEqual(await connection.end(), null);
      });

      test('ends its own connection only', async () => {
        const [bystander, inChild, inProcess] = await neighbours(stack, 3, openEcho);
        const sendGarbage = async (connection) => {
          await connection.transmit(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
          assert.match((await connection.end()).code, /ALERT/);
        };
        await sendGarbage(inChild);
        await bystander.echo('beside a relay thread');
        await leaveToRelayProcesses(stack);
        await sendGarbage(inProcess);
        await bystander.echo('in a relay process');
      });
    });

    const endings = {
      'vanishes in mid-record': async (connection) => {
        const record = await connection.encrypt(() => connection.send(maskedFrame('never whole')));
        await connection.transmit(record.subarray(0, -1));
        connection.tcp.end();
      },
      'is reset in mid-record': async (connection) => {
        const record = await connection.encrypt(() => connection.send(maskedFrame('never whole')));
        await connection.transmit(record.subarray(0, -1));
        connection.tcp.resetAndDestroy();
      },
      'keeps its end open after ours was closed': async (connection) => {
        connection.send(maskedFrame([], opcode.close));
        await eventually(() => assert.equal(connection.tcp.readableEnded, true));
      },
      'reads nothing while more is queued for it than it may': async (connection) => {
        connection.socket.pause();
        connection.send(message, message);
      },
    };
    for (const [ending, makeEnd] of Object.entries(endings)) {
      test(`a client that ${ending} is let go`, async () => {
        const inProcess = await openEcho();
        await leaveToRelayProcesses(stack);
        const inChild = await openEcho();
        const isLetGo = async (connection) => {
          const inode = serverSocket(connection.tcp.localPort);
          const relays = await relaysOf(stack, inode);
          assert.equal(relays.length, 1);
          // It stays on its side until then.
          connection.socket.setTimeout(0);
          await makeEnd(connection);
          await eventually(() => assert.deepEqual(holdersOf(inode, relays), []));
        };
        await Promise.all([isLetGo(inProcess), isLetGo(inChild)]);
      });
    }
  });
}
