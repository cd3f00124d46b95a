// node scripts/setup.mjs [script.ts arguments…]
// Installs the locked packages when they are missing or of another lock file, then runs the script with the project's own Node.
// Runs on Node 18 and later, before any package is there.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = join(root, 'node_modules');
const stamp = join(packages, '.wf-deploy-lock');
const binaries = join(packages, '.bin');
const node = join(binaries, 'node');
// Beside node_modules and not in it: installing empties that folder.
const lock = join(root, '.setup-lock');

const say = (line) => process.stderr.write(`${line}\n`);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class SetupFailure extends Error {}

function lockedPackages() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockedPackages();
}

/** Takes the lock, or waits until whoever has it is done or dead. */
async function withLock(work) {
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'owner'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) rmSync(lock, { recursive: true, force: true });
    else {
      if (waited % 40 === 0) say('Another process installs the packages; waiting for it.');
      await sleep(500);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAbandoned() {
  try {
    process.kill(Number(readFileSync(join(lock, 'owner'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'EPERM') return false;
    if (error.code === 'ESRCH') return true;
    // Its owner file is not written yet, or the lock has just gone.
    return existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 5000;
  }
}

async function install() {
  if (isInstalled()) return;
  const begin = Date.now();
  say('Installing the locked packages (npm ci).');
  const ticking = setInterval(() => say(`npm ci: ${Math.round((Date.now() - begin) / 1000)} s so far`), 20_000);
  let code = await npmCi();
  // The network may be away for a moment. A signal is meant for the whole.
  for (let tries = 1; tries < 3 && code !== 0 && code < 128; tries += 1) {
    say('npm ci failed, and is tried once more.');
    await sleep(10_000);
    code = await npmCi();
  }
  clearInterval(ticking);
  if (code !== 0)
    throw new SetupFailure(
      'npm ci failed. Check that the package registry can be reached, and that package.json and package-lock.json belong together.',
    );
  writeFileSync(stamp, lockedPackages());
  say(`Packages installed in ${Math.round((Date.now() - begin) / 1000)} s.`);
}

const npmCi = () => run('npm', ['ci', '--no-audit', '--no-fund'], process.env);

function checkNode() {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (/^v24\./.test(stdout ?? '')) return;
  throw new SetupFailure(
    `node_modules/.bin/node is ${stdout?.trim() || 'not runnable'}, not Node 24. Remove node_modules and run this again.`,
  );
}

/** Runs a command at this terminal and gives its exit code. Signals go to it, and it decides what they mean. */
function run(command, argv, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { cwd: root, stdio: 'inherit', env: environment });
    const forward = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

try {
  if (!isInstalled()) await withLock(install);
  checkNode();
  const [script, ...argv] = process.argv.slice(2);
  if (script)
    process.exitCode = await run(node, [script, ...argv], { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` });
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  say(error.message);
  process.exitCode = 1;
}
