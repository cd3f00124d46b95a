import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  floorBreaches,
  hostBreaches,
  isRegister,
  lengthBreaches,
  nameBreaches,
  purityBreaches,
  registerBreaches,
  type TwinExceptions,
  twinBreaches,
  unfinishedBreaches,
} from './architecture/rules.ts';
import { readSource } from './architecture/source.ts';
import { treeBreaches } from './architecture/tree.ts';

const root = resolve(import.meta.dirname, '..');
/** What is or will be committed. */
const committed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = committed
  .filter((path) => /^(src|test|scripts|bench)\/.*(?<!\.d)\.ts$/.test(path))
  .map((path) => readSource(path, read(path)));
const isBundle = (path: string): boolean => path.startsWith('dist/');

const exceptions: TwinExceptions = {
  testedElsewhere: {
    'src/flows/canary/index.ts': 'test/rollout/: whole rollouts on a cluster',
    'src/flows/blue-green/index.ts': 'test/blue-green/: whole switches on a cluster',
    'src/flows/build/index.ts': 'test/flows/build/build.lab.test.ts: dist with a real builder and registry',
    'src/world/build.ts': 'test/flows/build/build.lab.test.ts: dist with a real builder and registry',
    'src/flows/test/index.ts': 'test/actions/test-action.test.ts: dist on the reports of real commands',
    'src/flows/deploy/index.ts': 'test/flows/deploy/execute.test.ts: whole releases to several clusters in memory',
    'src/flows/promote/index.ts': 'test/rollout/: whole rollouts on a cluster',
    'src/flows/gate/execute.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/lint/index.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/scan/index.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/world/gate.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/adapters/findings/workspace.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/rollback/index.ts': 'test/rollback/: whole rollbacks on a cluster',
    'src/flows/stage/index.ts': 'test/rolling/: whole rolling updates on a cluster',
    'src/runner/actions.ts': 'test/actions/bundle.test.ts: dist as a runner starts it',
    'src/failure-codes.ts': 'test/failure.test.ts',
    'src/credential/main.ts': 'test/credential/exec-credential.test.ts: as Kubernetes clients start it',
    'src/guardian/main.ts': 'test/guardian/guardian.lab.long.test.ts: as a pod',
    'src/guardian/routers/gateway-api.ts': 'test/guardian/guardian.lab.long.test.ts: as a pod',
    'src/guardian/routers/istio.ts': 'test/scripts/dist/guardians.test.ts: as it is built',
    'src/guardian/routers/replicas.ts': 'test/rollout/replicas.lab.test.ts: as a pod',
    'src/guardian/routers/nginx-ingress.ts': 'test/scripts/dist/guardians.test.ts: as it is built',
    'src/domain/kubernetes/kinds.ts': 'data; its one function in test/domain/rollout/permissions.test.ts',
  },
  withoutSource: {
    'test/architecture.test.ts': 'the whole repository',
    'test/workflows/': '.github/workflows',
    'test/actions/aks.test.ts': 'cluster as a runner starts it, with servers that speak for Azure',
    'test/actions/bundle.test.ts': 'dist as a runner starts it',
    'test/flows/build/build.lab.test.ts': 'the action with a real builder and registry',
    'test/actions/test-action.test.ts': 'the action as a runner starts it',
    'test/actions/scan-sources.test.ts': 'scan as a runner starts it, with a server for its download and its upload',
    'test/actions/gates.test.ts': 'lint and scan as a runner starts them, with the real tools',
    'test/actions/contract.test.ts': 'action.yml, input parser and README together',
    'test/blue-green/': 'whole switches between two colours on a cluster',
    'test/rollback/': 'whole rollbacks on a cluster',
    'test/release/': 'whole releases of many services on a cluster, and their kills',
    'test/actions/composite.test.ts': 'actions that are made of others, with those others',
    'test/faults/': 'whole rollouts that are broken on purpose, on a cluster',
    'test/guardian/guardian.lab.long.test.ts': 'the guardian as a pod on a cluster',
    'test/guardian/guardian.lab.test.ts': 'the guardian as a pod on a cluster',
    'test/rolling/': 'whole rolling updates on a cluster',
    'test/rollout/': 'whole rollouts on a cluster',
    'test/transcripts/': 'whole rollouts as decisions',
    'test/lab/': 'the lab as a whole',
    'test/examples/': 'files that a service repository copies',
  },
};

describe('the house', () => {
  it('is looked at', () => {
    expect(sources.filter(({ path }) => path.startsWith('src/')).length).toBeGreaterThan(50);
  });
  it('keeps its floors', () => expect(sources.flatMap(floorBreaches)).toEqual([]));
  it('decides without clock, chance, waiting or surroundings', () => expect(sources.flatMap(purityBreaches)).toEqual([]));
  it('has a test for every source and a source for every test', () => expect(twinBreaches(sources, exceptions)).toEqual([]));
  it('registers every variant', () => {
    expect(sources.filter(isRegister).map(({ path }) => path)).toContain('src/domain/traffic/index.ts');
    expect(registerBreaches(sources)).toEqual([]);
  });
  it('has short files', () => expect(sources.flatMap(lengthBreaches)).toEqual([]));
  it('names its files for what they hold', () => expect(committed.flatMap(nameBreaches)).toEqual([]));
  it('names no package registry', () => expect(committed.flatMap((path) => hostBreaches(path, read(path)))).toEqual([]));
  it('leaves no notes of work to be done', () => {
    expect(committed.filter((path) => !isBundle(path)).flatMap((path) => unfinishedBreaches(path, read(path)))).toEqual([]);
  });
  it('is drawn on its page', () => expect(treeBreaches(read('docs/architecture.md'), committed)).toEqual([]));
  it('runs on Node 24', () => expect(process.version).toMatch(/^v24\./));
});

describe('each rule fires', () => {
  it.each([
    ['src/domain/a.ts', "import { x } from '../ports/b.ts';", 'src/domain/a.ts (domain) sees src/ports/b.ts (ports).'],
    ['src/domain/a.ts', "import type { x } from '../flows/b.ts';", 'src/domain/a.ts (domain) sees src/flows/b.ts (flows).'],
    ['src/domain/a.ts', "import { join } from 'node:path';", 'src/domain/a.ts (domain) imports node:path.'],
    ['src/ports/a.ts', "export type X = import('yaml').Node;", 'src/ports/a.ts (ports) imports yaml.'],
    ['src/ports/a.ts', "export * from 'yaml';", 'src/ports/a.ts (ports) imports yaml.'],
    ['src/flows/a/b.ts', "const x = await import('../../adapters/c.ts');", 'src/flows/a/b.ts (flows) sees src/adapters/c.ts (adapters).'],
    ['src/flows/a.ts', "import { parse } from 'yaml';", 'src/flows/a.ts (flows) imports yaml.'],
    ['src/flows/a.ts', "import { act } from '../runner/actions.ts';", 'src/flows/a.ts (flows) sees src/runner/actions.ts (runner).'],
    ['src/adapters/a.ts', "import { shift } from '../flows/shift.ts';", 'src/adapters/a.ts (adapters) sees src/flows/shift.ts (flows).'],
    ['src/failure.ts', "import { x } from './domain/a.ts';", 'src/failure.ts (failure) sees src/domain/a.ts (domain).'],
    ['src/stray.ts', '', 'src/stray.ts lies on no floor.'],
  ])('floors: %s with %s', (path, text, breach) => {
    expect(floorBreaches(readSource(path, text))).toEqual([breach]);
  });

  it.each([
    ['src/flows/a.ts', "import * as z from 'zod';"],
    ['src/adapters/a.ts', "import { parse } from 'yaml'; import type { Clock } from '../ports/clock.ts';"],
    ['src/world/a.ts', "import { a } from '../adapters/a.ts';"],
    ['src/domain/a.ts', "// import 'yaml'\nexport const text = \"import 'yaml'\";"],
  ])('floors let %s with %s be', (path, text) => {
    expect(floorBreaches(readSource(path, text))).toEqual([]);
  });

  it.each([
    ['domain', 'export const now = () => new Date();', ['Date']],
    ['domain', 'export const later = (f: () => void) => setTimeout(f, 1);', ['setTimeout']],
    ['flows', 'export const dice = Math.random();', ['Math.random']],
    ['flows', 'export const { env } = process as never;', ['process']],
    ['domain', 'export const p = Promise.resolve();', ['Promise']],
  ])('purity: %s with %s', (room, text, names) => {
    const path = `src/${room}/a.ts`;
    expect(purityBreaches(readSource(path, text))).toEqual(names.map((name) => `${path} (${room}) uses ${name}.`));
  });

  it('purity: a domain that waits', () => {
    expect(purityBreaches(readSource('src/domain/a.ts', 'export const f = async () => 1;'))).toEqual(['src/domain/a.ts (domain) waits.']);
  });

  it('purity lets types, properties, comments and strings be', () => {
    const text =
      "/** Date */ export interface A { now(): Date; readonly process: string }\nexport const f = (a: A) => a.process + 'Math.random()';";
    expect(purityBreaches(readSource('src/ports/a.ts', text))).toEqual([]);
  });

  it('twins', () => {
    const code = 'export const x = 1;';
    const files = [
      readSource('src/domain/a.ts', code),
      readSource('src/domain/b.ts', "import { x } from './part.ts';\nimport { y } from '../flows/far.ts';\nexport const z = x + y;"),
      readSource('src/domain/part.ts', code),
      readSource('src/flows/far.ts', code),
      readSource('src/domain/types.ts', 'export interface A { readonly a: string }'),
      readSource('test/domain/b.lab.test.ts', code),
      readSource('test/domain/gone.test.ts', code),
      readSource('test/whole/story.test.ts', code),
    ];
    expect(twinBreaches(files, { testedElsewhere: {}, withoutSource: {} })).toEqual([
      'src/domain/a.ts has no test.',
      'src/flows/far.ts has no test.',
      'test/domain/gone.test.ts tests no file.',
      'test/whole/story.test.ts tests no file.',
    ]);
    const excused = {
      testedElsewhere: { 'src/domain/a.ts': 'why', 'src/flows/far.ts': 'why' },
      withoutSource: { 'test/domain/gone.test.ts': 'why', 'test/whole/': 'why' },
    };
    expect(twinBreaches(files, excused)).toEqual([]);
    expect(twinBreaches(files.slice(1, 3).concat(files.slice(5, 6)), excused)).toEqual(
      [...Object.keys(excused.testedElsewhere), ...Object.keys(excused.withoutSource)].map((key) => `${key} needs no exception.`),
    );
  });

  it('registers', () => {
    const index = "import { a } from './a.ts';\nexport const routers: readonly Router[] = [a];";
    const files = [
      readSource('src/domain/traffic/index.ts', index),
      readSource('src/domain/traffic/a.ts', 'export const a: Router = { name: "a" };'),
      readSource('src/domain/traffic/b.ts', 'export const b: Router = { name: "b" };'),
      readSource('src/domain/traffic/shares.ts', 'export const half: number = 50;'),
    ];
    expect(registerBreaches(files)).toEqual(['src/domain/traffic/b.ts is not registered in src/domain/traffic/index.ts.']);
    const record = readSource('src/domain/traffic/index.ts', 'export const routers: Readonly<Record<string, Router>> = {};');
    expect(registerBreaches([record, ...files.slice(1)])).toHaveLength(2);
  });

  it('length', () => {
    const text = 'export {};\n'.repeat(201);
    expect(lengthBreaches(readSource('src/domain/a.ts', text))).toEqual(['src/domain/a.ts has 201 lines.']);
    expect(lengthBreaches(readSource('src/domain/a.ts', text.slice(11)))).toEqual([]);
    expect(lengthBreaches(readSource('test/domain/a.test.ts', text))).toEqual([]);
  });

  it.each(['src/utils.ts', 'src/flows/helpers/a.ts', 'test/common/x.ts', 'src/domain/string-utils.ts'])('names: %s', (path) => {
    expect(nameBreaches(path)).toHaveLength(1);
  });

  it('names let words be that hold such a word', () =>
    expect(['src/domain/commonmark.ts', 'docs/miscellany.md'].flatMap(nameBreaches)).toEqual([]));

  it('tree', () => {
    const page = [
      '# House',
      '',
      '## The tree',
      '```',
      'src/domain/   pure',
      '  a/   one',
      '  gone/   two',
      'test/   tests',
      '```',
      'b/ is text.',
      '',
    ];
    const paths = [
      'src/domain/a/x.ts',
      'src/domain/b/y.ts',
      'src/ports/p.ts',
      'test/domain/x.test.ts',
      'test/story/y.test.ts',
      'lone/z',
      '.ci/run',
    ];
    expect(treeBreaches(page.join('\n'), paths)).toEqual([
      'src/domain/b is not in the tree.',
      'src/ports is not in the tree.',
      'test/story is not in the tree.',
      'lone is not in the tree.',
      'src/domain/gone is in the tree and not there.',
    ]);
    expect(treeBreaches(page.join('\n').replace('gone', 'a'), paths)).toContain('src/domain/a is in the tree twice.');
    expect(treeBreaches('# Without a tree', ['src/domain/a/x.ts'])).toEqual([
      'src/domain is not in the tree.',
      'src/domain/a is not in the tree.',
    ]);
  });

  it('hosts and notes', () => {
    expect(hostBreaches('a', ['https://registry', 'npmjs', 'org/x'].join('.'))).toHaveLength(1);
    expect(unfinishedBreaches('a', `// ${['TO', 'DO'].join('')}: more`)).toHaveLength(1);
    expect(unfinishedBreaches('a', 'mastodon')).toEqual([]);
  });
});
