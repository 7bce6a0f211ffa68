// A certificate authority of a test's own, and a client's certificate from it.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

// {authority, certificate, key, remove}: files, the latter two those of a client with this common name.
export function makeClientCertificate(commonName) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certificates-'));
  const file = (name) => path.join(folder, name);
  const openssl = (...options) => execFileSync('openssl', options, { stdio: 'pipe' });
  const [authority, authorityKey] = [file('authority.pem'), file('authority-key.pem')];
  const [request, certificate, key] = [file('request.pem'), file('certificate.pem'), file('key.pem')];
  const self = ['-x509', '-days', '2', '-subj', '/CN=Test authority', '-keyout', authorityKey, '-out', authority];
  openssl('req', ...newKey, ...self);
  openssl('req', '-new', ...newKey, '-subj', `/CN=${commonName}`, '-keyout', key, '-out', request);
  const signed = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-days', '2', '-out', certificate];
  openssl('x509', '-req', '-in', request, ...signed);
  return { authority, certificate, key, remove: () => fs.rmSync(folder, { recursive: true }) };
}
