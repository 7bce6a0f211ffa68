// What sessions of different libraries have in common: values as tests compare them, and errors. Pages load it, too.

// An ERROR or ABORT, and what an endpoint throws.
export const failure = (uri, args = [], kwargs = {}) =>
  Object.assign(new Error(`${uri}: ${args[0] ?? ''}`), { uri, args, kwargs });

// A value as every library would give it: bytes as a Uint8Array, integers as numbers.
export function plain(value) {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

// Bytes as WAMP's JSON has them, for libraries that do not convert them.
export const bytesInJson = (bytes) => `\0${btoa(String.fromCharCode(...bytes))}`;

// Messages between a test and a session elsewhere, as text: bytes are {"$bytes": base64}.
export const toText = (message) =>
  JSON.stringify(message, (key, value) =>
    value instanceof Uint8Array ? { $bytes: btoa(String.fromCharCode(...value)) } : value,
  );
export const fromText = (text) =>
  JSON.parse(text, (key, value) =>
    typeof value?.$bytes === 'string' ? Uint8Array.from(atob(value.$bytes), (each) => each.charCodeAt(0)) : value,
  );
