import type { Source } from './source.ts';

/** Each rule answers with one sentence per breach. */

type Room = 'failure' | 'domain' | 'ports' | 'flows' | 'adapters' | 'world' | 'runner' | 'guardian' | 'index';

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
  world: { sees: [...inner, 'flows', 'adapters'], packages: 'all' },
  runner: { sees: [...inner, 'flows', 'adapters', 'world', 'runner'], packages: 'all' },
  // The other thing that runs: small, by itself in a pod, and wired together in its own main.ts.
  guardian: { sees: [...inner, 'adapters', 'guardian'], packages: guardianNeeds },
  index: { sees: [...inner, 'flows', 'adapters', 'world', 'runner'], packages: 'all' },
};

function roomOf(path: string): Room | undefined {
  if (/^src\/failure[^/]*\.ts$/.test(path)) return 'failure';
  const name = /^src\/(domain|ports|flows|adapters|runner|guardian)\//.exec(path)?.[1] ?? /^src\/(world|index)\.ts$/.exec(path)?.[1];
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
  /** Source → why it has no test of its own. */
  readonly untested: Readonly<Record<string, string>>;
  /** Test → what it is about, as it is not about one file. */
  readonly withoutSource: Readonly<Record<string, string>>;
}

export function twinBreaches(sources: readonly Source[], exceptions: TwinExceptions): readonly string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const tests = [...paths].filter((path) => path.endsWith('.test.ts'));
  const tested = new Set(tests.flatMap(testedPath));
  const needTest = sources.filter(({ path, isTypesOnly }) => path.startsWith('src/') && !isTypesOnly).map(({ path }) => path);
  const lacksTest = (path: string): boolean => !tested.has(path);
  const lacksSource = (test: string): boolean => !testedPath(test).some((path) => paths.has(path));
  return [
    ...needTest.filter((path) => lacksTest(path) && !(path in exceptions.untested)).map((path) => `${path} has no test at its path.`),
    ...tests.filter((test) => lacksSource(test) && !(test in exceptions.withoutSource)).map((test) => `${test} tests no file.`),
    ...Object.keys(exceptions.untested)
      .filter((path) => !(needTest.includes(path) && lacksTest(path)))
      .map((path) => `${path} needs no exception.`),
    ...Object.keys(exceptions.withoutSource)
      .filter((test) => !(tests.includes(test) && lacksSource(test)))
      .map((test) => `${test} needs no exception.`),
  ];
}

/**
 * A register is an index.ts that exports a list or a record of some type. Every file beside it that exports a constant of that type
 * has to be in it.
 */
export function registerBreaches(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => /^src\/.*\/index\.ts$/.test(path))
    .flatMap((index) => {
      const folder = index.path.replace(/index\.ts$/, '');
      const siblings = sources.filter(({ path }) => path.startsWith(folder) && path !== index.path);
      const elements = [...index.constants.values()].map(elementType).filter((type) => type !== undefined);
      if (elements.length === 0) return [`${index.path} is no register: an index.ts exports a list or a record of variants.`];
      return siblings
        .filter(({ path, constants }) => [...constants.values()].some((type) => elements.includes(type)) && !index.imports.includes(path))
        .map(({ path }) => `${path} is not registered in ${index.path}.`);
    });
}

function elementType(type: string): string | undefined {
  return /^readonly (\w+)\[\]$/.exec(type)?.[1] ?? /^Readonly<Record<.+, (\w+)>>$/.exec(type)?.[1];
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
