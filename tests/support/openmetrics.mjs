// What Prometheus makes of a ?metrics answer.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const parser = fileURLToPath(new URL('openmetrics.py', import.meta.url));

// The families by their names: {name, type, help, unit, samples: [{name, labels, value}]}. Fails when it is not
// OpenMetrics. Debian's own python is the one that Debian's package is for.
export function parseMetrics(text) {
  const families = execFileSync('/usr/bin/python3', [parser], { input: text, encoding: 'utf8' });
  return new Map(JSON.parse(families).map((family) => [family.name, family]));
}

// The value of a family's sample with these labels.
export function valueOf(families, name, labels = {}) {
  const wanted = Object.entries(labels);
  const fits = (sample) => wanted.every(([label, value]) => sample.labels[label] === value);
  return families.get(name)?.samples.find(fits)?.value;
}
