import { posix } from 'node:path';
import type { Source } from './source.ts';

/** Each rule answers with one sentence per breach. */

type Room = 'failure' | 'domain' | 'ports' | 'flows' | 'adapters' | 'world' | 'runner' | 'guardian' | 'credential' | 'index';

interface Floor {
  readonly sees: readonly Room[];
  readonly packages: 'none' | 'all' | readonly string[];
}

const inner = ['failure', 'domain', 'ports'] as const;
const guardianNeeds = ['node:fs', 'node:fs/promises', 'node:https'];
const floors: Readonly<Record<Room, Floor>> = {
  failure: { sees: ['failure'], packages: 'none' },
  domain: { sees: ['failure', 'domain'], packages: 'none' },
  ports: { sees: inner, packages: 'none' },
  flows: { sees: [...inner, 'flows'], packages: ['zod'] },
  adapters: { sees: [...inner, 'adapters'], packages: 'all' },
  world: { sees: [...inner, 'flows', 'adapters', 'world'], packages: 'all' },
  runner: { sees: [...inner, 'flows', 'adapters', 'world', 'runner'], packages: 'all' },
  // The other thing that runs: small, by itself in a pod, and wired together in its own main.ts.
  guardian: { sees: [...inner, 'adapters', 'guardian'], packages: guardianNeeds },
  // A program by itself too: Kubernetes clients start it for a token.
  credential: { sees: [...inner, 'adapters', 'credential'], packages: ['node:util'] },
  index: { sees: [...inner, 'flows', 'adapters', 'world', 'runner', 'credential'], packages: 'all' },
};

function roomOf(path: string): Room | undefined {
  if (/^src\/failure[^/]*\.ts$/.test(path)) return 'failure';
  const name =
    /^src\/(domain|ports|flows|adapters|world|runner|guardian|credential)\//.exec(path)?.[1] ?? /^src\/(index)\.ts$/.exec(path)?.[1];
  return name as Room | undefined;
}

/** domain ← ports ← flows; adapters see domain and ports; only the world, the index and the runner see adapters. */
export function floorBreaches({ path, imports }: Source): readonly string[] {
  if (!path.startsWith('src/')) return [];
  const room = roomOf(path);
  if (room === undefined) return [`${path} lies on no floor.`];
  const { sees, packages } = floors[room];
  return imports.flatMap((from) => {
    const other = from.startsWith('src/') ? roomOf(from) : undefined;
    if (other !== undefined) return sees.includes(other) ? [] : [`${path} (${room}) sees ${from} (${other}).`];
    const allowed = packages === 'all' || (packages !== 'none' && packages.includes(from));
    return allowed ? [] : [`${path} (${room}) imports ${from}.`];
  });
}

const impure = [
  'Date',
  'performance',
  'process',
  'console',
  'fetch',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'Math.random',
  'globalThis',
];
const waiting = ['Promise', 'queueMicrotask'];

/** A decision never asks the time, waits, throws dice or looks around: everything comes in as a value or through a port. */
export function purityBreaches({ path, evaluated, isAsynchronous }: Source): readonly string[] {
  const room = path === 'src/guardian/guard.ts' ? 'domain' : roomOf(path);
  if (room !== 'failure' && room !== 'domain' && room !== 'ports' && room !== 'flows') return [];
  const forbidden = room === 'flows' ? impure : [...impure, ...waiting];
  const found = forbidden.filter((name) => evaluated.has(name)).map((name) => `${path} (${room}) uses ${name}.`);
  return room !== 'flows' && isAsynchronous ? [...found, `${path} (${room}) waits.`] : found;
}

/** A test has its source's path, with `.lab` or `.long` before `.test` where it needs a cluster or much time. */
export function testedPath(test: string): readonly string[] {
  const path = test.replace(/(\.(lab|long))*\.test\.ts$/, '.ts');
  return [path, path.replace(/^test\//, 'src/'), path.replace(/^test\//, '')];
}

export interface TwinExceptions {
  /** Source → where it is tested instead; its parts are tested there too. */
  readonly testedElsewhere: Readonly<Record<string, string>>;
  /** Test, or folder of tests that ends in `/` → what it is about, as it is not about one file. */
  readonly withoutSource: Readonly<Record<string, string>>;
}

/**
 * Every source has a test at its path, or is a part of one in its own folder that has: what only serves a file beside it is tested
 * through it. Every test has a source. An exception that is not needed is a breach too.
 */
export function twinBreaches(sources: readonly Source[], exceptions: TwinExceptions): readonly string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const tests = [...paths].filter((path) => path.endsWith('.test.ts'));
  const tested = new Set(tests.flatMap(testedPath));
  const elsewhere = Object.keys(exceptions.testedElsewhere);
  const unneeded = elsewhere.filter((path) => !paths.has(path) || tested.has(path));
  const untested = untestedSources(sources, new Set([...tested, ...elsewhere]));
  const stray = tests.filter((test) => !testedPath(test).some((path) => paths.has(path)));
  const about = (test: string, key: string): boolean => test === key || (key.endsWith('/') && test.startsWith(key));
  const folders = Object.keys(exceptions.withoutSource);
  return [
    ...untested.map((path) => `${path} has no test.`),
    ...stray.filter((test) => !folders.some((key) => about(test, key))).map((test) => `${test} tests no file.`),
    ...unneeded.map((path) => `${path} needs no exception.`),
    ...folders.filter((key) => !stray.some((test) => about(test, key))).map((key) => `${key} needs no exception.`),
  ];
}

function untestedSources(sources: readonly Source[], tested: Set<string>): readonly string[] {
  const code = sources.filter(({ path, isTypesOnly }) => path.startsWith('src/') && !isTypesOnly);
  const beside = (one: string, other: string): boolean => posix.dirname(one) === posix.dirname(other);
  for (let grown = true; grown; ) {
    const parts = code.filter(({ path }) => tested.has(path)).flatMap(({ path, imports }) => imports.filter((from) => beside(from, path)));
    grown = parts.some((part) => !tested.has(part));
    for (const part of parts) tested.add(part);
  }
  return code.map(({ path }) => path).filter((path) => !tested.has(path));
}

/** An index.ts that exports a list or a record of some type. */
export const isRegister = (source: Source): boolean => /^src\/.*\/index\.ts$/.test(source.path) && elementTypes(source).length > 0;

/** Every file beside a register that exports a constant of the type of its elements has to be in it. */
export function registerBreaches(sources: readonly Source[]): readonly string[] {
  return sources.filter(isRegister).flatMap((index) => {
    const folder = posix.dirname(index.path);
    const elements = elementTypes(index);
    const isVariant = ({ constants }: Source): boolean => [...constants.values()].some((type) => elements.includes(type));
    return sources
      .filter((source) => source.path.startsWith(`${folder}/`) && isVariant(source) && !index.imports.includes(source.path))
      .map(({ path }) => `${path} is not registered in ${index.path}.`);
  });
}

function elementTypes({ constants }: Source): readonly string[] {
  const types = [...constants.values()].map(
    (type) => /^readonly (\w+)\[\]$/.exec(type)?.[1] ?? /^Readonly<Record<.+, (\w+)>>$/.exec(type)?.[1],
  );
  return types.filter((type) => type !== undefined);
}

const measured = /^(src|scripts|bench|test\/(lab|actions|architecture))\//;

/** Past 200 lines a file is two things. */
export function lengthBreaches({ path, lineCount }: Source): readonly string[] {
  return measured.test(path) && !path.endsWith('.test.ts') && lineCount > 200 ? [`${path} has ${lineCount} lines.`] : [];
}

/** Such a name says nothing of what is inside, so anything may end up there. */
export function nameBreaches(path: string): readonly string[] {
  const vague = path.split('/').some((part) => /(^|-)(utils?|helpers?|commons?|misc)(\.|$)/i.test(part));
  return vague ? [`${path} is named for nothing.`] : [];
}

// In pieces, so that this file does not hold what it looks for.
const hosts = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['proxy', 'golang', 'org'],
  ['sum', 'golang', 'org'],
  ['pypi', 'org'],
  ['pythonhosted', 'org'],
  ['deb', 'debian', 'org'],
  ['archive', 'ubuntu', 'com'],
  ['static', 'crates', 'io'],
].map((parts) => parts.join('.'));
const promises = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
  ['X', 'XX'],
].map((parts) => new RegExp(`\\b${parts.join('')}\\b`));

/** Where packages come from is the machine's affair: a file that names a registry breaks behind another one. */
export function hostBreaches(path: string, text: string): readonly string[] {
  return hosts.filter((host) => text.includes(host)).map((host) => `${path} names ${host}.`);
}

export function unfinishedBreaches(path: string, text: string): readonly string[] {
  return promises.some((word) => word.test(text)) ? [`${path} holds a note of work to be done.`] : [];
}
