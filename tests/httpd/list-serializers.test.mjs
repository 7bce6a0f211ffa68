// The torrent list in CBOR and MessagePack: whoever looks at it, in whatever form, sees what a JSON client sees.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { eventually } from '../support/patience.mjs';
import { killHard, whileStopped, workersOf } from '../support/processes.mjs';
import { forms as allForms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient } from '../support/wamp.mjs';

const stopped = 0;
const forms = allForms.filter(({ serializer }) => serializer !== 'json');

let stack;
let torrentCount;
before(async () => {
  stack = await startStack();
  ({ torrentCount } = await stack.rpc.call('session-stats'));
});
after(() => stack?.stop([/ TWS0201: /, / TWS03\d\d: /]));

const stateIs =
  (state) =>
  ({ daemons }) =>
    daemons.main?.state === state;
const isWhole = ({ torrents }) => Object.keys(torrents).length === torrentCount;

// A client that watches the list, and what it has shown after each revision.
class Page {
  static async open({ serializer, format }) {
    const client = await signedInClient(stack, { serializer });
    const page = new Page(client, await client.subscribe('torrents', { _format: format }));
    pages.push(page);
    return page;
  }

  constructor(client, events) {
    this.client = client;
    this.view = new TorrentView(events);
    this.shown = new Map();
  }

  async advance() {
    const event = await this.view.advance();
    this.shown.set(this.view.revision, structuredClone(this.view.torrents));
    return event;
  }

  // Takes events until the view is as `condition` wants it.
  async until(condition) {
    while (!condition(this.view)) await this.advance();
  }
}

// The first one speaks JSON.
let pages;
beforeEach(async () => {
  pages = [];
  const first = await Page.open({ serializer: 'json', format: 'object' });
  // A list that was kept has more forms than are in use now: it is over with the first change.
  for (let changed = false; !changed;) {
    const { snapshot, torrents } = await first.advance();
    changed = !snapshot && Object.keys(torrents).length > 0;
  }
  await first.until(isWhole);
});
afterEach(async () => {
  await Promise.all(pages.map(({ client }) => client.close()));
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
});

const all = (condition) => Promise.all(pages.map((page) => page.until(condition)));

// That every page has shown the same as the first one after each revision that both had, and that these are many.
function assertAlike(least = 3) {
  const [first, ...others] = pages;
  for (const { shown } of others) {
    const common = [...shown.keys()].filter((revision) => first.shown.has(revision));
    assert.ok(common.length >= least, `${common.length} common revisions`);
    for (const revision of common) assert.deepEqual(shown.get(revision), first.shown.get(revision));
  }
}

// Until each page has taken so many changes more, and all are up to the same revision.
async function goOn(changes = 3) {
  for (let change = 0; change < changes; change += 1) {
    await Promise.all(pages.map((page) => page.advance()));
    const latest = Math.max(...pages.map(({ view }) => view.revision));
    await all(({ revision }) => revision >= latest);
  }
}

// Opens a page of each form while something hangs: it has the last list, and is told why there is no newer one.
async function openMeanwhile() {
  for (const form of forms) {
    const page = await Page.open(form);
    await page.until(isWhole);
    await Promise.all([page, pages[0]].map((each) => each.until(stateIs('busy'))));
    // What changed since that list was made follows it.
    await page.until(({ torrents }) => isDeepStrictEqual(torrents, pages[0].view.torrents));
  }
}

test('what changes', async () => {
  for (const form of forms) await (await Page.open(form)).until(isWhole);
  await goOn();
  assertAlike();

  // Whoever comes later finds his form.
  await Promise.all(forms.map(async (form) => (await Page.open(form)).until(isWhole)));
  await goOn();
  assertAlike();
});

test('what comes, is commanded, and goes', async () => {
  for (const form of forms) await Page.open(form);
  const [{ client }, other] = pages;
  const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
  const { hashString } = (await client.call('torrent.add', { metainfo, paused: true }))['torrent-added'];
  await all(({ torrents }) => torrents[hashString]?.status === stopped);
  await other.client.call('torrent.start', { ids: [hashString] });
  await all(({ torrents }) => torrents[hashString].status !== stopped);
  await client.call('torrent.remove', { ids: [hashString], 'delete-local-data': true });
  await all(({ torrents }) => !torrents[hashString]);
  await goOn(1);
  assertAlike();
});

test('a BitTorrent daemon that hangs', async () => {
  await whileStopped(stack.pid('transmission'), async () => {
    await all(stateIs('busy'));
    await openMeanwhile();
  });
  await all(stateIs('up'));
  await goOn();
  assertAlike();
});

test("a daemon's worker that hangs", async () => {
  const { daemon } = await workersOf(stack);
  await whileStopped(daemon, async () => {
    await all(stateIs('busy'));
    await openMeanwhile();
  });
  await all(stateIs('up'));
  assert.equal((await workersOf(stack)).daemon, daemon);
  await goOn();
  assertAlike();
});

test('who waits for his form when the worker hangs', async () => {
  const { daemon } = await workersOf(stack);
  await whileStopped(daemon, openMeanwhile);
  await all(stateIs('up'));
  await goOn();
  assertAlike();
});

test("a daemon's worker that is killed", async () => {
  const [early, ...late] = forms;
  await (await Page.open(early)).until(isWhole);
  await Promise.all([killHard((await workersOf(stack)).daemon), ...late.map((form) => Page.open(form))]);
  await all(isWhole);
  await all(stateIs('up'));
  await goOn();
  assertAlike();
});

test("a daemon's worker that is killed while the BitTorrent daemon hangs", async () => {
  await whileStopped(stack.pid('transmission'), async () => {
    await pages[0].until(stateIs('busy'));
    await killHard((await workersOf(stack)).daemon);
    await openMeanwhile();
  });
  await all(stateIs('up'));
  await goOn();
  assertAlike();
});
