// A BusyDaemon with a list as people have it, of which a hundred torrents change with each poll.

import { BusyDaemon } from './busy-daemon.mjs';

const changing = 100;
const bytes = 700 * 1024 * 1024;
const folders = ['films', 'music', 'books', 'distributions'];
const labels = [[], ['old'], ['new', 'seen'], []];
const none = {
  error: 0, eta: -1, peersSendingToUs: 0, recheckProgress: 0, metadataPercentComplete: 1, isStalled: false,
  isFinished: false, isPrivate: false, errorString: '', bandwidthPriority: 0, downloadLimit: 100,
  downloadLimited: false, uploadLimit: 100, uploadLimited: false, honorsSessionLimits: true, 'peer-limit': 50,
  seedRatioLimit: 2, seedRatioMode: 0, seedIdleLimit: 30, seedIdleMode: 0, leftUntilDone: 0, rateDownload: 0,
}; // prettier-ignore

export class LongListDaemon extends BusyDaemon {
  #round = 0;
  #first = 0;

  answer(method, args) {
    if (method !== 'torrent-get') return super.answer(method, args);
    const { fields, ids } = args;
    const count = this.hashes.length;
    if (!this.calm) {
      this.#round += 1;
      this.#first = (this.#first + changing) % count;
    }
    const all = this.hashes.map((hash, at) => at);
    const asked =
      ids === 'recently-active'
        ? all.filter((at) => (at - this.#first + count) % count < changing)
        : Array.isArray(ids)
          ? all.filter((at) => ids.includes(this.hashes[at]))
          : all;
    const rows = asked.map((at) => {
      const torrent = this.#torrent(at);
      return fields.map((field) => torrent[field] ?? 0);
    });
    return { torrents: [fields, ...rows], removed: [] };
  }

  #torrent(at) {
    const hash = this.hashes[at];
    const isChanging = (at - this.#first + this.hashes.length) % this.hashes.length < changing;
    const uploaded = bytes * (at % 7) + this.#round * 16_384 * (at % 50);
    return {
      ...none,
      hashString: hash,
      id: at + 1,
      name: `Some.Linux-${hash.slice(0, 6)}-${at}.iso`,
      status: at % 3 === 0 ? 0 : 6,
      rateUpload: isChanging ? 1000 * (1 + ((at + this.#round) % 400)) : 0,
      percentDone: 1,
      sizeWhenDone: bytes + at,
      totalSize: bytes + at,
      downloadedEver: bytes + at,
      uploadedEver: isChanging ? uploaded : bytes * (at % 7),
      uploadRatio: uploaded / bytes,
      peersConnected: at % 20,
      peersGettingFromUs: at % 5,
      queuePosition: at,
      activityDate: isChanging ? 1_700_000_000 + this.#round : 1_700_000_000 - at,
      labels: labels[at % labels.length],
      downloadDir: `/srv/${folders[at % folders.length]}`,
      addedDate: 1_600_000_000 + at * 1000,
      doneDate: 1_600_000_100 + at * 1000,
      trackers: [{ id: 0, tier: 0, announce: `https://tracker${at % 9}.example/announce`, scrape: '' }],
    };
  }
}
