import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Labels } from '../../../src/domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { cloneOf } from '../../../src/domain/rollout/canary-deployment.ts';
import { type CanaryObjects, inspectCanary } from '../../../src/domain/rollout/canary-inspection.ts';
import { service, stable } from './deployments.ts';

const names = { service: 'agent', namespace: 'shop', canaryService: 'agent-canary', canaryName: 'agent-canary', container: 'agent' };
const stableService = service('agent', { app: 'agent' });
const canaryService = service('agent-canary', { app: 'agent-canary' });
const sound: CanaryObjects = { stable: stable(), stableService, canaryService };
const clone = cloneOf(stable(), { app: 'agent-canary' }, { ...names, image: 'shop/agent:2', replicas: 1 });
const problemsOf = (objects: CanaryObjects, more: object = {}) => inspectCanary(objects, { ...names, ...more }).problems;
const texts = (objects: CanaryObjects, more: object = {}) => problemsOf(objects, more).map(({ what }) => what);

/** A canary Deployment of the user's own. */
const own = (labels: Labels, selector: object = { matchLabels: labels }): KubernetesObject => {
  const made = stable({ labels, selector });
  return { ...made, metadata: { name: 'agent-canary', namespace: 'shop' } };
};

describe('a canary made from stable', () => {
  it('fits beside a sound stable', () => {
    expect(inspectCanary(sound, names)).toEqual({ problems: [], canary: { is: 'absent' }, container: 'agent' });
    expect(inspectCanary({ ...sound, canary: clone }, names)).toEqual({ problems: [], canary: { is: 'ours' }, container: 'agent' });
  });

  it('needs a container that exists, and lists those that do', () => {
    expect(problemsOf(sound, { container: 'web' })).toEqual([
      { what: '`container` = `web` is no container of Deployment agent.', remedy: 'Use one of: `agent`, `proxy`.' },
    ]);
    const { container: _, ...unnamed } = names;
    expect(inspectCanary(sound, unnamed)).toEqual({
      problems: [
        {
          what: '`container` is not given, and Deployment agent has 2 containers.',
          remedy: 'Name the one whose image is deployed: `agent`, `proxy`.',
        },
      ],
      canary: { is: 'absent' },
    });
  });

  it('needs the Service of stable', () => {
    expect(texts({ stable: stable(), canaryService })).toEqual(['Service shop/agent is not there.']);
  });

  it('needs a Service that selects stable', () => {
    expect(texts({ ...sound, stableService: service('agent', { app: 'other' }) })).toEqual([
      "Service agent (app=other) does not select the pods of Deployment agent: this Deployment does not get the Service's traffic.",
    ]);
  });

  describe('whose Service lacks a port that the route names', () => {
    const http = { name: 'http', port: 80, targetPort: 8080 };
    const grpc = { name: 'grpc', port: 9090, targetPort: 'grpc' };
    const looked = (canaryPorts: readonly (number | string)[], own: readonly object[], of: readonly object[] = [http, grpc]) =>
      problemsOf({
        ...sound,
        stableService: service('agent', { app: 'agent' }, of),
        canaryService: service('agent-canary', { app: 'agent-canary', tier: 'web' }, own),
        canaryPorts,
      });
    const portsIn = (yaml: string | undefined) => (parse(yaml ?? '') as KubernetesObject)['spec'];

    it('is refused, with the port as stable has it', () => {
      const [problem, ...others] = looked([80, 9090], [http]);
      expect(others).toEqual([]);
      expect(problem).toMatchObject({
        what: 'Service agent-canary has no port 9090, by which the route leads to the canary: its share of these requests would fail.',
        remedy: 'Give it the ports of stable. It then reads:',
      });
      expect(portsIn(problem?.yaml)).toEqual({ selector: { app: 'agent-canary', tier: 'web' }, ports: [http, grpc] });
    });

    it('is not where it has them, by number or by name, or is outside of the cluster', () => {
      expect(looked([80], [http])).toEqual([]);
      expect(looked(['grpc'], [http, grpc])).toEqual([]);
      expect(looked([], [{ name: 'metrics', port: 9100 }])).toEqual([]);
      const outside = { ...canaryService, spec: { ...(canaryService['spec'] as object), type: 'ExternalName', ports: [] } };
      expect(texts({ ...sound, canaryService: outside, canaryPorts: [80] })).toEqual([]);
    });

    it('gets a port in the place of one with another name, and no name twice', () => {
      expect(portsIn(looked(['http'], [{ name: 'web', port: 80 }])[0]?.yaml)).toMatchObject({ ports: [http] });
      expect(portsIn(looked([80], [{ name: 'http', port: 8080 }])[0]?.yaml)).toMatchObject({
        ports: [{ name: 'http-8080', port: 8080 }, http],
      });
      expect(portsIn(looked([80], [{ port: 8080 }], [{ port: 80 }])[0]?.yaml)).toMatchObject({
        ports: [
          { name: 'port-8080', port: 8080 },
          { name: 'port-80', port: 80 },
        ],
      });
    });

    it('is told in words where stable has not got it either', () => {
      const [problem] = looked([7070], [http]);
      expect(problem?.remedy).toBe('Add port 7070 to it, or name a port in the route that both Services have.');
      expect(problem).not.toHaveProperty('yaml');
    });

    it('is mended together with its selector', () => {
      const both = problemsOf({
        ...sound,
        stableService: service('agent', { app: 'agent' }, [http, grpc]),
        canaryService: service('agent-canary', { app: 'agent' }, [http]),
        canaryPorts: [9090],
      });
      expect(both.length).toBeGreaterThan(1);
      expect(new Set(both.map(({ yaml }) => yaml)).size).toBe(1);
      const canary = parse(both[0]?.yaml ?? '') as KubernetesObject;
      expect(
        problemsOf({
          ...sound,
          stableService: service('agent', { app: 'agent' }, [http, grpc]),
          canaryService: canary,
          canaryPorts: [9090],
        }),
      ).toEqual([]);
    });
  });

  it('is given a Service when there is none, with the ports of stable’s and another selector', () => {
    const [problem, ...others] = problemsOf({ stable: stable(), stableService });
    expect(others).toEqual([]);
    expect(problem?.what).toBe('Service shop/agent-canary is not there: the canary has no address of its own.');
    expect(parse(problem!.yaml!)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agent-canary', namespace: 'shop' },
      spec: { selector: { app: 'agent-canary' }, ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
    });
  });

  it('must not be selected by the Service of stable', () => {
    const found = problemsOf({ ...sound, canaryService: service('agent-canary', { track: 'canary' }) });
    expect(found).toHaveLength(1);
    expect(found[0]?.what).toMatch(
      /^Service agent \(app=agent\) selects the pods of the canary agent-canary, which would get traffic at weight 0\. The selectors of Deployment agent \(app=agent\) and of the canary/,
    );
    expect(parse(found[0]!.yaml!)).toMatchObject({ metadata: { name: 'agent-canary' }, spec: { selector: { app: 'agent-canary' } } });
  });

  it('must not have a Service that selects stable', () => {
    expect(texts({ ...sound, canaryService: service('agent-canary', { tier: 'web' }) })).toEqual([
      'Service agent-canary (tier=web) selects the pods of stable, agent: what is measured as the canary would be stable.',
      expect.stringMatching(/^Service agent .*overlap/),
    ]);
  });

  it('needs a Service with a selector', () => {
    expect(texts({ ...sound, canaryService: service('agent-canary', undefined) })[0]).toBe(
      'Service agent-canary (without a selector) would not select the pods of the canary.',
    );
  });

  it('cannot have labels that the expressions of stable’s selector exclude', () => {
    const selector = { matchLabels: { app: 'agent' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['agent'] }] };
    expect(texts({ ...sound, stable: stable({ selector }) })).toEqual([
      expect.stringContaining('selects by expressions (app=agent-canary,wf-deploy.io/service=agent,wf-deploy.io/track=canary,app=agent)'),
    ]);
  });

  it('must be made anew when its selector would have to change', () => {
    const moved = problemsOf({ ...sound, canaryService: service('agent-canary', { app: 'agent-next' }), canary: clone });
    expect(moved).toEqual([
      {
        what: expect.stringMatching(
          /^Deployment agent-canary selects app=agent-canary,.* it would have to select app=agent-next,.* does not let a selector be changed\.$/,
        ),
        remedy: expect.stringContaining('kubectl delete deployment agent-canary --namespace shop'),
      },
    ]);
    const reordered = {
      ...clone,
      spec: {
        ...(clone['spec'] as object),
        selector: { matchLabels: { 'wf-deploy.io/track': 'canary', 'wf-deploy.io/service': 'agent', app: 'agent-canary' } },
      },
    };
    expect(problemsOf({ ...sound, canary: reordered })).toEqual([]);
  });

  it('must not take the name of stable, nor the canary of another service', () => {
    expect(texts(sound, { canaryName: 'agent' })).toContain('Deployment agent is named as stable and as its canary.');
    const other = {
      ...clone,
      metadata: { ...clone.metadata, labels: { 'wf-deploy.io/service': 'persona', 'wf-deploy.io/track': 'canary' } },
    };
    expect(texts({ ...sound, canary: other })).toContain('Deployment agent-canary is the canary of another service, `persona`.');
  });
});

describe('a canary of the user’s own', () => {
  const canary = own({ app: 'agent-canary' });

  it('is taken as it is, and its differences are listed', () => {
    expect(inspectCanary({ ...sound, canary }, names)).toEqual({
      problems: [],
      canary: { is: 'users', differences: [] },
      container: 'agent',
    });
  });

  it('needs the container too', () => {
    const other = {
      ...stable({ labels: { app: 'agent-canary' }, selector: { matchLabels: { app: 'agent-canary' } }, containers: [{ name: 'main' }] }),
      metadata: { name: 'agent-canary' },
    };
    expect(texts({ ...sound, canary: other })).toEqual(['`container` = `agent` is no container of Deployment agent-canary.']);
  });

  it('needs to be selected by its Service', () => {
    const found = problemsOf({ ...sound, canary: own({ app: 'agent-next' }) });
    expect(found.map(({ what }) => what)).toEqual([
      'Service agent-canary (app=agent-canary) does not select the pods of the canary, agent-canary.',
    ]);
    expect(parse(found[0]!.yaml!)).toMatchObject({ spec: { selector: { app: 'agent-next' } } });
  });

  it('is given a Service when there is none', () => {
    const [problem] = problemsOf({ stable: stable(), stableService, canary });
    expect(parse(problem!.yaml!)).toMatchObject({ metadata: { name: 'agent-canary' }, spec: { selector: { app: 'agent-canary' } } });
  });

  it('is kept from the Service of stable by a label that only stable’s pods have', () => {
    const labels = { app: 'agent', track: 'stable' };
    const found = problemsOf({
      stable: stable({ labels, selector: { matchLabels: labels } }),
      stableService,
      canaryService: service('agent-canary', { app: 'agent', track: 'canary' }),
      canary: own({ app: 'agent', track: 'canary' }),
    });
    expect(found.map(({ what }) => what)).toEqual([
      'Service agent (app=agent) selects the pods of the canary agent-canary, which would get traffic at weight 0.',
    ]);
    expect(parse(found[0]!.yaml!)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agent', namespace: 'shop' },
      spec: {
        selector: { app: 'agent', track: 'stable' },
        ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 30080 }],
        type: 'ClusterIP',
      },
    });
  });

  it('has to be made anew when the selectors of the Deployments overlap', () => {
    const found = problemsOf({
      ...sound,
      canary: own({ app: 'agent', track: 'canary' }),
      canaryService: service('agent-canary', { track: 'canary' }),
    });
    expect(found).toHaveLength(1);
    expect(found[0]?.what).toContain('overlap');
    expect(found[0]?.remedy).toMatch(/^Make Deployment agent-canary again/);
    expect(found[0]?.yaml).toBeUndefined();
  });
});

describe('the YAML of a problem mends it', () => {
  const keys = ['app', 'tier', 'track'] as const;
  const labels = fc.record({
    app: fc.constantFrom('agent', 'x'),
    tier: fc.constantFrom('web', 'x'),
    track: fc.constantFrom('stable', 'x'),
  });
  const subset = (of: Labels) =>
    fc.subarray([...keys], { minLength: 1 }).map((chosen): Labels => Object.fromEntries(chosen.map((key) => [key, of[key] ?? ''])));
  const objects = labels.chain((pods) =>
    fc.tuple(
      fc.constant(pods),
      subset(pods),
      subset(pods),
      fc.option(fc.dictionary(fc.constantFrom(...keys, 'color'), fc.constantFrom('agent', 'stable', 'canary', 'web')), { nil: undefined }),
    ),
  );

  it('for any labels and selectors of stable, and any Service of the canary', () => {
    fc.assert(
      fc.property(objects, ([pods, ofDeployment, ofService, ofCanary]) => {
        const found: CanaryObjects = {
          stable: stable({ labels: pods, selector: { matchLabels: ofDeployment } }),
          stableService: service('agent', ofService),
          ...(ofCanary === undefined ? {} : { canaryService: service('agent-canary', ofCanary) }),
        };
        for (const { yaml } of problemsOf(found)) {
          expect(yaml).toBeDefined();
          const mended = parse(yaml!) as KubernetesObject;
          expect(mended.metadata.name).toBe('agent-canary');
          expect(texts({ ...found, canaryService: mended })).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('for any labels of a canary of the user’s own', () => {
    fc.assert(
      fc.property(
        objects,
        labels,
        fc.subarray([...keys], { minLength: 1 }),
        ([pods, ofDeployment, ofService, ofCanary], canaryPods, canaryKeys) => {
          const selector = { matchLabels: Object.fromEntries(canaryKeys.map((key) => [key, canaryPods[key]])) };
          let found: CanaryObjects = {
            stable: stable({ labels: pods, selector: { matchLabels: ofDeployment } }),
            stableService: service('agent', ofService),
            canary: own(canaryPods, selector),
            ...(ofCanary === undefined ? {} : { canaryService: service('agent-canary', ofCanary) }),
          };
          for (const { yaml } of problemsOf(found)) {
            if (yaml === undefined) continue;
            const mended = parse(yaml) as KubernetesObject;
            found = { ...found, ...(mended.metadata.name === 'agent' ? { stableService: mended } : { canaryService: mended }) };
          }
          // What is left is what no Service can mend: labels or selectors that the two Deployments share.
          expect(problemsOf(found).filter(({ yaml }) => yaml !== undefined)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
