// .torrent files made in memory, of content that is all zeros: a sparse file has it.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export function bencode(value) {
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (typeof value === 'string') return bencode(Buffer.from(value));
  if (typeof value === 'number') return Buffer.from(`i${value}e`);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencode), Buffer.from('e')]);
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => [bencode(key), bencode(value[key])]);
  return Buffer.concat([Buffer.from('d'), ...members, Buffer.from('e')]);
}

const zeros = new Map();
function hashOfZeros(length) {
  if (!zeros.has(length)) zeros.set(length, createHash('sha1').update(Buffer.alloc(length)).digest());
  return zeros.get(length);
}

// {name, length, hash, bytes, createFiles}. files: the length of each, by its name; a torrent of one file alone has a length.
// hashed: false for one that nobody will check, of which the hashes would take long.
export function makeTorrent({ name, length, files, announce, pieceLength = 2 ** 18, hashed = true }) {
  const total = length ?? Object.values(files).reduce((sum, each) => sum + each, 0);
  const pieces = [];
  for (let left = total; left > 0; left -= pieceLength) {
    pieces.push(hashed ? hashOfZeros(Math.min(left, pieceLength)) : Buffer.alloc(20));
  }
  const content = files
    ? { files: Object.entries(files).map(([file, each]) => ({ length: each, path: [file] })) }
    : { length };
  const info = { name, 'piece length': pieceLength, pieces: Buffer.concat(pieces), ...content };
  const bytes = bencode({ ...(announce && { announce }), info });
  return {
    name,
    length: total,
    hash: createHash('sha1').update(bencode(info)).digest('hex'),
    bytes,
    // Below a folder, as a daemon that has all of it would have them.
    createFiles(folder) {
      for (const [file, each] of Object.entries(files ?? { '': length })) {
        const target = path.join(folder, name, file);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, '');
        fs.truncateSync(target, each);
      }
    },
  };
}
