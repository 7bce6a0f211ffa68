// What browsers' tabs with Transmission's own web client (3.00, web/javascript) ask a daemon while its list is open: the
// torrents that were active lately every 5 s, with its fields, and the settings every 8 s.

import { once } from 'node:events';
import http from 'node:http';

const stats =
  'error errorString eta isFinished isStalled leftUntilDone metadataPercentComplete peersConnected peersGettingFromUs peersSendingToUs percentDone queuePosition rateDownload rateUpload recheckProgress seedRatioMode seedRatioLimit sizeWhenDone status trackers downloadDir uploadedEver uploadRatio webseedsSendingToUs'.split(
    ' ',
  );
const metadata = ['addedDate', 'name', 'totalSize'];
const [listEvery, settingsEvery] = [5000, 8000];

export class WebTab {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #sessionId = '';
  #timers = [];
  #sockets = new Set();
  #stopping = false;
  #underWay = [];
  requests = 0;

  constructor(url) {
    this.url = url;
  }

  // What a tab asks for when it is opened. Resolves with the bytes of the answer.
  async open() {
    await this.#ask('session-get');
    const before = this.bytes;
    await this.#ask('torrent-get', { fields: ['id', ...metadata, ...stats] });
    return this.bytes - before;
  }

  // Goes on asking. share: how much of the first interval is over, as tabs are not opened at the same time.
  start(share) {
    const repeat = (act, first, every) => {
      const at = this.#timers.push(undefined) - 1;
      const next = () => {
        if (!this.#stopping) this.#timers[at] = setTimeout(next, every);
        this.#underWay = [...this.#underWay.slice(-9), act()];
      };
      this.#timers[at] = setTimeout(next, first);
    };
    const list = () => this.#ask('torrent-get', { fields: ['id', ...stats], ids: 'recently-active' });
    repeat(list, (1 - share) * listEvery, listEvery);
    repeat(() => this.#ask('session-get'), (1 - share) * settingsEvery, settingsEvery);
  }

  // What is under way is answered before the connection ends.
  async stop() {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.allSettled(this.#underWay);
    this.#agent.destroy();
  }

  // Of bodies and heads, compressed as for browsers.
  get bytes() {
    return [...this.#sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  }

  async #ask(method, args) {
    for (let status = 0; status !== 200;) {
      const headers = {
        'Content-Type': 'json',
        'Accept-Encoding': 'gzip, deflate',
        'X-Transmission-Session-Id': this.#sessionId,
      };
      const request = http.request(this.url, { method: 'POST', agent: this.#agent, headers });
      request.on('socket', (socket) => this.#sockets.add(socket));
      request.end(JSON.stringify({ method, arguments: args }));
      const [response] = await once(request, 'response');
      await once(response.resume(), 'end');
      this.requests += 1;
      status = response.statusCode;
      this.#sessionId = response.headers['x-transmission-session-id'] ?? this.#sessionId;
    }
  }
}
