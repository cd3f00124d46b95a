import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Sample } from '../../../src/domain/rollout/sample.ts';
import { replicas } from '../../../src/domain/traffic/replicas.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { observe } from '../../../src/flows/canary/observe.ts';
import { open } from '../../../src/flows/canary/open.ts';
import { perform } from '../../../src/flows/canary/perform.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import type { Session } from '../../../src/flows/canary/session.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

async function observing(): Promise<{
  readonly on: Shop;
  readonly session: Session;
  look(until?: 'stable-available', enough?: number): Promise<Sample>;
  setStable(): Promise<unknown>;
}> {
  const on = shop();
  const plan = planOf();
  const ground = await on.clock.until(preflight(on.world, plan));
  const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  const session = open(on.world, plan, ground, lock);
  const { signal } = new AbortController();
  for (const effect of [
    { do: 'claim', weight: 0 },
    { do: 'set-canary', replicas: 2 },
    { do: 'await-canary', replicas: 2 },
    { do: 'shift', weight: 25, urgent: false },
  ] as const)
    await on.clock.until(perform(session, effect, signal));
  return {
    on,
    session,
    look: (until, enough) =>
      on.clock.until(
        observe(
          session,
          {
            do: 'observe',
            inSeconds: 30,
            ...(until === undefined ? {} : { until }),
            ...(enough === undefined ? {} : { enough }),
          },
          signal,
        ),
      ),
    setStable: () => on.clock.until(perform(session, { do: 'set-stable' }, signal)),
  };
}

function change({ cluster }: Shop, kind: typeof HTTPRoute, name: string, edit: (text: string) => string, metadata: object = {}): void {
  const found = cluster.find(kind, name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  const object = JSON.parse(edit(JSON.stringify(found))) as KubernetesObject;
  cluster.put(kind, { ...object, metadata: { ...object.metadata, ...metadata } });
}

const byKubectl = {
  managedFields: [
    { manager: 'wf-deploy', time: '2026-03-01T10:00:00Z' },
    { manager: 'kubectl-edit', time: '2026-03-01T10:00:01Z' },
  ],
};

describe('the route', () => {
  it('as ordered', async () => {
    const { look, on } = await observing();
    expect(await look()).toMatchObject({
      at: 1030,
      cluster: { is: 'answer', route: { is: 'as-ordered' }, canary: { readyEndpoints: 2 } },
      reading: { canary: { is: 'counters' } },
    });
    expect(on.clock.monotonic()).toBe(1030);
  });

  it('with other weights, and who wrote them', async () => {
    const { on, look } = await observing();
    change(on, HTTPRoute, 'agent', (text) => text.replace('"weight":25', '"weight":60').replace('"weight":75', '"weight":40'), byKubectl);
    expect(await look()).toMatchObject({
      cluster: { route: { is: 'changed', what: 'the canary has 60 % instead of 25 %', by: 'kubectl-edit' } },
    });
  });

  it('with other weights is not laid to whom it was labelled by since', async () => {
    const { on, look } = await observing();
    const managedFields = [
      { manager: 'argocd-controller', time: '2026-03-01T10:00:01Z', fieldsV1: { 'f:spec': { 'f:rules': {} } } },
      { manager: 'labeller', time: '2026-03-01T10:00:09Z', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} } } } },
    ];
    const other = (text: string): string => text.replace('"weight":25', '"weight":60').replace('"weight":75', '"weight":40');
    change(on, HTTPRoute, 'agent', other, { managedFields });
    expect(await look()).toMatchObject({ cluster: { route: { is: 'changed', by: 'argocd-controller' } } });
    change(on, HTTPRoute, 'agent', (text) => text.replace('"weight":60', '"weight":25').replace('"weight":40', '"weight":75'), {
      managedFields,
    });
    expect(await look()).toMatchObject({ cluster: { route: { is: 'as-ordered', note: expect.stringContaining('`labeller`') } } });
  });

  it('with something else changed is as ordered, with a note', async () => {
    const { on, look } = await observing();
    change(on, HTTPRoute, 'agent', (text) => text.replace('"spec":{', '"spec":{"hostnames":["a.example"],'), byKubectl);
    expect(await look()).toMatchObject({ cluster: { route: { is: 'as-ordered', note: expect.stringContaining('`kubectl-edit`') } } });
  });

  it('that is gone, or a successor’s', async () => {
    const { on, look } = await observing();
    change(on, HTTPRoute, 'agent', (text) =>
      text.replace(`"wf-deploy.io/epoch":"${firstEpoch}"`, `"wf-deploy.io/epoch":"${firstEpoch + 1}"`),
    );
    expect(await look()).toMatchObject({ cluster: { route: { is: 'taken' } } });
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await look()).toMatchObject({ cluster: { route: { is: 'gone' } } });
  });
});

describe('the canary', () => {
  it('without its pods has no ready endpoint', async () => {
    const { on, look } = await observing();
    for (const pod of ['agent-canary-2-1', 'agent-canary-2-2']) on.cluster.remove(Pod, pod);
    expect(await look()).toMatchObject({ cluster: { canary: { readyEndpoints: 0, trouble: { fatal: true } } } });
  });

  it('whose nodes are not heard of is waited for: while stable’s are not either, and anew after each look without an answer', async () => {
    const { on, look } = await observing();
    const trouble = async () => (await look()).cluster;
    const marked = '{"type":"Ready","status":"False"},{"type":"ContainersReady","status":"True"}';
    const mark = (of: string): void => {
      for (const { metadata } of on.cluster.objectsOf(Pod).filter((pod) => pod.metadata.name.startsWith(of)))
        change(on, Pod, metadata.name, (text) => text.replace('{"type":"Ready","status":"True"}', marked));
    };
    mark('agent-');
    for (let looks = 0; looks < 3; looks += 1)
      expect(await trouble()).toMatchObject({ canary: { readyEndpoints: 0, trouble: { cause: 'node', fatal: false } } });
    for (const { metadata } of on.cluster.objectsOf(Pod).filter((pod) => !pod.metadata.name.startsWith('agent-canary')))
      change(on, Pod, metadata.name, (text) => text.replace(marked, '{"type":"Ready","status":"True"}'));
    expect(await trouble()).toMatchObject({ canary: { readyEndpoints: 0, trouble: { cause: 'node', fatal: false } } });
    on.cluster.failing = unreachable;
    expect(await trouble()).toMatchObject({ is: 'no-answer' });
    on.cluster.failing = () => undefined;
    expect(await trouble()).toMatchObject({ canary: { trouble: { fatal: false } } });
    expect(await trouble()).toMatchObject({ canary: { trouble: { cause: 'node', fatal: true } } });
  });

  it.each([
    ['before any is open, counts pods that have all but our word', 0, 2],
    ['counts only those that serve once users are on it', 25, 0],
  ])('behind its gate %s', async (_, share, readyEndpoints) => {
    const { on, session } = await observing();
    const closed = '{"type":"Ready","status":"False"},{"type":"ContainersReady","status":"True"}';
    for (const { metadata } of on.cluster.objectsOf(Pod).filter((pod) => pod.metadata.name.startsWith('agent-canary')))
      change(on, Pod, metadata.name, (text) => text.replace('{"type":"Ready","status":"True"}', closed));
    const byPods: Session = {
      ...session,
      plan: { ...session.plan, router: replicas },
      route: { shares: { shares: [share], fixed: 0 }, generations: [] },
    };
    const { cluster } = await on.clock.until(observe(byPods, { do: 'observe', inSeconds: 5 }, new AbortController().signal));
    expect(cluster).toMatchObject({ canary: { readyEndpoints } });
  });

  it('is in trouble when a container was restarted since it became ready', async () => {
    const { on, look } = await observing();
    change(on, Pod, 'agent-canary-2-1', (text) => text.replace('"restartCount":0', '"restartCount":1'));
    expect(await look()).toMatchObject({ cluster: { canary: { readyEndpoints: 2, trouble: { cause: 'exited' } } } });
  });
});

describe('stable', () => {
  it('is looked at only where it is asked for', async () => {
    expect((await (await observing()).look()).cluster).not.toHaveProperty('stable');
  });

  it('that is available with what was ordered ends the wait at once', async () => {
    const { on, look, setStable } = await observing();
    await setStable();
    expect(await look('stable-available')).toMatchObject({ at: 1000, cluster: { stable: { runs: 'new', status: { is: 'available' } } } });
    expect(on.image('agent')).toBe(newImage);
  });

  it.each([
    ['its old image', oldImage, 'old'],
    ['an image of someone else', digest('9'), 'foreign'],
  ])('with %s is waited for', async (_, image, runs) => {
    const { on, look, setStable } = await observing();
    await setStable();
    change(on, Deployment, 'agent', (text) => text.replaceAll(newImage, image));
    const object = on.cluster.find(Deployment, 'agent');
    if (object !== undefined) on.cluster.reacting(object);
    expect(await look('stable-available')).toMatchObject({ at: 1030, cluster: { stable: { runs } } });
  });

  it.each([
    [2, 1000],
    [3, 1030],
  ])('with two ready pods of five is waited for unless that is enough (%i are)', async (enough, at) => {
    const { on, look, setStable } = await observing();
    await setStable();
    const object = on.cluster.find(Deployment, 'agent');
    if (object === undefined) throw new Error('There is no stable.');
    const observedGeneration = (object.metadata.generation ?? 0) + 1;
    const status = { observedGeneration, replicas: 5, updatedReplicas: 5, readyReplicas: 2, availableReplicas: 2 };
    on.cluster.put(Deployment, { ...object, spec: { ...(object['spec'] as object), replicas: 5 }, status });
    expect(await look('stable-available', enough)).toMatchObject({ at, cluster: { stable: { ready: 2, status: { is: 'progressing' } } } });
  });

  it('whose pods nobody has seen is not available yet', async () => {
    const { on, look, setStable } = await observing();
    await setStable();
    on.cluster.remove(Pod, 'agent-2-1');
    expect(await look('stable-available')).toMatchObject({
      at: 1030,
      cluster: { stable: { status: { is: 'progressing', waitingFor: 'its pods to be seen' } } },
    });
  });
});

it('without metrics says why', async () => {
  const on = shop(
    {},
    {
      query: (promql) =>
        on.clock.monotonic() > 1000
          ? Promise.resolve([])
          : Promise.resolve(
              promql.includes('_bucket')
                ? [{ labels: { pod: 's', le: '+Inf' }, value: 1 }]
                : [{ labels: { pod: 's', status: '200' }, value: 1 }],
            ),
    },
  );
  const plan = planOf();
  const ground = await on.clock.until(preflight(on.world, plan));
  const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  const sample = await on.clock.until(
    observe(open(on.world, plan, ground, lock), { do: 'observe', inSeconds: 5 }, new AbortController().signal),
  );
  expect(sample.reading).toMatchObject({ canary: { is: 'no-data', reason: expect.stringContaining('no series matches') } });
});

it('a pod whose scrape failed as the weight moved brings nothing of the stages before into the new one', async () => {
  /**
   * Leaves one pod of the canary out of whatever is asked at the moment in which the weight came to 100 %, or at the next one, after a moment
   * in which the metric store that was started anew knew nothing.
   */
  const run = async (isLeftOut: boolean, isRestarted = false) => {
    const on = shop();
    let moment: number | undefined;
    let next: number | undefined;
    const query: typeof on.world.metrics.query = async (promql) => {
      const series = await on.world.metrics.query(promql);
      if (on.weight() !== 100) return series;
      const now = on.clock.monotonic();
      moment ??= now;
      if (isRestarted && now === moment) return [];
      if (isRestarted) next ??= now;
      if (!isLeftOut || now !== (isRestarted ? next : moment)) return series;
      return series.filter(({ labels }) => !labels['pod']?.endsWith('-1') || !labels['pod'].startsWith('agent-canary'));
    };
    const result = await on.clock.until(executeCanary(planOf({ stages: '25@1m 50@1m 100@1m' }), { ...on.world, metrics: { query } }));
    expect(result.outcome).toBe('promoted');
    return result.stages.map(({ name, requests, measuredShare }) => ({ name, requests, measuredShare }));
  };
  const stages = await run(false);
  expect(stages.length).toBeGreaterThanOrEqual(3);
  expect(await run(true)).toEqual(stages);
  const [whole, lacking] = [await run(false, true), await run(true, true)].map(
    (run) => run.find(({ name }) => name === '3/3')?.requests ?? 0,
  );
  // What it served since the last reading that had it: one pod of four, in one interval.
  expect((lacking ?? 0) - (whole ?? 0)).toBeLessThan(1000);
});
