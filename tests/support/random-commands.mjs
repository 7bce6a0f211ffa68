// Commands chosen at random, as procedures of the worker or as requests of the daemon's own RPC: the same for the same
// numbers.

import { makeTorrent } from './metainfo.mjs';

const kilobyte = 1024;
// With fewer torrents some are added, with more some removed, whatever else is chosen.
const [few, many] = [8, 25];
const magnetOf = (hash) => `magnet:?xt=urn:btih:${hash}&dn=magnet-${hash.slice(0, 4)}`;

// Each has the arguments for the torrents that were picked, of which there is at least one, and how often it is chosen.
// reach: at most so many torrents at a time.
const commands = [
  { name: 'torrent.start', weight: 3 },
  { name: 'torrent.start_now', weight: 1 },
  { name: 'torrent.stop', weight: 3 },
  { name: 'torrent.verify', weight: 1 },
  { name: 'torrent.reannounce', weight: 1 },
  { name: 'torrent.queue_top', weight: 1 },
  { name: 'torrent.queue_up', weight: 1 },
  { name: 'torrent.queue_down', weight: 1 },
  { name: 'torrent.queue_bottom', weight: 1 },
  { name: 'torrent.set', weight: 3, of: ({ texts }) => ({ labels: texts() }) },
  { name: 'torrent.set', weight: 2, of: ({ integer }) => ({ bandwidthPriority: integer(3) - 1 }) },
  {
    name: 'torrent.set',
    weight: 2,
    of: ({ integer, chance }) => ({
      downloadLimit: integer(1000),
      downloadLimited: chance(0.5),
      uploadLimit: integer(1000),
      uploadLimited: chance(0.5),
      honorsSessionLimits: chance(0.5),
      'peer-limit': 1 + integer(100),
    }),
  },
  {
    name: 'torrent.set',
    weight: 2,
    of: ({ integer, random }) => ({
      seedRatioLimit: random() * 5,
      seedRatioMode: integer(3),
      seedIdleLimit: 1 + integer(100),
      seedIdleMode: integer(3),
    }),
  },
  { name: 'torrent.set', weight: 1, of: ({ integer }) => ({ queuePosition: integer(10) }) },
  {
    name: 'torrent.set',
    weight: 1,
    of: ({ file, chance }) => ({ [chance(0.5) ? 'files-unwanted' : 'files-wanted']: [file()] }),
  },
  {
    name: 'torrent.set',
    weight: 1,
    of: ({ file, pick }) => ({ [`priority-${pick(['high', 'normal', 'low'])}`]: [file()] }),
  },
  { name: 'torrent.set', weight: 1, of: ({ announce }) => ({ trackerAdd: [announce()] }) },
  { name: 'torrent.set', weight: 1, of: ({ announce }) => ({ trackerReplace: [0, announce()] }) },
  { name: 'torrent.set', weight: 1, of: () => ({ trackerRemove: [0] }) },
  {
    name: 'torrent.set_location',
    weight: 1,
    of: ({ root, integer, chance }) => ({ location: `${root}/place-${integer(3)}`, move: chance(0.5) }),
  },
  { name: 'torrent.rename_path', weight: 2, reach: 1, of: ({ name, text }) => ({ path: name, name: text() }) },
  { name: 'torrent.remove', weight: 2, reach: 2, of: ({ chance }) => ({ 'delete-local-data': chance(0.5) }) },
];

const methodOf = {
  'torrent.start_now': 'torrent-start-now',
  'torrent.queue_top': 'queue-move-top',
  'torrent.queue_up': 'queue-move-up',
  'torrent.queue_down': 'queue-move-down',
  'torrent.queue_bottom': 'queue-move-bottom',
};

// What the daemon's own RPC calls a procedure.
export const rpcMethod = (procedure) => methodOf[procedure] ?? procedure.replaceAll(/[._]/g, '-');

export class RandomCommands {
  #made = 0;

  // random: gives numbers below 1. root: a download root. announce: a tracker's address.
  constructor(random, { root, announce }) {
    Object.assign(this, { random, root });
    this.announce = () => `${announce}?${this.integer(1000)}`;
  }

  integer = (limit) => Math.floor(this.random() * limit);
  chance = (share) => this.random() < share;
  pick = (list) => list[this.integer(list.length)];
  text = () =>
    this.pick(['plain', 'two words', 'ünïcödé', '日本語', '"quoted"', 'back\\slash', '<b>&amp;']) +
    `-${this.integer(100)}`;
  texts = () => Array.from({ length: this.integer(4) }, this.text);
  file = () => this.integer(2);

  // {name, kwargs} of a command. torrents: those of the daemon now, {hash: {name, …}}.
  next(torrents) {
    const hashes = Object.keys(torrents).sort();
    if (hashes.length < few || (hashes.length < many && this.chance(0.15))) return this.#addition(hashes);
    if (hashes.length > many)
      return { name: 'torrent.remove', kwargs: { ids: [this.pick(hashes)], 'delete-local-data': true } };
    const { name, reach = 5, of = () => ({}) } = this.pick(commands.flatMap((each) => Array(each.weight).fill(each)));
    const ids = [...new Set(Array.from({ length: 1 + this.integer(reach) }, () => this.pick(hashes)))];
    return { name, kwargs: { ids, ...of({ ...this, name: torrents[ids[0]].name }) } };
  }

  #addition(hashes) {
    const paused = this.chance(0.4);
    if (this.chance(0.2)) {
      const hash = Array.from({ length: 40 }, () => this.integer(16).toString(16)).join('');
      return { name: 'torrent.add', kwargs: { filename: magnetOf(hash), paused } };
    }
    // One that is there already, now and then.
    if (hashes.length > 0 && this.chance(0.1))
      return { name: 'torrent.add', kwargs: { filename: magnetOf(this.pick(hashes)), paused } };
    this.#made += 1;
    const content = this.chance(0.5)
      ? { length: 1 + this.integer(500 * kilobyte) }
      : { files: { first: this.integer(300 * kilobyte), second: 1 + this.integer(300 * kilobyte), third: 10 } };
    const torrent = makeTorrent({
      name: `${this.text().replace(/["\\<&]/g, '')}-${this.#made}`,
      ...content,
      announce: this.announce(),
    });
    // Some are complete when they come, and are seeded.
    if (this.chance(0.4)) torrent.createFiles(this.root);
    const kwargs = { metainfo: torrent.bytes.toString('base64'), 'download-dir': this.root, paused };
    return { name: 'torrent.add', kwargs };
  }
}
