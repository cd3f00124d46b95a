import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readActions } from '../../../scripts/action-metadata.ts';
import { parseStageInputs } from '../../../src/flows/stage/inputs.ts';
import { ref } from '../../domain/rolling/objects.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const least = { service: 'agent', images: 'api: agent:v2' };
const planned = (more: Readonly<Record<string, string>> = {}) => parseStageInputs(rawInputs({ ...least, ...more })).plan;

describe('the least that can be given', () => {
  it('is filled in', () =>
    expect(planned()).toEqual({
      operation: 'deploy',
      service: 'agent',
      namespace: undefined,
      workloads: undefined,
      images: [{ container: 'api', workload: undefined, image: { name: 'agent', tag: 'v2' } }],
      manifests: [],
      conflicts: 'refuse',
      pace: { maxSurge: undefined, maxUnavailable: undefined },
      smoke: [],
      port: undefined,
      changeCause: undefined,
      settings: new Map(),
      rolloutTimeout: 300,
      lockTimeout: 600,
      leaseDuration: 60,
      gitops: 'refuse',
      dryRun: false,
      notifyOn: 'failure',
      lineage: { commit: undefined, requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' },
    }));

  it('means the same with the defaults of action.yml, which the platform fills in', () => {
    const [action] = readActions(join(import.meta.dirname, '../../..')).filter(({ name }) => name === 'stage');
    const defaults = Object.fromEntries(
      (action?.inputs ?? []).flatMap((input) => (input.default === undefined ? [] : [[input.name, String(input.default)]])),
    );
    expect(Object.keys(defaults)).toContain('rollout-timeout');
    expect(planned(defaults)).toEqual(planned());
  });
});

it.each<readonly [Readonly<Record<string, string>>, object]>([
  [{ workloads: 'deployment/agent, sts/store' }, { workloads: [ref('deployment'), ref('statefulset', 'store')] }],
  [{ manifests: 'k8s\n  deploy/*.yaml\n' }, { manifests: ['k8s', 'deploy/*.yaml'] }],
  [{ 'max-surge': '25%', 'max-unavailable': '1' }, { pace: { maxSurge: '25%', maxUnavailable: 1 } }],
  [{ conflicts: 'force' }, { conflicts: 'force' }],
  [
    { 'github-token': 't', commit: 'a'.repeat(40), 'require-staging': 'true', 'staging-environment': 'qa' },
    { lineage: { commit: 'a'.repeat(40), requireStaging: true, stagingEnvironment: 'qa' } },
  ],
  [{ order: 'any' }, { lineage: { order: 'any' } }],
  [{ 'allow-unordered': 'true', reason: 'moved' }, { lineage: { allowUnordered: true, reason: 'moved' } }],
  [{ port: '8080', smoke: '- http: /health' }, { port: 8080 }],
])('%j', (inputs, expected) => expect(planned(inputs)).toMatchObject(expected));

it('revision 0 is the one before, as in kubectl', () => {
  const undo = (revision: string) => parseStageInputs(rawInputs({ service: 'agent', operation: 'undo', 'to-revision': revision })).plan;
  expect(undo('0')).toMatchObject({ operation: 'undo', toRevision: undefined });
  expect(undo('4')).toMatchObject({ toRevision: 4 });
});

describe('what cannot be used is named', () => {
  it.each<readonly [Readonly<Record<string, string>>, RegExp]>([
    [{ service: '' }, /`service` is missing/],
    [{ service: 'Agent' }, /`service` = `Agent` is not a DNS label/],
    [{ operation: 'rollback' }, /`operation` = `rollback` is not known/],
    [{ images: 'agent:v2' }, /`images`.* is not a list of containers/],
    [{ images: 'api: agent' }, /neither a tag nor a digest/],
    [{ images: 'api: [' }, /`images`.* is not YAML/],
    [{ images: '' }, /`images` and `manifests`: neither is given/],
    [{ workloads: 'agent' }, /`workloads`.* not kind\/name/],
    [{ workloads: 'job/agent' }, /kind `job`, which is not rolled out/],
    [{ manifests: '/etc/k8s' }, /`manifests` = `\/etc\/k8s` leads out of the workspace/],
    [{ manifests: 'k8s\n../other' }, /leads out of the workspace/],
    [{ manifests: Array.from({ length: 51 }, (_, index) => `k8s/${index}.yaml`).join('\n') }, /has 51 lines, and at most 50 are read/],
    [{ manifests: ' \n ' }, /names no file/],
    [{ conflicts: 'maybe' }, /`conflicts` = `maybe` is not known/],
    [{ 'max-surge': '110%' }, /more than 100 %/],
    [{ 'max-unavailable': '-1' }, /neither a number of pods nor a percentage/],
    [{ 'max-surge': '0', 'max-unavailable': '0%' }, /`max-surge` and `max-unavailable`: both are 0/],
    [{ 'to-revision': '2' }, /of use only with `operation: undo`/],
    [{ operation: 'undo', 'to-revision': '-2', images: '' }, /`to-revision` = `-2` is not such a number/],
    [{ operation: 'undo' }, /`operation` and `images`: the others are of use only with `operation: deploy`/],
    [{ operation: 'history', images: '', 'dry-run': 'true' }, /writes nothing anyway/],
    [{ 'change-cause': 'a'.repeat(501) }, /longer than a line of 500 characters/],
    [{ smoke: 'health' }, /`smoke`.* is not a list of checks/],
    [{ port: '0' }, /`port` = `0` is not such a number/],
    [{ 'rollout-timeout': '300' }, /has no unit/],
    [{ 'rollout-timeout': '0s' }, /is no time/],
    [{ 'lease-duration': '1s' }, /`lease-duration`/],
    [{ gitops: 'yes' }, /`gitops` = `yes` is not known/],
    [{ 'dry-run': 'yes' }, /neither `true` nor `false`/],
    [{ 'notify-webhook': 'hooks' }, /`notify-webhook` is no http or https address/],
  ])('%j', (inputs, what) => {
    const failure = failureOf(() => planned(inputs));
    expect(failure.code).toBe('INPUT_INVALID');
    expect(failure.what).toMatch(what);
  });

  it('all at once', () =>
    expect(failureOf(() => planned({ service: 'A', port: 'x', gitops: 'y' })).what).toMatch(
      /^3 inputs cannot be used: `service`, `port`, `gitops`/,
    ));
});
