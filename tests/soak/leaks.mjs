// The same connects under valgrind: httpd with its children, and torrent-ws. What they lose, and what they touch
// after it was freed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { get } from '../../conf/demo/network.mjs';
import { eventually } from '../support/patience.mjs';
import { connectAndEnd, withCertifiedStack } from './connects.mjs';
import { SecondHttpd } from './second-httpd.mjs';

// Valgrind is slow, and a leak in each connection shows in few of them.
const connects = Number(process.env.SOAK_CHECKED_CONNECTS || 150);
const options = [
  '--leak-check=full',
  '--show-leak-kinds=definite,indirect,possible',
  '--num-callers=24',
  '--keep-debuginfo=yes',
  '--undef-value-errors=no',
];
const children = {
  event:
    'StartServers 1\nServerLimit 1\nThreadsPerChild 12\nMinSpareThreads 1\nMaxSpareThreads 12\nMaxRequestWorkers 12\n',
  prefork: 'StartServers 1\nMinSpareServers 1\nMaxSpareServers 2\nMaxRequestWorkers 1\n',
};

// {lost: the most blocks that one place in the code has lost, errors: how many are no leaks, complete}. What mod_php
// loses at httpd's start is no connection's.
function readValgrindLog(text) {
  const records = text.split(/^==\d+== \n/m).filter((record) => !record.includes(': ap_run_post_config ('));
  const lost = records.map((record) => / ([\d,]+) blocks are \w+ lost in loss record/.exec(record)).filter(Boolean);
  const blocks = lost.map(([, number]) => Number(number.replaceAll(',', '')));
  const isError = (record) =>
    /^==\d+== (?:Invalid (?:read|write|free)|Mismatched free|Process terminating)/m.test(record);
  const errors = records.filter(isError).length;
  return { lost: Math.max(0, ...blocks), errors, complete: /ERROR SUMMARY/.test(text) };
}

async function startChecked(stack) {
  const name = 'checked';
  const folder = path.join(stack.root, name);
  const programs = path.join(stack.root, 'programs');
  for (const each of ['logs', 'programs']) fs.mkdirSync(path.join(folder, each), { recursive: true });
  // httpd's user writes there too.
  fs.chmodSync(path.join(folder, 'logs'), 0o777);
  const checked = (program) => ['valgrind', ...options, `--log-file=${folder}/logs/${program}.%p`];
  const script = `#!/bin/sh\nexec ${checked('torrent-ws').join(' ')} ${programs}/torrent-ws\n`;
  fs.writeFileSync(path.join(folder, 'programs/torrent-ws'), script, { mode: 0o755 });
  fs.symlinkSync(`${programs}/torrent-ws-worker`, path.join(folder, 'programs/torrent-ws-worker'));
  const httpd = await SecondHttpd.start(stack, name, {
    urls: [stack.httpUrl, stack.tlsUrl, stack.certifiedUrl],
    wrapper: checked('httpd'),
    lines: [`TorrentWsPrograms ${folder}/programs`],
  });
  httpd.status = async () => {
    const { status, body } = await get(`${httpd.urls[0]}torrent-ws-status?json`);
    assert.equal(status, 200);
    return JSON.parse(body);
  };
  await eventually(httpd.status);
  return httpd;
}

// What valgrind says of each process, when all are gone. Of one that was forked to execute another program
// the log has no end.
function completeLogs({ folder }) {
  const logs = path.join(folder, 'logs');
  const files = fs.readdirSync(logs).filter((name) => /^(httpd|torrent-ws)\.\d+$/.test(name));
  return eventually(() =>
    files.map((name) => {
      const text = fs.readFileSync(path.join(logs, name), 'utf8');
      assert.ok(
        /ERROR SUMMARY/.test(text) || !fs.existsSync(`/proc/${name.split('.')[1]}`),
        `${name} is not complete`,
      );
      return { name, text };
    }),
  );
}

export async function checkLeaks(mpm, report) {
  await withCertifiedStack({ mpm, conf: children[mpm] }, async (stack, variants) => {
    const httpd = await startChecked(stack);
    try {
      for (const [at, variant] of variants.entries()) {
        await connectAndEnd(httpd, { ...variant, base: httpd.urls[1 + at] }, connects);
      }
    } finally {
      await httpd.stop();
    }
    const logs = await completeLogs(httpd);
    report.section(`2 times ${connects} connects and closes over wss under valgrind, ${mpm} MPM`);
    for (const program of ['httpd', 'torrent-ws']) {
      const read = logs.filter(({ name }) => name.startsWith(program)).map(({ text }) => readValgrindLog(text));
      report.figure(`processes of ${program}`, read.filter(({ complete }) => complete).length, '', {
        atLeast: program === 'httpd' ? 2 : 1,
      });
      report.figure('  most blocks lost at one place', Math.max(...read.map(({ lost }) => lost)), '', {
        atMost: connects / 4,
      });
      report.figure(
        '  other errors',
        read.reduce((sum, { errors }) => sum + errors, 0),
        '',
        { atMost: 0 },
      );
    }
  });
}
