import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment, HTTPRoute, Ingress } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { executeBlueGreen } from '../../src/flows/blue-green/execute.ts';
import { executeCanary } from '../../src/flows/canary/execute.ts';
import { executeStage } from '../../src/flows/stage/execute.ts';
import { outdated, replace, type Unheard } from '../../src/flows/unheard.ts';
import type { Write } from '../../src/ports/cluster.ts';
import { pair, wish } from './blue-green/pair.ts';
import { shop as canaryShop, digest, oldImage, planOf } from './canary/shop.ts';
import { lateWrite } from './late-write.ts';
import { conflict, forbidden, unreachable } from './memory-cluster/failures.ts';
import { left } from './operations/on-shop.ts';
import { deployPlan, imageNow, modeNow, old, shop as stageShop } from './stage/shop.ts';
import { stage } from './stand-ins.ts';

const text = (object: unknown): string => JSON.stringify(object);

/** Before the way back is over, and after everything. */
const delays = [2, 8, 200];

describe('a write that a cancel cuts off, and that is stored late', () => {
  it.each(delays)('brings no users to a canary that is at rest (%i s)', async (seconds) => {
    const on = canaryShop();
    const late = lateWrite(on, seconds, (write) => write.do === 'replace' && text(write.object).includes('"weight":25'));
    const run = on.clock.until(executeCanary(planOf({ stages: '25@5m 100@1m' }), late.world));
    expect(await run).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(await late.arrived()).toBe('CLUSTER_CONFLICT');
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([0, 0]);
    expect(text(on.cluster.find(HTTPRoute, 'agent'))).not.toContain('outdated');
  });

  it.each(delays)('brings no new image to a stable that this very run had made sure of before (%i s)', async (seconds) => {
    const on = canaryShop();
    // A run before died as it was about to promote: what it may have changed of stable is taken back first, and there was nothing.
    left(on, 'promoting', '');
    const third = digest('3');
    const isPromotion = (write: Write): boolean =>
      write.do === 'patch' && write.ref.kind.kind === 'Deployment' && write.ref.name === 'agent' && text(write.operations).includes(third);
    const late = lateWrite(on, seconds, isPromotion);
    const result = await on.clock.until(executeCanary(planOf({ stages: '100@1m', image: third }), late.world));
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect([await late.arrived(), on.image('agent')]).toEqual(['CLUSTER_CONFLICT', oldImage]);
  });

  it.each(delays)('brings no users to a colour that went back to rest (%i s)', async (seconds) => {
    const on = pair();
    const late = lateWrite(on, seconds, ({ do: what, ...write }) => what === 'replace' && text(write).includes('"agent-green"'));
    const users = () => /agent-(blue|green)/.exec(text(on.cluster.find(Ingress, 'agent')))?.[0];
    expect(await on.clock.until(executeBlueGreen(wish(), late.world))).toMatchObject({ outcome: 'aborted' });
    expect(await late.arrived()).toBe('CLUSTER_CONFLICT');
    expect(users()).toBe('agent-blue');
    expect(text(on.cluster.find(Ingress, 'agent'))).not.toContain('outdated');
  });

  it.each(delays)('brings no new version into a rolling update that was taken back (%i s)', async (seconds) => {
    const on = stageShop();
    const before = text(on.cluster.find(Deployment, 'agent')?.['spec']);
    const late = lateWrite(on, seconds, (write) => write.do === 'replace' && write.ref.kind.kind === 'Deployment');
    expect(await on.clock.until(executeStage(deployPlan(), late.world))).toMatchObject({ outcome: 'aborted' });
    expect(await late.arrived()).toBe('CLUSTER_CONFLICT');
    expect(imageNow(on)).toBe(old);
    const after = on.cluster.find(Deployment, 'agent');
    expect([text(after?.['spec']), text(after?.metadata).includes('outdated')]).toEqual([before, false]);
  });
});

describe('an apply that a cancel cuts off, and that is stored late', () => {
  const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: agent-config }\ndata: { MODE: new }\n';

  it.each(delays)('brings nothing new into an update that was taken back (%i s)', async (seconds) => {
    const on = stageShop({ config });
    const late = lateWrite(on, seconds, (write) => write.do === 'apply' && write.ref.kind.kind === 'ConfigMap');
    expect(await on.clock.until(executeStage(deployPlan({ manifests: 'config.yaml' }), late.world))).toMatchObject({ outcome: 'aborted' });
    expect(await late.arrived()).toBe('CLUSTER_CONFLICT');
    expect(modeNow(on)).toBe('old');
  });

  it('is sent again where someone else wrote the object meanwhile', async () => {
    const on = stageShop({ config });
    let written = false;
    on.cluster.failing = ({ verb, kind, write }) => {
      const found = on.cluster.find(ConfigMap, 'agent-config');
      if (verb !== 'apply' || kind !== 'ConfigMap' || write?.dryRun === true || written || found === undefined) return undefined;
      written = true;
      on.cluster.put(ConfigMap, { ...found, metadata: { ...found.metadata, labels: { theirs: 'yes' } } });
      return undefined;
    };
    expect(await on.clock.until(executeStage(deployPlan({ manifests: 'config.yaml' }), on.world))).toMatchObject({ outcome: 'promoted' });
    expect([written, modeNow(on), on.cluster.find(ConfigMap, 'agent-config')?.metadata.labels]).toEqual([true, 'new', { theirs: 'yes' }]);
  });
});

describe('an object that is as it should be', () => {
  const ref = { kind: HTTPRoute, namespace: 'shop', name: 'agent' };
  const route: KubernetesObject = { apiVersion: HTTPRoute.apiVersion, kind: 'HTTPRoute', metadata: { name: 'agent' }, spec: { n: 1 } };

  function on(failing: () => Error | undefined) {
    const there = stage();
    const unheard: Unheard = new Map();
    const found = there.cluster.put(HTTPRoute, route);
    const send = async (): Promise<void> => {
      there.cluster.failing = failing;
      await replace(there.world, unheard, { ref, object: { ...found, spec: { n: 2 } } }).catch(() => undefined);
      there.cluster.failing = () => undefined;
    };
    const make = () => outdated(there.world, unheard, { ref, object: there.cluster.find(HTTPRoute, 'agent') ?? route });
    const writes = () => there.cluster.writes().length;
    return { ...there, found, send, make, writes };
  }

  it.each([
    ['nothing was sent', undefined],
    ['what was sent was refused', forbidden],
    ['what was sent met another version', () => conflict('changed')],
  ])('is written no more where %s', async (_, failing) => {
    const { send, make, writes, found } = on(failing ?? unreachable);
    if (failing !== undefined) await send();
    const before = writes();
    expect([(await make())?.metadata.resourceVersion, writes()]).toEqual([found.metadata.resourceVersion, before]);
  });

  it('gets one where an earlier write got no answer and a later one was refused', async () => {
    const { send, make, found, cluster, world } = on(unreachable);
    await send();
    expect((await make())?.metadata.resourceVersion).not.toBe(found.metadata.resourceVersion);
    const unheard: Unheard = new Map();
    const now = cluster.find(HTTPRoute, 'agent') ?? route;
    for (const failing of [unreachable, forbidden]) {
      cluster.failing = failing;
      await replace(world, unheard, { ref, object: { ...now, spec: { n: 3 } } }).catch(() => undefined);
    }
    expect([...unheard.values()]).toEqual([now.metadata.resourceVersion]);
    // What was refused at a later version is not waited for there.
    await replace(world, unheard, { ref, object: { ...now, metadata: { ...now.metadata, resourceVersion: 'later' } } }).catch(
      () => undefined,
    );
    expect([...unheard.values()]).toEqual([now.metadata.resourceVersion]);
  });

  it('gets a new version, and nothing else, once for each write that got no answer', async () => {
    const { send, make, writes, found, cluster } = on(unreachable);
    await send();
    const made = await make();
    expect(made?.metadata.resourceVersion).not.toBe(found.metadata.resourceVersion);
    const { resourceVersion: _, ...metadata } = found.metadata;
    expect(cluster.find(HTTPRoute, 'agent')).toMatchObject({ ...found, metadata });
    expect(cluster.find(HTTPRoute, 'agent')?.metadata.annotations).toBeUndefined();
    const before = writes();
    await make();
    expect(writes()).toBe(before);
  });

  it('is read again where that write was stored after all, and left alone where someone else wrote since', async () => {
    const { send, make, cluster, found, writes } = on(unreachable);
    await send();
    cluster.failing = ({ verb }) => {
      if (verb === 'replace') cluster.put(HTTPRoute, { ...found, spec: { n: 2 } });
      cluster.failing = () => undefined;
      return undefined;
    };
    expect(await make()).toBeUndefined();
    const before = writes();
    expect((await make())?.['spec']).toEqual({ n: 2 });
    expect(writes()).toBe(before);
  });
});
