import { describe, expect, it } from '@jest/globals';
import type { PodTemplate } from '../../../src/domain/kubernetes/workload.ts';
import { inspectQuota } from '../../../src/domain/rollout/quota.ts';

const quota = (hard: object, used: object | undefined, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small', namespace: 'shop' },
  spec: { hard, ...spec },
  ...(used === undefined ? {} : { status: { hard, used } }),
});
const container = (resources: object | undefined, more: object = {}) => ({
  name: 'agent',
  ...(resources === undefined ? {} : { resources }),
  ...more,
});
const template = (...containers: readonly { readonly name: string }[]) => ({ spec: { containers } });
const usual = template(container({ requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } }));
const inspect = (quotas: Parameters<typeof inspectQuota>[0], pod: PodTemplate, pods: number) =>
  inspectQuota(quotas, [{ template: pod, pods }], 'of the canary');
const texts = (found: readonly { readonly what: string }[]) => found.map(({ what }) => what);

describe('pods of more than one kind at once', () => {
  const guardian = template(container({ requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } }));
  const both = (hard: object, used: object) =>
    inspectQuota(
      [quota(hard, used)],
      [
        { template: usual, pods: 2 },
        { template: guardian, pods: 1 },
      ],
      'of both',
    );

  it('are added up, each by what it takes', () => {
    expect(texts(both({ pods: '8', 'requests.cpu': '2' }, { pods: '6', 'requests.cpu': '1' }).problems)).toEqual([
      'ResourceQuota small, pods: hard 8, used 6, needed 3 more for 3 pods of both.',
      'ResourceQuota small, requests.cpu: hard 2, used 1, needed 1050m more for 3 pods of both.',
    ]);
    expect(both({ pods: '9', 'requests.cpu': '2050m' }, { pods: '6', 'requests.cpu': '1' })).toEqual({ problems: [], warnings: [] });
  });

  it('are refused by what one of them does not say', () => {
    expect(texts(both({ 'limits.cpu': '9' }, { 'limits.cpu': '0' }).problems)).toEqual([
      expect.stringContaining('container `agent` has no resources.limits.cpu'),
    ]);
  });
});

describe('whether additional pods fit into a quota', () => {
  const table: readonly (readonly [string, object, object, readonly string[]])[] = [
    ['room to the last pod', { pods: '10' }, { pods: '7' }, []],
    [
      'one pod too many',
      { pods: '10' },
      { pods: '8' },
      ['ResourceQuota small, pods: hard 10, used 8, needed 3 more for 3 pods of the canary.'],
    ],
    [
      'pods counted as objects',
      { 'count/pods': '10' },
      { 'count/pods': '8' },
      ['ResourceQuota small, count/pods: hard 10, used 8, needed 3 more for 3 pods of the canary.'],
    ],
    ['cpu to the last thousandth', { 'requests.cpu': '2' }, { 'requests.cpu': '500m' }, []],
    [
      'too little cpu',
      { 'requests.cpu': '2' },
      { 'requests.cpu': '501m' },
      ['ResourceQuota small, requests.cpu: hard 2, used 501m, needed 1500m more for 3 pods of the canary.'],
    ],
    [
      'cpu means requests',
      { cpu: '1' },
      { cpu: '0' },
      ['ResourceQuota small, cpu: hard 1, used 0, needed 1500m more for 3 pods of the canary.'],
    ],
    [
      'too little memory',
      { memory: '4Gi' },
      { memory: '1536Mi' },
      ['ResourceQuota small, memory: hard 4Gi, used 1536Mi, needed 3Gi more for 3 pods of the canary.'],
    ],
    [
      'limits',
      { 'limits.cpu': '2', 'limits.memory': '100Gi' },
      { 'limits.cpu': '0', 'limits.memory': '0' },
      ['ResourceQuota small, limits.cpu: hard 2, used 0, needed 3 more for 3 pods of the canary.'],
    ],
    [
      'what a canary does not use',
      { services: '1', 'requests.storage': '1Gi', persistentvolumeclaims: '0', 'count/deployments.apps': '1' },
      { services: '1', 'requests.storage': '1Gi' },
      [],
    ],
    ['a device that no container asks for', { 'requests.nvidia.com/gpu': '0' }, { 'requests.nvidia.com/gpu': '0' }, []],
  ];

  it.each(table)('%s', (_, hard, used, problems) => {
    expect(texts(inspect([quota(hard, used)], usual, 3).problems)).toEqual(problems);
    expect(inspect([quota(hard, used)], usual, 0)).toEqual({ problems: [], warnings: [] });
  });

  it('says by how much to raise it', () => {
    expect(inspect([quota({ memory: '4Gi' }, { memory: '1536Mi' })], usual, 3).problems[0]?.remedy).toContain('at least 512Mi');
  });

  it('is not misled by sums of decimal fractions', () => {
    const pods = template(container({ requests: { cpu: '0.1' } }));
    expect(inspect([quota({ cpu: '0.3' }, { cpu: '0.2' })], pods, 1).problems).toEqual([]);
    expect(inspect([quota({ cpu: '300m' }, { cpu: '201m' })], pods, 1).problems).toHaveLength(1);
  });

  it('looks at every quota', () => {
    expect(inspect([quota({ pods: '1' }, { pods: '1' }), quota({ memory: '1Gi' }, { memory: '1Gi' })], usual, 1).problems).toHaveLength(2);
  });
});

describe('what a quota demands of every container', () => {
  it('is missing', () => {
    const found = inspect(
      [quota({ 'limits.cpu': '9' }, { 'limits.cpu': '0' })],
      template(container({ limits: { cpu: '1' } }), { name: 'proxy' }),
      1,
    );
    expect(found.problems).toEqual([
      {
        what: 'ResourceQuota small, limits.cpu: container `proxy` has no resources.limits.cpu, and this quota refuses pods whose containers do not all have one.',
        remedy: 'Set resources.limits.cpu in the container, or a default in a LimitRange of the namespace.',
      },
    ]);
  });

  it('is a request that follows from the limit', () => {
    expect(inspect([quota({ cpu: '1' }, { cpu: '0' })], template(container({ limits: { cpu: '1' } })), 1).problems).toEqual([]);
    expect(inspect([quota({ cpu: '1' }, { cpu: '1m' })], template(container({ limits: { cpu: '1' } })), 1).problems).toHaveLength(1);
  });

  it('is demanded of init containers too', () => {
    const pods = { spec: { containers: [container({ requests: { memory: '1Mi' } })], initContainers: [{ name: 'migrate' }] } };
    expect(texts(inspect([quota({ memory: '1Gi' }, { memory: '0' })], pods, 1).problems)).toEqual([
      expect.stringContaining('container `migrate` has no resources.requests.memory'),
    ]);
  });

  it('is given by resources of the whole pod', () => {
    const pods = { spec: { resources: { requests: { memory: '3Gi' } }, containers: [container(undefined)] } };
    expect(inspect([quota({ memory: '4Gi' }, { memory: '1Gi' })], pods, 1).problems).toEqual([]);
    expect(inspect([quota({ memory: '4Gi' }, { memory: '2Gi' })], pods, 1).problems).toHaveLength(1);
  });
});

describe('what one pod takes', () => {
  const fits = (
    spec: {
      readonly containers: readonly { readonly name: string }[];
      readonly initContainers?: readonly { readonly name: string }[];
      readonly overhead?: Readonly<Record<string, string>>;
    },
    cpu: string,
  ) => inspect([quota({ cpu }, { cpu: '0' })], { spec }, 1).problems.length === 0;
  const cpu = (amount: string, more: object = {}) => container({ requests: { cpu: amount } }, more);

  it.each([
    ['its containers together', { containers: [cpu('1'), cpu('2', { name: 'b' })] }, '3', '2999m'],
    ['or its largest init container', { containers: [cpu('1')], initContainers: [cpu('4'), cpu('2')] }, '4', '3999m'],
    ['sidecars beside its containers', { containers: [cpu('1')], initContainers: [cpu('2', { restartPolicy: 'Always' })] }, '3', '2999m'],
    [
      'an init container beside the sidecars before it',
      { containers: [cpu('1')], initContainers: [cpu('2', { restartPolicy: 'Always' }), cpu('3')] },
      '5',
      '4999m',
    ],
    [
      'an init container before the sidecars alone',
      { containers: [cpu('1')], initContainers: [cpu('3'), cpu('2', { restartPolicy: 'Always' })] },
      '3',
      '2999m',
    ],
    ['and the overhead of its runtime', { containers: [cpu('1')], overhead: { cpu: '250m' } }, '1250m', '1249m'],
  ])('%s', (_, spec, enough, tooLittle) => {
    expect([fits(spec, enough), fits(spec, tooLittle)]).toEqual([true, false]);
  });
});

describe('what is not checked is a warning, never a pass', () => {
  it.each([
    ['a quota for some pods only', quota({ pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] }), /holds for some pods only \(scopes\)/],
    ['a quota for a priority', quota({ pods: '0' }, { pods: '0' }, { scopeSelector: { matchExpressions: [] } }), /scopes/],
    ['a quota without a status', quota({ pods: '5' }, undefined), /pods was not checked: its status does not say what is used/],
    ['a figure that cannot be read', quota({ pods: 'many' }, { pods: '1' }), /`many` or `1` is not a quantity/],
  ])('%s', (_, found, text) => {
    expect(inspect([found], usual, 1)).toEqual({
      problems: [],
      warnings: [expect.objectContaining({ what: expect.stringMatching(text) })],
    });
  });

  it('a request that cannot be read', () => {
    expect(inspect([quota({ cpu: '5' }, { cpu: '1' })], template(container({ requests: { cpu: 'lots' } })), 1)).toMatchObject({
      problems: [],
      warnings: [{ what: expect.stringContaining('requests.cpu is not a quantity') }],
    });
  });
});
