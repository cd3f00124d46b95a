import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { parseStrict } from '../../src/adapters/yaml/strict.ts';
import * as kinds from '../../src/domain/kubernetes/kinds.ts';
import { Deployment, HTTPRoute, Ingress, Pod, Service } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../src/domain/kubernetes/pod-template.ts';
import { deploymentSpec, deploymentStatus } from '../../src/domain/kubernetes/workload.ts';
import { assignImages, parseImageEntries } from '../../src/domain/rolling/image-entries.ts';
import { selectManifests } from '../../src/domain/rolling/manifest.ts';
import { deployment as deploymentKind } from '../../src/domain/rolling/workloads/deployment.ts';
import { parseBlueGreenInputs } from '../../src/flows/blue-green/inputs.ts';
import { executeCanary } from '../../src/flows/canary/execute.ts';
import { parseCanaryInputs } from '../../src/flows/canary/inputs.ts';
import { remove } from '../../src/flows/remove.ts';
import { actionNames, loadFlow } from '../../src/index.ts';
import { next, pair, run, sick, standing, wish } from '../flows/blue-green/pair.ts';
import { newImage, planOf, shop } from '../flows/canary/shop.ts';
import { forbidden } from '../flows/memory-cluster/failures.ts';
import { failureOf, rawInputs } from '../flows/raw-inputs.ts';

// Ten defects that were seen by running the action that comes nearest to this product. Each is a test of what happens here instead.

const root = join(import.meta.dirname, '../..');
const availableIn = (object: KubernetesObject | undefined): number =>
  object === undefined ? 0 : (deploymentStatus(object).availableReplicas ?? 0);

describe('peer defect 1: users are sent to green before any readiness check, and stay there when the rollout fails', () => {
  it('here no write of the route names green before green is available and healthy', async () => {
    const on = pair();
    const seen: string[] = [];
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      if (object.kind !== 'Ingress' || !standing(on).startsWith('agent-green')) return;
      const ready = on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith('agent-green')).length;
      seen.push(`${ready} pods, ${on.lines.some((line) => line.includes('200 10 times in a row')) ? 'checked' : 'not checked'}`);
    };
    await run(on);
    expect(seen).toEqual(['2 pods, checked']);
  });

  it('here a rollout that fails leaves users on blue, and the run is red', async () => {
    const on = pair();
    expect(await run(on, wish({ image: sick }))).toMatchObject({ outcome: 'rolled-back', succeeded: false, live: 'blue' });
    expect(standing(on)).toMatch(/^agent-blue/);
  });

  it('nor does the selector of a Service', async () => {
    const on = pair();
    const blue = on.cluster.find(Service, 'agent-blue') as KubernetesObject;
    on.cluster.put(Service, { ...blue, metadata: { name: 'agent', namespace: 'shop' } });
    await run(on, wish({ image: sick, switcher: 'service' }));
    const selectors = on.cluster.calls.flatMap(({ write }) =>
      write?.do === 'replace' && write.ref.kind.kind === 'Service'
        ? [(write.object['spec'] as { selector: { version: string } }).selector.version]
        : [],
    );
    expect(selectors).toEqual(['blue']);
  });
});

it('peer defect 2: a promotion does not wait for stable before it takes the canary away; here it does', async () => {
  const on = shop();
  const { cluster, clock } = on;
  const react = cluster.reacting;
  let availableAt = Number.POSITIVE_INFINITY;
  let restedAt = 0;
  cluster.reacting = (object) => {
    react(object);
    if (object.kind !== 'Deployment') return;
    const image = Object.values(imagesOf(templateOf(object)))[0];
    if (object.metadata.name === 'agent' && image === newImage && availableAt === Number.POSITIVE_INFINITY) {
      const whole = cluster.find(Deployment, 'agent') as KubernetesObject;
      cluster.put(Deployment, {
        ...whole,
        status: { ...(whole['status'] as object), updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      });
      availableAt = clock.monotonic() + 60;
      void clock.sleep(60).then(() => cluster.put(Deployment, whole));
    }
    if (object.metadata.name === 'agent-canary' && deploymentSpec(object).replicas === 0 && availableAt < Number.POSITIVE_INFINITY)
      restedAt = clock.monotonic();
  };
  expect(await clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
  expect(restedAt).toBeGreaterThan(availableAt);
});

it('peer defect 3: objects without a spec are dropped in silence; here every object is applied or named', () => {
  const manifests = ['ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding', 'Deployment', 'Job', 'ClusterRole'].map((kind) => {
    const group = kind.includes('Role') ? 'rbac.authorization.k8s.io/v1' : { Deployment: 'apps/v1', Job: 'batch/v1' }[kind];
    const object: KubernetesObject = { apiVersion: group ?? 'v1', kind, metadata: { name: kind.toLowerCase() } };
    return { object, from: 'app.yaml', digest: '' };
  });
  const clusterRole = {
    kind: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', resource: 'clusterroles' },
    namespaced: false,
  };
  const known = Object.values(kinds).flatMap((kind) => (typeof kind === 'function' ? [] : [{ kind, namespaced: true }]));
  const { applied, skipped, problems } = selectManifests(manifests, [...known, clusterRole], 'shop');
  expect(applied.map(({ object }) => object.kind).toSorted((one, other) => one.localeCompare(other))).toEqual([
    'ConfigMap',
    'Deployment',
    'Role',
    'RoleBinding',
    'Secret',
    'ServiceAccount',
  ]);
  expect([skipped.length, problems]).toEqual([2, []]);
});

/** Two containers, both of a registry with a port. */
const workload = {
  ref: { of: deploymentKind, name: 'agent' },
  object: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'agent' },
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'api', image: 'registry.example.com:5000/agent:v1' },
            { name: 'proxy', image: 'registry.example.com:5000/proxy:v1' },
          ],
        },
      },
    },
  },
};

function assigned(yaml: string) {
  const document = parseStrict(yaml);
  const entries = parseImageEntries('values' in document ? document.values[0] : undefined);
  if (!entries.ok) throw new Error(entries.problem);
  return assignImages(entries.value, [workload]);
}

it('peer defect 4: a registry with a port gives every container of it the new image; here images go by container', () => {
  const { assignments, problems } = assigned('api: registry.example.com:5000/agent:v2');
  expect(problems).toEqual([]);
  expect(assignments).toMatchObject([{ container: 'api', entry: { image: { name: 'registry.example.com:5000/agent', tag: 'v2' } } }]);
});

it('peer defect 5: an entry of images that matches nothing is accepted; here it is a problem that names what is there', () => {
  const { assignments, problems } = assigned('agent: registry.example.com:5000/agent:v2');
  expect(assignments).toEqual([]);
  expect(problems).toMatchObject([{ what: expect.stringContaining('no container is called so: Deployment agent has `api`, `proxy`') }]);
});

describe('peer defect 6: the default backend is not switched, and a resource backend is a TypeError after green was made', () => {
  const resource = { resource: { apiGroup: 'k8s.example.com', kind: 'StorageBucket', name: 'static' } };
  const named = (name: string) => ({ service: { name, port: { number: 80 } } });

  it('here both are dealt with', async () => {
    const on = pair();
    const route = on.cluster.find(Ingress, 'agent') as KubernetesObject;
    const spec = (name: string) => ({
      ...(route['spec'] as object),
      defaultBackend: named(name),
      rules: [
        {
          host: 'api.example.com',
          http: {
            paths: [
              { path: '/api/agents', pathType: 'Prefix', backend: named(name) },
              { path: '/static', pathType: 'Prefix', backend: resource },
            ],
          },
        },
      ],
    });
    on.cluster.put(Ingress, { ...route, spec: spec('agent-blue') });
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.cluster.find(Ingress, 'agent')?.['spec']).toEqual(spec('agent-green'));
  });
});

describe('peer defect 7: an input is declared under one name and read under another, so it has no effect', () => {
  it.each(actionNames)('here %s reads exactly what its action.yml declares', async (name) => {
    const action = readActions(root).find((each) => each.name === name);
    expect((await loadFlow(name)).inputNames).toEqual(action?.inputs.map((input) => input.name));
  });
});

describe('peer defect 8: a range check can never be true, so 500 is accepted', () => {
  const blueGreen = (inputs: Readonly<Record<string, string>>) => () =>
    parseBlueGreenInputs(rawInputs({ service: 'agent', image: 'agent:v2', ...inputs }));
  const canary = (inputs: Readonly<Record<string, string>>) => () =>
    parseCanaryInputs(rawInputs({ service: 'agent', image: 'agent:v2', 'prometheus-url': 'http://prometheus', ...inputs }));

  it.each([
    [blueGreen, 'checks', ['-1', '1001', '1.5', 'many'], ['0', '1000']],
    [blueGreen, 'port', ['0', '65536'], ['1', '65535']],
    [blueGreen, 'failure-threshold', ['0', '101'], ['1', '100']],
    [canary, 'failure-threshold', ['0', '500'], ['1', '100']],
    [canary, 'min-requests', ['0', '100000001'], ['1', '100000000']],
    [canary, 'stages', ['500@5m 100@1m', '-5@5m', '5@5m 5@5m'], ['5@5m 100@1m']],
  ] as const)('here both ends of a range are held: %#', (parse, input, refused, accepted) => {
    for (const value of refused)
      expect([value, failureOf(parse({ [input]: value })).what]).toEqual([value, expect.stringContaining(`\`${input}\``)]);
    for (const value of accepted) expect(parse({ [input]: value })).not.toThrow();
  });
});

it('peer defect 9: weights change before the rollout of the canary is checked; here no weight moves before it is available', async () => {
  const on = shop();
  const ready: string[] = [];
  const react = on.cluster.reacting;
  on.cluster.reacting = (object) => {
    react(object);
    if (object.kind === 'HTTPRoute' && on.weight() > 0)
      ready.push(availableIn(on.cluster.find(Deployment, 'agent-canary')) > 0 ? 'available' : 'not available');
  };
  await on.clock.until(executeCanary(planOf(), on.world));
  expect(ready.length).toBeGreaterThan(1);
  expect(new Set(ready)).toEqual(new Set(['available']));
  const never = shop({ [newImage]: { never: { waiting: { reason: 'CrashLoopBackOff' } } } });
  expect(await never.clock.until(executeCanary(planOf(), never.world))).toMatchObject({ outcome: 'rolled-back' });
  expect(never.weights.every((weight) => weight === 0)).toBe(true);
  expect(never.cluster.find(HTTPRoute, 'agent')).toBeDefined();
});

describe('peer defect 10: labels are put on every object although that was declined, and errors of a delete are swallowed', () => {
  it('here a switch changes image, size, backend and its own annotation, and nothing else of any object', async () => {
    const on = pair();
    const before = [Deployment, Ingress, Service].flatMap((kind) => on.cluster.objectsOf(kind));
    await run(on);
    for (const object of before) {
      const kind = [Deployment, Ingress, Service].find((each) => each.kind === object.kind) ?? Deployment;
      const after = on.cluster.find(kind, object.metadata.name) as KubernetesObject;
      expect(after.metadata.labels).toEqual(object.metadata.labels);
      const { 'wf-deploy.io/epoch': _epoch, ...annotations } = after.metadata.annotations ?? {};
      expect(Object.keys(annotations)).toEqual(Object.keys(object.metadata.annotations ?? {}));
      const text = JSON.stringify(after['spec'])
        .replaceAll(next, 'IMAGE')
        .replace(/"replicas":\d+/, '"replicas":N')
        .replaceAll('agent-green', 'agent-COLOUR');
      const wanted = JSON.stringify(object['spec'])
        .replace(/"replicas":\d+/, '"replicas":N')
        .replaceAll('agent-blue', 'agent-COLOUR')
        .replaceAll('agent-green', 'agent-COLOUR');
      expect(object.metadata.name === 'agent-green' ? text.replace('IMAGE', '') : text).toEqual(
        object.metadata.name === 'agent-green' ? wanted.replace(/agent@sha256:0+/, '') : wanted,
      );
    }
  });

  it('here a delete that is refused is an error, and only one of what is gone already is not', async () => {
    const on = pair();
    on.cluster.failing = ({ verb }) => (verb === 'delete' ? forbidden() : undefined);
    const ref = { kind: Deployment, namespace: 'shop', name: 'agent-blue' };
    await expect(remove(on.world, ref)).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    on.cluster.failing = () => undefined;
    expect(await remove(on.world, { ...ref, name: 'gone' })).toBe(false);
    on.cluster.failing = ({ verb }) => (verb === 'delete' ? forbidden() : undefined);
    const result = await run(on, wish({ 'keep-old': 'false' }));
    expect(result.warnings.at(-1)).toContain('could not be put to rest: The account may not do that.');
  });
});
