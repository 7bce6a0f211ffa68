// The documentation names what the sources have, and nothing else.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const read = (file) => fs.readFileSync(path.join(repository, file), 'utf8');

const sources = ['mod_torrent_ws', 'worker']
  .flatMap((folder) => fs.readdirSync(path.join(repository, folder), { recursive: true }).map((file) => `${folder}/${file}`))
  .filter((file) => /\.[ch]pp$/.test(file))
  .map((file) => ({ file, text: read(file) }));

const allIn = (text, expression) => [...text.matchAll(expression)].map(([, found]) => found);
const sorted = (values) => [...new Set(values)].sort();

// The rows of the table below a heading of a document, of which there are some at least, each as its cells.
function tableOf(document, heading, least = 6) {
  const [, section] = read(document).split(`\n${heading}\n`);
  const lines = section.split('\n## ')[0].split('\n');
  const rows = lines.filter((line) => line.startsWith('| ')).slice(1);
  assert.ok(rows.length >= least, `${document} has a table below ${heading}`);
  return rows.map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

describe('log codes', () => {
  const rows = tableOf('docs/errors.md', '## Log codes');
  const code = /\b(TWS\d{4})\b/g;
  const filesOf = new Map();
  for (const { file, text } of sources) {
    for (const found of new Set(allIn(text, code))) filesOf.set(found, [...(filesOf.get(found) ?? []), file]);
  }

  test('are the documented ones, in order', () => {
    assert.deepEqual(rows.map(([name]) => name), sorted(filesOf.keys()));
  });

  test('have a level, a cause, an effect and a remedy', () => {
    for (const [name, level, ...cells] of rows) {
      assert.match(level, /^(error|warning|notice|info|debug)$/, name);
      assert.equal(cells.length, 3, name);
      // Nothing is to be done about what is no trouble.
      const isTrouble = ['error', 'warning'].includes(level);
      for (const [index, cell] of cells.entries()) {
        assert.ok(cell.length > 2 || (cell === '–' && index > 0 && !isTrouble), `${name}: ${JSON.stringify(cell)}`);
      }
    }
  });

  test('have one meaning: each is in one file', () => {
    const shared = [...filesOf].filter(([, files]) => files.length > 1);
    assert.deepEqual(shared, []);
  });

  test('have the documented level', () => {
    const httpd = /APLOG_MARK, APLOG_(\w+)[^;]*?"(TWS\d{4}): /g;
    const loop = /LogLevel::k(\w+),\s*"(TWS\d{4})"/g;
    const levels = { ERR: 'error', WARNING: 'warning', NOTICE: 'notice', INFO: 'info' };
    const documented = new Map(rows.map(([name, level]) => [name, level]));
    for (const { file, text } of sources) {
      for (const [, level, name] of [...text.matchAll(httpd), ...text.matchAll(loop)]) {
        assert.equal(levels[level] ?? level.toLowerCase(), documented.get(name), `${name} in ${file}`);
      }
    }
    const ofWorkers = new Map(
      [...read('worker/log_codes.hpp').matchAll(/(k\w+) = "(TWS\d{4})"/g)].map(([, constant, name]) => [constant, name]),
    );
    const calls = sources.flatMap(({ text }) => [...text.matchAll(/log\("(\w+)",\s*(?:\w+::)*log_code::(k\w+)/g)]);
    assert.deepEqual(sorted(calls.map(([, , constant]) => constant)), sorted(ofWorkers.keys()));
    for (const [, level, constant] of calls) assert.equal(level, documented.get(ofWorkers.get(constant)), constant);
  });
});

describe('directives', () => {
  const declared = sorted(allIn(read('mod_torrent_ws/apache/directives.cpp'), /directive\("(TorrentWs\w+)"/g));

  test('are in the table of docs/directives.md', () => {
    const documented = allIn(read('docs/directives.md'), /^\| `(TorrentWs\w+)` \|/gm);
    assert.deepEqual(documented.sort(), declared);
  });

  test('are in conf/torrent_ws.conf, each once as a line of its own', () => {
    const shown = allIn(read('conf/torrent_ws.conf'), /^#?(TorrentWs\w+) /gm);
    assert.deepEqual(shown.sort(), declared);
  });

  test('no text names one that is not there', () => {
    const documents = ['README.md', 'conf', 'docs', 'htdocs/php', 'htdocs/handlers', 'htdocs/site'];
    const files = documents.flatMap((name) => {
      const place = path.join(repository, name);
      if (fs.statSync(place).isFile()) return [name];
      return fs.readdirSync(place).map((file) => `${name}/${file}`);
    });
    const alerts = allIn(read('conf/prometheus-rules.yml'), /- alert: (\w+)/g);
    // PHP's classes, and names of mod_status.
    const others = /^TorrentWs(?:Connection|Topic|Refusal|\w*Channel|Publisher|Tokens|Tokens\w*|Up|Pid|Processes\w+|Connections\w+)$/;
    for (const file of files.filter((name) => /\.(md|conf|yml|php|in)$/.test(name))) {
      const unknown = allIn(read(file), /\b(TorrentWs\w+)/g).filter(
        (name) => !declared.includes(name) && !alerts.includes(name) && !others.test(name),
      );
      assert.deepEqual(unknown, [], file);
    }
  });
});

describe('WAMP', () => {
  const document = 'docs/wamp.md';
  const headings = ['Basic profile', 'Publish and subscribe', 'Remote procedure calls', 'Meta API', 'Signing in, and what is allowed'];
  const rows = headings.flatMap((heading) => tableOf(document, `## ${heading}`, 3));

  test('features that WELCOME announces have a row each, and no others say that they are', () => {
    const announced = allIn(read('mod_torrent_ws/wamp/features.cpp'), /role\(\{([^}]+)\}\)/g).flatMap((list) => allIn(list, /"(\w+)"/g));
    assert.deepEqual(rows.flatMap(([feature]) => allIn(feature, /`(\w+)`/g)).sort(), sorted(announced));
  });

  // By the end of a file's name: its folder, and how a test of this name begins there.
  const kinds = [
    ['_test.cpp', 'tests/unit', (name) => `^TEST\\(\\w+, ${name}\\)`],
    ['-cases.mjs', 'tests/support', (name) => `^  async '${name}'`],
    ['.test.mjs', 'tests/httpd', (name) => `(?:test|describe)\\((['"\`])${name}\\1`],
  ];

  test('features have tests, which are there', () => {
    const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    for (const [feature, , tests] of rows) {
      assert.match(tests, /^`/, feature);
      for (const part of tests.split('; ')) {
        const [, file, titles] = part.match(/^`([\w.-]+)` (.+)$/);
        const [ending, folder, begin] = kinds.find(([end]) => file.endsWith(end));
        const source = read(`${folder}/${file}`);
        const names = ending === '_test.cpp' ? titles.split(', ') : allIn(titles, /"([^"]+)"/g);
        assert.ok(names.length > 0, part);
        for (const name of names) {
          assert.ok(new RegExp(begin(escaped(name)), 'm').test(source), `${feature}: ${file} has ${name}`);
        }
      }
    }
  });

  test('features that are not there have a reason', () => {
    for (const [feature, ...cells] of tableOf(document, '## What is not there, and why')) {
      assert.equal(cells.length, 1, feature);
      assert.ok(cells[0].length > 10, feature);
    }
  });

  test('error URIs are documented, and no others', () => {
    const documented = tableOf('docs/errors.md', '## WAMP errors').flatMap(([uris]) => allIn(uris, /`([\w.]+)`/g));
    const known = allIn(read('mod_torrent_ws/wire/error_uris.hpp'), /"((?:wamp|torrent_ws)\.error\.\w+)"/g);
    assert.deepEqual(documented.sort(), sorted(known));
  });

  test('the ends of a session have the codes and URIs that are documented', () => {
    const closeCodes = tableOf('docs/errors.md', '## Close codes').map(([code]) => code);
    const uris = allIn(read('mod_torrent_ws/wire/error_uris.hpp'), /"(wamp\.close\.\w+)"/g);
    const ends = tableOf(document, '## How a session ends');
    for (const [who, , codes] of ends) {
      for (const code of allIn(codes, /\b(1\d{3})\b/g)) assert.ok(closeCodes.includes(code), `${who}: ${code}`);
    }
    assert.deepEqual(sorted(ends.flatMap(([, what]) => allIn(what, /`(wamp\.close\.\w+)`/g))), sorted(uris));
  });
});

describe('close codes', () => {
  const transport = 'mod_torrent_ws/websocket/transport.hpp';
  const values = new Map([...read(transport).matchAll(/^ {2}(k\w+) = (1\d{3}),/gm)].map(([, name, value]) => [name, value]));
  // The first are only in logs; the echo is compiled for tests only.
  const neverSent = ['kNone', 'kAbnormal'];
  const forTests = 'mod_torrent_ws/loop/echo.hpp';
  const used = sources
    .filter(({ file }) => ![transport, forTests].includes(file))
    .flatMap(({ text }) => allIn(text, /\bCloseCode::(k\w+)/g))
    .filter((name) => !neverSent.includes(name));

  test('that are sent are the documented ones', () => {
    const documented = tableOf('docs/errors.md', '## Close codes').map(([value]) => value);
    assert.deepEqual(documented, sorted(used.map((name) => values.get(name))));
  });

  test('that are logged are in the description of the access log', () => {
    const description = read('docs/directives.md');
    for (const name of neverSent) assert.ok(description.includes(values.get(name)), name);
  });
});
