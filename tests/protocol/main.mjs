// How well an endpoint that echoes keeps to RFC 6455 and RFC 7692:
//   node main.mjs URL [--ca FILE] [--only PREFIX] [--wait SECONDS]

import fs from 'node:fs';
import { parseArgs } from 'node:util';

import { maxNonStrict, runCases } from './suite.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ca: { type: 'string' }, only: { type: 'string', default: '' }, wait: { type: 'string' } },
});
if (positionals.length !== 1) {
  console.error('usage: main.mjs URL [--ca FILE] [--only PREFIX] [--wait SECONDS]');
  process.exit(2);
}
const address = {
  url: positionals[0],
  ca: values.ca && fs.readFileSync(values.ca),
  wait: values.wait && Number(values.wait) * 1000,
};
const results = await runCases(address, values.only);

const topics = new Map();
for (const { id, title, verdict, reason } of results) {
  const topic = id.split('.')[0];
  if (!topics.has(topic)) topics.set(topic, { ok: 0, 'non-strict': 0, failed: 0 });
  ++topics.get(topic)[verdict];
  if (verdict !== 'ok') console.log(`${verdict.padEnd(10)} ${id}: ${title}: ${reason}`);
}
console.table(Object.fromEntries(topics));
const count = (verdict) => results.filter((result) => result.verdict === verdict).length;
console.log(`${results.length} cases, ${count('failed')} failed, ${count('non-strict')} non-strict`);
process.exitCode = count('failed') > 0 || count('non-strict') > maxNonStrict ? 1 : 0;
