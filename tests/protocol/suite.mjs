// All cases, and what runs them. A case is {id, title, run, heavy}: `run` gets a peer to open connections to, and
// returns nothing, or nonStrict(reason), or throws. Its id begins with its topic.

import { setTimeout as sleep } from 'node:timers/promises';

import { patience } from '../support/patience.mjs';
import { Client } from './client.mjs';
import closing from './closing.mjs';
import control from './control.mjs';
import deflateMessages from './deflate-messages.mjs';
import deflateOffers from './deflate-offers.mjs';
import fragmentation from './fragmentation.mjs';
import framing from './framing.mjs';
import limits from './limits.mjs';
import reserved from './reserved.mjs';
import utf8 from './utf8.mjs';

export const cases = [
  framing,
  control,
  reserved,
  fragmentation,
  utf8,
  closing,
  limits,
  deflateOffers,
  deflateMessages,
].flat();
// A server that is not strict in more cases has failed as a whole.
export const maxNonStrict = 12;
const atOnce = 8;

// The connections of one case.
class Peer {
  #clients = [];

  constructor(address) {
    this.address = address;
  }

  async open(options) {
    const client = await Client.open(this.address, options);
    this.#clients.push(client);
    return client;
  }

  release() {
    for (const client of this.#clients) client.release();
  }
}

async function inTime(promise, milliseconds) {
  const stop = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`nothing comes in ${milliseconds / 1000} s`);
  });
  return Promise.race([promise, late]).finally(() => stop.abort());
}

async function runCase({ id, title, run }, { url, ca, wait = patience }) {
  const peer = new Peer({ url, ca });
  try {
    const { verdict, reason } = (await inTime(run(peer), wait)) ?? { verdict: 'ok' };
    return { id, title, verdict, reason };
  } catch (error) {
    return { id, title, verdict: 'failed', reason: error.message };
  } finally {
    peer.release();
  }
}

// {id, title, verdict, reason} of each case whose id begins with `prefix`, in the table's order. address: {url, ca}, and
// `wait`, the milliseconds after which a case has failed.
export async function runCases(address, prefix = '') {
  const chosen = cases.filter(({ id }) => id.startsWith(prefix));
  const results = new Map();
  // Those that take much memory run one after the other, beside the rest.
  const lanes = [
    chosen.filter(({ heavy }) => heavy),
    ...Array(atOnce - 1).fill(chosen.filter(({ heavy }) => !heavy).values()),
  ];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const one of lane) results.set(one, await runCase(one, address));
    }),
  );
  return chosen.map((one) => results.get(one));
}
