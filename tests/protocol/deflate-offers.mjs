// permessage-deflate offers: each combination of parameters, several offers, and offers that must be declined.

import { randomBytes } from 'node:crypto';

import { Refused } from './client.mjs';
import { text } from './frames.mjs';
import { demand, nonStrict } from './verdict.mjs';

const cases = [];
const add = (id, title, run) => cases.push({ id: `deflate.${id}`, title, run });

// Noise in which some text comes again at just such distances that each window but the largest is too short for one.
const distances = [8, 9, 10, 11, 12, 13, 14].map((bits) => Math.round(1.4 * (1 << bits)));
const repeated = 60;
const noise = randomBytes(20000).toString('base64').slice(0, 26000);
const reaching = distances.reduce((text, distance) => text + text.substr(-distance, repeated), noise);

const lines = Array.from({ length: 40 }, (_, index) => `line ${index} of ${(index * 7919) % 1009}\n`).join('');
const messages = [...[0, 5, 300, 1500, 40000].map((size) => lines.repeat(100).slice(0, size)), reaching];

async function exchange(client) {
  for (const message of messages) await client.compressedEcho('text', message);
  await client.echo('text', 'not compressed', text('not compressed'));
  await client.compressedEcho('binary', messages.at(-1));
  await client.finish();
}

async function acceptedAndUsed(peer, offer) {
  const client = await peer.open({ offer });
  demand(client.agreed, 'the offer is declined');
  await exchange(client);
}

const bits = ['8', '9', '10', '11', '12', '13', '14', '15'];
const noContext = ['', 's', 'c', 'sc'];
for (const contexts of noContext) {
  for (const server of ['', ...bits]) {
    for (const client of ['', 'any', ...bits]) {
      const parameters = [
        contexts.includes('s') ? 'server_no_context_takeover' : '',
        contexts.includes('c') ? 'client_no_context_takeover' : '',
        server && `server_max_window_bits=${server}`,
        client && (client === 'any' ? 'client_max_window_bits' : `client_max_window_bits=${client}`),
      ];
      const offer = ['permessage-deflate', ...parameters.filter((parameter) => parameter !== '')].join('; ');
      const name = [contexts || 'none', server || 'none', client || 'none'].join('.');
      add(`offer.${name}`, offer, (peer) => acceptedAndUsed(peer, offer));
    }
  }
}

// Ways to write an offer, and offers beside others.
const spelled = {
  'no-blanks': 'permessage-deflate;server_no_context_takeover;client_max_window_bits',
  'many-blanks': '  permessage-deflate ;  client_max_window_bits\t;server_no_context_takeover  ',
  'other-order':
    'permessage-deflate; client_max_window_bits=12; client_no_context_takeover; server_no_context_takeover',
  quoted: 'permessage-deflate; client_max_window_bits="12"',
  'two-same': 'permessage-deflate, permessage-deflate',
  'two-last-simple': 'permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate',
  three:
    'permessage-deflate; server_max_window_bits=9; server_no_context_takeover, permessage-deflate; server_no_context_takeover, permessage-deflate',
  'behind-unknown': 'x-unknown; a=1, permessage-deflate; client_max_window_bits',
  'in-front-of-unknown': 'permessage-deflate; client_max_window_bits, x-unknown',
  'behind-webkit': 'x-webkit-deflate-frame, permessage-deflate',
  'behind-bad': 'permessage-deflate; unknown_parameter, permessage-deflate',
  'behind-bad-bits': 'permessage-deflate; server_max_window_bits=16, permessage-deflate; client_max_window_bits',
  'behind-bad-twice': 'permessage-deflate; server_no_context_takeover; server_no_context_takeover, permessage-deflate',
  'two-headers': ['x-unknown', 'permessage-deflate; client_max_window_bits'],
  'two-headers-both': ['permessage-deflate; server_no_context_takeover', 'permessage-deflate'],
};
for (const [name, offer] of Object.entries(spelled)) {
  add(`spelled.${name}`, [offer].flat().join(' | '), async (peer) => {
    try {
      await acceptedAndUsed(peer, offer);
    } catch (error) {
      if (!(error instanceof Refused) || !name.startsWith('behind-bad')) throw error;
      return nonStrict(`${error.message} instead of declining one offer`);
    }
    return undefined;
  });
}

async function works(client) {
  demand(client.agreed === null, 'it is accepted');
  await client.echo('text', 'plain', text('plain'));
  await client.finish();
}

// RFC 7692, 7.1: an offer with these is declined, which leaves a connection without compression.
const declined = {
  unknown: 'unknown_parameter',
  'unknown-value': 'unknown_parameter=1',
  'server-context-value': 'server_no_context_takeover=1',
  'client-context-value': 'client_no_context_takeover=true',
  'server-bits-none': 'server_max_window_bits',
  ...Object.fromEntries(
    ['0', '1', '7', '16', '010', '08', '-8', '1e1', '99999999999', 'abc', '8.0'].flatMap((value) => [
      [`server-bits.${value}`, `server_max_window_bits=${value}`],
      [`client-bits.${value}`, `client_max_window_bits=${value}`],
    ]),
  ),
  'server-context-twice': 'server_no_context_takeover; server_no_context_takeover',
  'client-context-twice': 'client_no_context_takeover; client_no_context_takeover',
  'server-bits-twice': 'server_max_window_bits=10; server_max_window_bits=10',
  'client-bits-twice': 'client_max_window_bits; client_max_window_bits=10',
};
for (const [name, parameters] of Object.entries(declined)) {
  const offer = `permessage-deflate; ${parameters}`;
  add(`declined.${name}`, offer, async (peer) => {
    try {
      await works(await peer.open({ offer }));
    } catch (error) {
      if (!(error instanceof Refused && error.status === 400)) throw error;
      return nonStrict(`${error.message} instead of being declined`);
    }
    return undefined;
  });
}
const others = [
  'x-unknown',
  'x-webkit-deflate-frame',
  'permessage-deflated',
  'deflate',
  'permessage-bzip2',
  'x-unknown; permessage-deflate',
  'mux; max-channels=4',
];
for (const [index, offer] of others.entries()) {
  add(`declined.other.${index}`, offer, async (peer) => works(await peer.open({ offer })));
}

// RFC 6455, 9.1: a header that breaks the grammar fails the handshake. To leave it aside does no harm.
const broken = {
  'lone-semicolon': 'permessage-deflate;',
  'two-semicolons': 'permessage-deflate;; client_max_window_bits',
  'no-name': '; client_max_window_bits',
  'no-parameter': 'permessage-deflate; =1',
  'no-value': 'permessage-deflate; server_max_window_bits=',
  'open-quote': 'permessage-deflate; server_max_window_bits="10',
  'two-words': 'permessage-deflate client_max_window_bits',
  slash: 'permessage/deflate',
};
for (const [name, offer] of Object.entries(broken)) {
  add(`broken.${name}`, offer, async (peer) => {
    try {
      await works(await peer.open({ offer }));
    } catch (error) {
      if (error instanceof SyntaxError) return nonStrict('it is accepted');
      demand(error instanceof Refused && error.status === 400, error.message);
    }
    return undefined;
  });
}

export default cases;
