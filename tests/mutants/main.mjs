// Takes each guard of mutants.mjs out of a copy of the sources and sees its test fail.
// Usage: node tests/mutants/main.mjs [a part of a guard's name]…

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { mutants } from './mutants.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const tree = path.join(repository, 'build/mutants');

// With the objects that are built already, so that a mutant costs the compilation of one file.
function copyTree() {
  fs.rmSync(tree, { recursive: true, force: true });
  fs.mkdirSync(tree, { recursive: true });
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: repository, encoding: 'utf8' });
  const sources = names.split('\0').filter((name) => name !== '' && fs.existsSync(path.join(repository, name)));
  const built = ['config.mk', 'configure', 'tests/node_modules', 'htdocs/node_modules'];
  const results = fs.readdirSync(path.join(repository, 'build')).filter((name) => !['mutants', 'tests', 'demo', 'tidy', 'fuzz'].includes(name));
  const all = [...sources, ...built, ...results.map((name) => `build/${name}`)];
  execFileSync('cp', ['--archive', '--parents', '--reflink=auto', ...all, tree], { cwd: repository });
}

function build(goals) {
  const made = spawnSync('make', ['-j2', 'WARNINGS=-w', ...goals], { cwd: tree, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`a mutant has to compile:\n${made.stdout}${made.stderr}`);
}

// {ran, failed}: how many tests.
function runTest({ test, name }) {
  if (test.startsWith('unit:')) {
    const program = path.join(tree, 'build', test.slice('unit:'.length));
    const [group, which] = name.split('.');
    // One that hangs has seen something as well.
    const { stdout, status } = spawnSync(program, ['-sg', group, '-sn', which], { encoding: 'utf8', timeout: 60_000 });
    const [, ran] = / (\d+) ran,/.exec(stdout) ?? [undefined, 1];
    return { ran: Number(ran), failed: status === 0 ? 0 : 1 };
  }
  const command = ['--test', `--test-name-pattern=${name}`, path.join(tree, 'tests', test)];
  const environment = { ...process.env, BUILD: path.join(tree, 'build'), NODE_TEST_CONTEXT: undefined };
  const { stdout } = spawnSync(process.execPath, command, { cwd: tree, env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });
  const figure = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)[1]);
  return { ran: figure('pass') + figure('fail'), failed: figure('fail') };
}

const programs = ['programs', 'test-programs'];
const goalsOf = ({ test }) => (test.startsWith('unit:') ? [`build/${test.slice('unit:'.length)}`] : programs);

function withoutGuard({ file, guard, from, to }, action) {
  const place = path.join(tree, file);
  const text = fs.readFileSync(place, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not have just once what guards: ${guard}\n${from}`);
  fs.writeFileSync(place, text.replace(from, () => to));
  try {
    return action();
  } finally {
    fs.writeFileSync(place, text);
  }
}

const wanted = process.argv.slice(2);
const chosen = mutants.filter(({ guard }) => wanted.length === 0 || wanted.some((part) => guard.includes(part)));
copyTree();

// A test that fails with the guard in says nothing about it.
const healthy = new Map();
for (const mutant of chosen) {
  const key = `${mutant.test} ${mutant.name}`;
  if (healthy.has(key)) continue;
  build(goalsOf(mutant));
  const { ran, failed } = runTest(mutant);
  if (ran === 0) throw new Error(`no such test: ${key}`);
  healthy.set(key, failed === 0);
}

let survived = 0;
for (const mutant of chosen) {
  const seen = withoutGuard(mutant, () => {
    build(goalsOf(mutant));
    return runTest(mutant).failed > 0;
  });
  const verdict = !healthy.get(`${mutant.test} ${mutant.name}`) ? 'FAILS ANYWAY' : seen ? 'seen' : 'NOT SEEN';
  survived += verdict === 'seen' ? 0 : 1;
  console.log(`${verdict.padEnd(12)} ${mutant.guard}`);
}
build(programs);
console.log(`${chosen.length - survived} passed, ${survived} failed`);
process.exitCode = survived === 0 ? 0 : 1;
