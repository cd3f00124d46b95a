import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ActionResult, startAction } from '../actions/runner.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import type { Case, Step, Told, Words } from './remedies/case.ts';
import { cases } from './remedies/index.ts';
import { sentences } from './remedies/sentences.ts';
import { build, inputsOf, placeIn, soundWorld, type Way } from './remedies/world.ts';
import type { Inputs } from './rollouts.ts';

// Each case is a namespace of its own: what the preflight says of it is read as a person reads it, its YAML is applied as it stands, its
// sentences are followed, and the same preflight passes. Measured is one service for all of them, which has traffic.

let lab: Lab;
let served: ExampleService;
let image: string;
const starting = (async () => {
  // A scrape that takes longer than the interval counts for nothing, and stable's series are then gone until the next one.
  lab = await startLab({ name: 'remedies', scrapeInterval: '5s' });
  served = await deployExample(lab, 'served', { replicas: 1 });
  image = await served.version('v2');
})();
beforeAll(() => starting, 480_000);
afterAll(async () => await lab?.stop());

const check = (way: Way, { name, action = 'canary' }: Case, inputs: Inputs): Promise<ActionResult> => {
  const { stages, metrics: _, ...shared } = served.inputs;
  const given = {
    ...shared,
    ...(action === 'canary' ? { stages } : {}),
    namespace: name,
    image,
    'stable-selector': 'namespace="served",version="stable"',
    'canary-selector': 'namespace="served",version="canary"',
    'dry-run': 'true',
    ...inputsOf[way],
    ...inputs,
  };
  return startAction({ action, inputs: given }).result;
};

/** What stands in the message of a refusal, or among the warnings in the log. */
function toldBy({ commands, log }: ActionResult): { readonly as: 'refusal' | 'warning'; readonly told: readonly Told[] } {
  const refusal = commands.find(({ name }) => name === 'error');
  if (refusal === undefined) return { as: 'warning', told: warningsIn(log) };
  const isCut = refusal.message.endsWith('The rest is in the log and in the summary.');
  return { as: 'refusal', told: problemsIn(isCut ? log : refusal.message) };
}

const yamlAfter = (lines: readonly string[], from: number): string => {
  const rest = lines.slice(from);
  const end = rest.findIndex((line) => line !== '' && !line.startsWith('      '));
  return (end < 0 ? rest : rest.slice(0, end))
    .map((line) => line.slice(6))
    .join('\n')
    .trim();
};

function problemsIn(message: string): readonly Told[] {
  const lines = message.split('\n');
  return lines.flatMap((line, index) =>
    line.startsWith('- ') && lines[index + 1]?.startsWith('  → ') === true
      ? [{ what: line.slice(2), remedy: lines[index + 1]?.slice(4) ?? '', yaml: yamlAfter(lines, index + 2) }]
      : [],
  );
}

function warningsIn(log: string): readonly Told[] {
  const lines = log.split('\n');
  return lines.flatMap((line, index) => {
    const [, what, remedy] = /^ {2}warning: (.*?) → (.*)$/.exec(line) ?? [];
    return what === undefined || remedy === undefined ? [] : [{ what, remedy, yaml: yamlAfter(lines, index + 1) }];
  });
}

/** Every word that was really told, for the end. */
const said: string[] = [];
/** Sentences that no world on a running API server brings about, with the test that does. */
const elsewhere = [
  // The garbage collector takes such an autoscaler away at once.
  / was made by KEDA of ScaledObject /,
  // Its controller writes what is used as soon as it sees a quota: test/domain/rollout/quota.test.ts.
  / was not checked: /,
  // The API server's own schema refuses the field in the standard channel: test/domain/traffic/httproute/inspection.test.ts.
  / has sessionPersistence: /,
  // What actions/blue-green says: test/domain/rollout/layout.test.ts.
  /: Layout: ….* Blue-green needs two Deployments/,
  // What a way back says: test/flows/stage/hold-undone.test.ts and test/flows/blue-green/execute.test.ts.
  /^src\/flows\/holds\.ts: Not checked: whether that was taken back before/,
  // What the files of `manifests` say, told without YAML to apply: test/flows/canary/manifests.test.ts and test/domain/rolling/manifest.test.ts.
  /^src\/(?:flows\/canary\/manifests?(?:-preflight)?|domain\/manifests\/\w+|domain\/rolling\/manifest)\.ts: /,
];

const listed = (says: Step['says']): readonly Words[] => (typeof says === 'string' || says instanceof RegExp ? [says] : says);
const expected = (words: readonly Words[]) => words.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each)));

async function play(example: Case): Promise<void> {
  await starting;
  const { way = 'gateway-api', steps, beside = [] } = example;
  const place = placeIn(lab, example.name, served.image);
  const world = await soundWorld(way, example.name, served.image);
  example.change?.(world);
  await build(place, world);
  await example.settle?.(place);
  let inputs: Inputs = typeof example.inputs === 'function' ? await example.inputs(place) : (example.inputs ?? {});
  let expectAgain: readonly Words[] = [];
  const ask = async () => {
    const run = await check(way, example, inputs);
    const { as, told } = toldBy(run);
    said.push(...told.map(({ what }) => what));
    return { as, told: told.filter(({ what }) => as === 'refusal' || !beside.some((pattern) => pattern.test(what))), run };
  };
  for (const { says, as, mend } of steps) {
    const answer = await ask();
    expect({ as: answer.as, what: answer.told.map(({ what }) => what) }).toEqual({ as, what: expected(listed(says)) });
    for (const { remedy, yaml } of answer.told) expect({ remedy, yaml: yaml !== '' }).toEqual({ remedy, yaml: /:$/.test(remedy) });
    if (mend === undefined) expectAgain = listed(says);
    else inputs = { ...inputs, ...((await mend(place, answer.told)) ?? {}) };
  }
  const last = await ask();
  expect({ as: last.as, what: last.told.map(({ what }) => what), exit: last.run.exitCode }).toEqual({
    as: 'warning',
    what: expected(expectAgain),
    exit: 0,
  });
  await lab.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: example.name });
}

describe('a sound world', () => {
  it.concurrent.each(['gateway-api', 'istio', 'subsets', 'nginx-ingress', 'replicas'] as const)(
    'of %s passes without a word',
    async (way) => {
      await play({ name: `sound-${way}`, way, steps: [] });
    },
    480_000,
  );
});

describe('what the preflight says, and what makes it pass', () => {
  it.concurrent.each(cases.map((example) => [example.name, example] as const))('%s', async (_, example) => await play(example), 480_000);
});

describe('the table', () => {
  it('has a case for every sentence that the preflight can say', () => {
    const untold = sentences()
      .filter(({ pattern, source }) => !said.some((what) => pattern.test(what)) && !elsewhere.some((each) => each.test(source)))
      .map(({ source }) => source);
    expect(untold).toEqual([]);
  });
});
