// What is made for Prometheus and Grafana is of metrics that there are, and each alert comes when it should.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { freePort } from '../../conf/demo/network.mjs';
import { parseMetrics } from '../support/openmetrics.mjs';
import { eventually } from '../support/patience.mjs';
import { build, noDaemon, startStack } from '../support/stack.mjs';

const conf = (name) => fileURLToPath(new URL(`../../conf/${name}`, import.meta.url));
const rulesFile = conf('prometheus-rules.yml');
const dashboardFile = conf('grafana-dashboard.json');

// Of the two places where Debian's package may be, installed or unpacked.
const environment = { ...process.env, PATH: `${process.env.PATH}:${path.join(build, 'packages/usr/bin')}` };

function promtool(...args) {
  return execFileSync('promtool', args, { encoding: 'utf8', env: environment });
}

const namesIn = (text) => new Set(text.match(/\btorrent_ws_\w+/g));

describe('the metrics that are named', () => {
  let families;
  before(async () => {
    const stack = await startStack({ backend: noDaemon });
    families = parseMetrics((await stack.get('/torrent-ws-status?metrics')).body);
    await stack.stop();
  });

  const known = () => new Set([...families.values()].map(({ name, type }) => name + (type === 'counter' ? '_total' : '')));

  for (const file of [rulesFile, dashboardFile]) {
    test(`${path.basename(file)} has none that is not there`, () => {
      const named = namesIn(fs.readFileSync(file, 'utf8'));
      assert.ok(named.size >= 8, [...named].join());
      assert.deepEqual([...named].filter((name) => !known().has(name)), []);
    });
  }

  test('docs/operation.md has all that are there, and no other one', () => {
    const documented = namesIn(fs.readFileSync(conf('../docs/operation.md'), 'utf8'));
    const infos = [...families.values()].filter(({ type }) => type === 'info').map(({ name }) => name);
    const actual = [...known()].map((name) => (infos.includes(name) ? `${name}_info` : name));
    assert.deepEqual([...documented].sort(), actual.sort());
  });
});

describe('the alerts', () => {
  // The series of an alert, each with its values at the minutes 0 to 30, and by then it has come.
  const causes = {
    TorrentWsDown: { 'up{job="torrent-ws"}': '1x5 0x25' },
    TorrentWsRestarts: { torrent_ws_uptime_seconds: '900x17 60 10 60 10 60 10 60x7' },
    TorrentWsWorkerRestarts: { torrent_ws_worker_restarts_total: '0x15 0+1x15' },
    TorrentWsJobsWait: { torrent_ws_jobs_queued: '101x30' },
    TorrentWsQueuedBytes: { torrent_ws_queued_bytes: '300000000x30' },
    TorrentWsDroppedDeltas: { torrent_ws_dropped_deltas_total: '0+100x30' },
    TorrentWsRefusals: { 'torrent_ws_refused_total{reason="limit"}': '0+60x30' },
    TorrentWsBackendErrors: {
      'torrent_ws_backend_requests_total{backend="main"}': '0+60x30',
      'torrent_ws_backend_errors_total{backend="main"}': '0+10x30',
    },
    TorrentWsTokenFailures: { torrent_ws_token_failures_total: '0+100x30' },
  };
  // A site where all is well.
  const quiet = {
    'up{job="torrent-ws"}': '1x30',
    torrent_ws_uptime_seconds: '0+60x30',
    torrent_ws_worker_restarts_total: '0x15 1x15',
    torrent_ws_jobs_queued: '2x30',
    torrent_ws_queued_bytes: '100000x30',
    torrent_ws_dropped_deltas_total: '0+1x30',
    'torrent_ws_refused_total{reason="limit"}': '0+1x30',
    'torrent_ws_backend_requests_total{backend="main"}': '0+60x30',
    'torrent_ws_backend_errors_total{backend="main"}': '0+1x30',
    torrent_ws_token_failures_total: '0+1x30',
  };

  const series = (values) => Object.entries(values).map(([name, numbers]) => ({ series: name, values: numbers }));

  // Which alerts fire after half an hour, as promtool has to see it.
  function assertFiring(values, alerts) {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-rules-')), 'test.yml');
    const expression = 'count by (alertname) (ALERTS{alertstate="firing"})';
    const samples = alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 }));
    const promql = { expr: expression, eval_time: '30m', exp_samples: samples };
    const tests = [{ interval: '1m', input_series: series(values), promql_expr_test: [promql] }];
    try {
      // JSON is YAML.
      fs.writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }));
      promtool('test', 'rules', file);
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  }

  test('are well formed', () => promtool('check', 'rules', rulesFile));

  test('each has its cause here', () => {
    const names = [...fs.readFileSync(rulesFile, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    assert.deepEqual(names, Object.keys(causes));
  });

  test('are silent where all is well', () => assertFiring(quiet, []));

  for (const [alert, cause] of Object.entries(causes)) {
    test(`${alert} comes, alone`, () => assertFiring({ ...quiet, ...cause }, [alert]));
  }

  test('a site that is not scraped at all is told', () => assertFiring({}, ['TorrentWsDown']));
});

test('the dashboard has a query in each panel, and a place of its own for each', () => {
  const { panels } = JSON.parse(fs.readFileSync(dashboardFile, 'utf8'));
  const places = panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`);
  assert.equal(new Set(places).size, panels.length);
  for (const { title, targets } of panels) assert.ok(targets.every(({ expr }) => namesIn(expr).size === 1), title);
});

test('Prometheus takes them as docs/operation.md has it', async (t) => {
  const stack = await startStack({ backend: noDaemon });
  t.after(() => stack.stop());
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-prometheus-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const operation = fs.readFileSync(conf('../docs/operation.md'), 'utf8');
  const [scrape] = /^    scrape_configs:\n(?:      .*\n)+/m.exec(operation);
  const settings = [
    'global: { scrape_interval: 1s, evaluation_interval: 1s }',
    `rule_files: [${rulesFile}]`,
    scrape.replace(/^    /gm, '').replace('www.example.org:80', new URL(stack.httpUrl).host),
  ];
  fs.writeFileSync(path.join(folder, 'prometheus.yml'), settings.join('\n'));

  const address = `127.0.0.1:${await freePort()}`;
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const prometheus = spawn('prometheus', [...files, `--web.listen-address=${address}`], {
    env: environment,
    stdio: 'ignore',
  });
  const ended = once(prometheus, 'exit');
  try {
    await eventually(async () => {
      const query = encodeURIComponent(`torrent_ws_build_info{job="torrent-ws"}`);
      const { data } = await (await fetch(`http://${address}/api/v1/query?query=${query}`)).json();
      assert.equal(data.result.length, 1);
    });
    const { data } = await (await fetch(`http://${address}/api/v1/rules`)).json();
    const health = new Set(data.groups.flatMap(({ rules }) => rules.map((rule) => rule.health)));
    assert.ok(!health.has('err'), JSON.stringify(data));
  } finally {
    prometheus.kill();
    await ended;
  }
});
