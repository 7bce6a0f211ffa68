// What a daemon is asked for the topics torrents.detail.<key>: nothing while nobody has a torrent open, and else the
// same for one page as for many. There are two daemons' names, for one daemon: the second is asked through a proxy that
// counts.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { DetailView } from '../support/detail-view.mjs';
import { eventually } from '../support/patience.mjs';
import { RpcProxy } from '../support/rpc-proxy.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

const interval = 2000;
const high = 1;

let proxy;
let stack;
let hashes;
before(async () => {
  proxy = await RpcProxy.start();
  stack = await startStack({ conf: `TorrentWsBackend counted ${proxy.url}\n` });
  proxy.target = stack.rpcUrl;
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
  hashes = torrents.map(({ hashString }) => hashString);
});
after(async () => {
  await stack?.stop();
  await proxy?.stop();
});

let pages = [];
async function open(hash) {
  const page = await signedInClient(stack);
  pages.push(page);
  return DetailView.open(page, `counted.${hash}`);
}
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
});

const isRead = ({ method }) => method === 'torrent-get';
const idsOf = ({ arguments: { ids } }) => [...ids].sort();
const isWhole = ({ arguments: { fields } }) => fields.includes('files');
// Those that come from now on, of which `count` are polls.
async function reads(count) {
  const from = proxy.requests.length;
  const since = () => proxy.requests.slice(from).filter(isRead);
  await eventually(() => assert.ok(since().filter((read) => !isWhole(read)).length >= count));
  return since();
}

test('nothing before anybody has one open, nor after the last one left', async () => {
  assert.equal(proxy.requests.length, 0);
  const view = await open(hashes[0]);
  await reads(2);
  const [page] = pages;
  await page.close();
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
  await sleep(interval); // for the one that may be on its way
  const { length } = proxy.requests;
  await sleep(2 * interval);
  assert.equal(proxy.requests.length, length);
  assert.equal(view.torrent.hashString, hashes[0]);
});

test('it is read at once, whole, then in turns without its files', async () => {
  const from = proxy.requests.length;
  await open(hashes[0]);
  await open(hashes[0]);
  await open(hashes[0]);
  await reads(3);
  const all = proxy.requests.slice(from).filter(isRead);
  assert.deepEqual(all.map(isWhole), [true, ...all.slice(1).map(() => false)]);
  for (const read of all) assert.deepEqual(idsOf(read), [hashes[0]]);
  const polls = all.slice(1).map(({ at }) => at);
  // What the proxy and the network do to a request may take from the time between two.
  for (let i = 1; i < polls.length; i += 1) assert.ok(polls[i] - polls[i - 1] > interval / 2);
});

test('one request for all that are open, and one for who comes', async () => {
  await open(hashes[0]);
  await reads(1);
  const from = proxy.requests.length;
  await open(hashes[1]);
  await reads(2);
  const all = proxy.requests.slice(from).filter(isRead);
  const whole = all.filter(isWhole);
  assert.deepEqual(whole.map(idsOf), [[hashes[1]]]);
  const polls = all.slice(all.indexOf(whole[0]) + 1);
  for (const poll of polls) assert.deepEqual(idsOf(poll), [hashes[0], hashes[1]].sort());
  assert.equal(proxy.most['torrent-get'], 1);
});

test('a command has what it touched read at once, and nothing else', async () => {
  const view = await open(hashes[0]);
  await open(hashes[1]);
  await reads(1);
  const from = proxy.requests.length;
  await pages[1].call('torrent.set', { daemon: 'counted', ids: [hashes[0]], 'priority-high': [0] });
  await view.until(({ fileStats }) => fileStats[0].priority === high);
  const since = proxy.requests.slice(from);
  const [next] = since.slice(since.findIndex(({ method }) => method === 'torrent-set') + 1).filter(isWhole);
  assert.deepEqual(idsOf(next), [hashes[0]]);
});

test('keys are those of the topic torrents', async () => {
  const page = await signedInClient(stack);
  pages.push(page);
  for (const key of [hashes[0], `third.${hashes[0]}`, 'counted.x', `counted.${hashes[0]}.x`, 'counted'])
    await assert.rejects(page.subscribe(`torrents.detail.${key}`), wampError('wamp.error.invalid_argument'), key);
  for (const daemon of ['main', 'counted']) {
    const { torrent } = await DetailView.open(page, `${daemon}.${hashes[0]}`);
    assert.equal(torrent.hashString, hashes[0]);
  }
});
