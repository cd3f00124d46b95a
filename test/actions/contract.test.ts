import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type ActionMetadata, readActions, starterPath } from '../../scripts/action-metadata.ts';
import { criteriaProfiles } from '../../src/domain/analysis/criteria-profiles/index.ts';
import { presets } from '../../src/domain/analysis/presets/index.ts';
import { presets as toolPresets } from '../../src/domain/gates/tools/index.ts';
import { profiles } from '../../src/domain/rollout/profiles.ts';
import { routers } from '../../src/domain/traffic/index.ts';
import { switchers } from '../../src/domain/traffic/switchers/index.ts';
import { Failure } from '../../src/failure.ts';
import type { RawInputs } from '../../src/flows/flow.ts';
import { secretInputs } from '../../src/flows/secret-inputs.ts';
import { actionNames } from '../../src/index.ts';
import type { AnyFlow } from '../../src/runner/actions.ts';
import { readDocuments } from '../../src/runner/documents.ts';
import { version } from '../../src/runner/version.ts';

const root = resolve(import.meta.dirname, '../..');
const actions = readActions(root).filter(({ using }) => using !== 'composite');

const traffic = {
  service: 'agent',
  image: 'registry.example.com/agent:v2',
  'prometheus-url': 'https://prometheus.example.com',
};

/** What each action needs at least. */
const leastInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'blue-green': { service: 'agent', image: 'registry.example.com/agent:v2' },
  canary: traffic,
  promote: traffic,
  cluster: { kubeconfig: 'apiVersion: v1' },
  deploy: {},
  evidence: { service: 'agent', 'github-token': 'token' },
  lint: { preset: 'python' },
  build: { image: 'ghcr.io/example/agent' },
  rollback: { service: 'agent' },
  strategy: { change: 'daily' },
  stage: { service: 'agent', images: 'agent-api: registry.example.com/agent:v2' },
  test: { command: '[pytest]', junit: 'report.xml', coverage: 'coverage.xml' },
};

/** Not required by themselves, because there is another way to say the same, or an operation that does without. */
const oneOfSeveral: readonly string[] = ['prometheus-url', 'kubeconfig', 'image', 'coverage', 'preset', 'images', 'change'];

/** Each register whose names action.yml has to list, by the input that takes one of them. */
const registers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  router: routers,
  switcher: switchers,
  preset: toolPresets,
  profile: profiles,
  'criteria-profile': criteriaProfiles,
  metrics: presets,
};

/** Values that no parser takes, each with what must not be told. */
const nonsense = [
  'hunter2',
  'hunter2 hunter2',
  '- hunter2: [',
  '{ hunter2: "',
  'a: *hunter2',
  'a: |hunter2',
  '- { other: hunter2 }',
  'ftp://hunter2',
  'x=hunter2\nhunter2',
];
/** When to tell, and the places of secrets, which are not theirs. */
const noSecrets: readonly string[] = ['notify-on', 'secrets'];

function rawInputs(values: Readonly<Record<string, string>>): RawInputs {
  const text = (name: string): string => values[name] ?? '';
  return { text, document: (name) => (text(name) === '' ? undefined : { value: parse(text(name)) as unknown }) };
}

async function flowOf({ name }: ActionMetadata): Promise<AnyFlow> {
  const module = (await import(join(root, 'src/flows', name, 'index.ts'))) as { flow: AnyFlow };
  return module.flow;
}

/** First cells of the table that follows a marker in the README. */
function tableNames(readme: string, marker: string): readonly string[] {
  const part = readme.split(`<!-- ${marker}:`)[1]?.split(`<!-- /${marker} -->`)[0] ?? '';
  return [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

const backticked = (text: string): readonly string[] => [...text.matchAll(/`([a-z-]+)`/g)].map(([, word = '']) => word);

/** Cells of the tables of outcomes on the first page: a row for each outcome, or one for the action. */
const outcomeRows = (readFileSync(join(root, 'README.md'), 'utf8').split('\n## What an outcome means\n')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | '));

function explainedOutcomes(action: string): readonly string[] {
  const own = outcomeRows.find(([first = '']) => backticked(first).includes(action));
  return own === undefined ? outcomeRows.flatMap(([first = '']) => backticked(first)) : backticked(own.slice(1).join());
}

it('the version is that of package.json', () => {
  expect((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version).toBe(version);
});

it('every action can be started, and every one that can be started is there', () => {
  expect(new Set(actionNames)).toEqual(new Set(actions.map(({ name }) => name)));
});

it('there are actions', () => expect(actions.map(({ name }) => name)).toEqual(expect.arrayContaining(['canary', 'promote'])));

describe.each(actions.map((action) => [action.name, action] as const))('actions/%s', (name, action) => {
  const readme = readFileSync(join(action.folder, 'README.md'), 'utf8');
  const all = leastInputs[name] ?? {};
  const least = Object.fromEntries(Object.entries(all).filter(([input]) => action.inputs.some((each) => each.name === input)));

  it('reads the inputs of action.yml, all of them and no other, in its order', async () => {
    const flow = await flowOf(action);
    expect(flow.name).toBe(name);
    expect(flow.inputNames).toEqual(action.inputs.map((input) => input.name));
  });

  it('has its documents and secrets among its inputs, and a `post` where action.yml names one', async () => {
    const { inputNames, documentNames, secretNames, post } = await flowOf(action);
    expect(inputNames).toEqual(expect.arrayContaining([...documentNames, ...secretNames]));
    expect(post !== undefined).toBe(action.post !== undefined);
  });

  it('masks only what is secret, and shows of no secret input what was given', async () => {
    const flow = await flowOf(action);
    expect(flow.secretNames.filter((secret) => !secretInputs.has(secret))).toEqual([]);
    for (const secret of flow.inputNames.filter((input) => secretInputs.has(input))) {
      for (const value of nonsense) {
        const text = (input: string): string => (input === secret ? value : (least[input] ?? ''));
        const documents = await readDocuments(flow.documentNames, text);
        let told = '';
        try {
          flow.inputs({ text, document: (input) => documents[input] });
        } catch (problem) {
          told = String(problem);
        }
        expect(told).not.toContain('hunter2');
      }
    }
  });

  it('sends whoever gives an address of nobody to its secret, and not to Prometheus', async () => {
    const flow = await flowOf(action);
    if (!flow.inputNames.includes('notify-webhook')) return;
    const parsing = (): unknown => flow.inputs(rawInputs({ ...least, 'notify-webhook': 'hooks.example.com' }));
    expect(parsing).toThrow('`notify-webhook` is no http or https address. Write for instance https://hooks.example.com/deploys, and look');
  });

  it('has no other input that sounds like a secret', () => {
    const sounding = action.inputs
      .map((input) => input.name)
      .filter((input) => /token|password|secret|kubeconfig|webhook|^notify/.test(input));
    expect(sounding.filter((input) => !secretInputs.has(input) && !noSecrets.includes(input))).toEqual([]);
  });

  it('has the code of a refusal as the title of its annotation', async () => {
    const { annotation } = (await flowOf(action)).refused(new Failure('INPUT_INVALID', 'what', 'remedy'));
    expect(annotation).toMatchObject({ level: 'error', title: 'INPUT_INVALID' });
  });

  it('has the outputs of action.yml, all of them and no other', async () => {
    expect((await flowOf(action)).outputNames).toEqual(action.outputs.map((output) => output.name));
  });

  it('shows both in its README', () => {
    expect(tableNames(readme, 'inputs')).toEqual(action.inputs.map((input) => input.name));
    expect(tableNames(readme, 'outputs')).toEqual(action.outputs.map((output) => output.name));
  });

  it('ends with outcomes that the first page explains', () => {
    const words = backticked(action.outputs.find((output) => output.name === 'outcome')?.description ?? '');
    expect(words.length).toBeGreaterThan(1);
    expect(words.filter((word) => !explainedOutcomes(name).includes(word))).toEqual([]);
  });

  it('means by its defaults what an empty input means', async () => {
    const flow = await flowOf(action);
    const defaults = Object.fromEntries(
      action.inputs.flatMap((input) => (input.default === undefined ? [] : [[input.name, input.default]])),
    );
    expect(flow.inputs(rawInputs({ ...defaults, ...least }))).toEqual(flow.inputs(rawInputs(least)));
  });

  it('marks as required what the parser cannot do without', async () => {
    const flow = await flowOf(action);
    for (const input of action.inputs) {
      const parsing = (): unknown => flow.inputs(rawInputs({ ...least, [input.name]: '' }));
      if (input.required) expect(parsing).toThrow(`\`${input.name}\``);
      else if (!oneOfSeveral.includes(input.name)) expect(parsing).not.toThrow();
    }
  });

  it.each(Object.entries(registers))('names every %s that there is', (input, register) => {
    const described = action.inputs.find((each) => each.name === input)?.description;
    if (described === undefined) return expect(action.inputs.map((each) => each.name)).not.toContain(input);
    return expect(Object.keys(register).filter((variant) => !described.includes(`\`${variant}\``))).toEqual([]);
  });

  it('runs on Node 24, from dist', () => {
    expect(action.using).toBe('node24');
    expect(action.main).toBe(starterPath(action, root, 'index.js'));
    if (action.post !== undefined) expect(action.post).toBe(starterPath(action, root, 'post.js'));
    for (const file of [action.main, action.post]) if (file !== undefined) expect(existsSync(join(action.folder, file))).toBe(true);
  });
});
