// permessage-deflate in the opening handshake (RFC 7692, 7.1): what a response to an offer may be.

import { extension } from 'ws';

const name = 'permessage-deflate';
const known = [
  'server_no_context_takeover',
  'client_no_context_takeover',
  'server_max_window_bits',
  'client_max_window_bits',
];

// Of a header that keeps the grammar: the parameters of each permessage-deflate in it.
export function elementsOf(header) {
  const elements = Object.entries(extension.parse(header.trim()));
  const other = elements.find(([found]) => found !== name);
  return { elements: elements.find(([found]) => found === name)?.[1] ?? [], other: other?.[0] };
}

const bitsOf = (value) => (/^(?:[89]|1[0-5])$/.test(value) ? Number(value) : NaN);

// Why a response does not suit an offer, or null.
function mismatch(offer, response) {
  if (offer.server_no_context_takeover && !response.server_no_context_takeover)
    return 'server_no_context_takeover is left out';
  const offered = offer.server_max_window_bits?.[0];
  const answered = response.server_max_window_bits?.[0];
  if (offered !== undefined && !(bitsOf(answered) <= Number(offered))) {
    return `server_max_window_bits is ${answered} where ${offered} was offered`;
  }
  const [window] = response.client_max_window_bits ?? [];
  if (window === undefined) return null;
  if (!offer.client_max_window_bits) return 'client_max_window_bits was not offered';
  const [limit] = offer.client_max_window_bits;
  return limit !== true && bitsOf(window) > Number(limit)
    ? `client_max_window_bits is ${window} where ${limit} was offered`
    : null;
}

// What was agreed on, for DeflateCodec; null when the extension was declined. Fails at a response that no offer allows.
export function agreement(offerHeader, responseHeader) {
  if (responseHeader === undefined) return null;
  const { elements, other } = elementsOf(responseHeader);
  if (other !== undefined) throw new Error(`the extension ${other} was not offered`);
  if (elements.length !== 1) throw new Error(`${elements.length} acceptances: ${responseHeader}`);
  const [response] = elements;
  for (const [parameter, values] of Object.entries(response)) {
    const bits = parameter.endsWith('_bits');
    const right =
      known.includes(parameter) && values.length === 1 && (bits ? bitsOf(values[0]) > 0 : values[0] === true);
    if (!right) throw new Error(`not a response: ${responseHeader}`);
  }
  const reasons = elementsOf(offerHeader ?? '').elements.map((offer) => mismatch(offer, response));
  if (!reasons.includes(null)) throw new Error(`${responseHeader}: ${reasons[0] ?? 'nothing was offered'}`);
  return {
    serverNoContext: response.server_no_context_takeover !== undefined,
    clientNoContext: response.client_no_context_takeover !== undefined,
    serverBits: bitsOf(response.server_max_window_bits?.[0] ?? '15'),
    clientBits: bitsOf(response.client_max_window_bits?.[0] ?? '15'),
  };
}
