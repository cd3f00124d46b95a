import { describe, expect, it } from '@jest/globals';
import { guardianKey } from '../../../src/domain/guardian/sign.ts';
import { Deployment, HTTPRoute, Ingress, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { signing } from '../../../src/domain/rollout/lease-writes.ts';
import type { RolloutRecord } from '../../../src/domain/rollout/rollout-record.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { Failure } from '../../../src/failure.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { patched } from '../../domain/rollout/patched.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { left as leave, running, weightWritten } from '../operations/on-shop.ts';
import { stage } from '../stand-ins.ts';
import { through } from '../through.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { violations } from './schema.ts';
import { newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const watching = { is: 'watching', pod: 'p', epoch: firstEpoch, beat: '1' };
const left = { holder: 'run-1', open: 'true' };
const leaseOf = ({ cluster }: Shop) => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};
const post = (on: Shop, handedOver: Readonly<Record<string, string>> = left) =>
  on.clock.until(takeBack(planOf(), handedOver, { ...on.world, run: { ...on.world.run, holder: 'post-1' } }));

/** The world of a run that is killed after so many seconds. */
async function killedAfter(on: Shop, seconds: number): Promise<void> {
  const killed = new AbortController();
  const { clock } = on;
  const sleep: World['clock']['sleep'] = (time, signal) =>
    clock.sleep(time, signal).then(() => (killed.signal.aborted ? new Promise<void>(() => undefined) : undefined));
  void executeCanary(planOf(), { ...on.world, clock: { monotonic: () => clock.monotonic(), now: () => clock.now(), sleep } });
  await clock.pass(seconds);
  killed.abort();
}

function recorded(on: Shop, more: { readonly [Field in keyof RolloutRecord]?: RolloutRecord[Field] | undefined }): void {
  const object = on.cluster.find(Lease, 'wf-deploy-agent');
  const record = leaseOf(on)?.rollout;
  if (object === undefined || record === undefined) throw new Error('There is a record.');
  const annotations = { ...object.metadata.annotations, 'wf-deploy.io/rollout': JSON.stringify({ ...record, ...more }) };
  on.cluster.put(Lease, { ...object, metadata: { ...object.metadata, annotations } });
}

describe('the post step', () => {
  it('takes back what a killed run left in its stages, at once', async () => {
    const on = shop();
    await killedAfter(on, 20);
    const at = on.clock.monotonic();
    const report = await post(on);
    expect(report).toMatchObject({
      succeeded: false,
      outputs: { outcome: 'aborted', weight: '0' },
      file: { previousImage: oldImage, image: newImage },
    });
    expect(violations(report?.file)).toEqual([]);
    expect([on.weights, on.replicas('agent-canary'), on.clock.monotonic() - at <= 10]).toEqual([[0, 25, 0], 0, true]);
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: firstEpoch + 1, rollout: { phase: 'resting' } });
  });

  it('puts the canary of a route that was deleted to rest', async () => {
    const on = shop();
    await killedAfter(on, 20);
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await post(on)).toMatchObject({ outputs: { outcome: 'aborted', weight: '0' } });
    expect([on.replicas('agent-canary'), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
    expect(on.lines.join('\n')).toContain('HTTPRoute shop/agent is gone: it sends nobody to the canary.');
  });

  it.each([
    ['in its stages', {}, 'stages'],
    ['in the middle of a promotion', { phase: 'promoting', weight: 100 }, 'restoring'],
  ] as const)(
    '%s leaves the canary of a run that recorded no route alone where one is missing: its users may come by another',
    async (_, more, phase) => {
      const on = shop();
      await killedAfter(on, 20);
      recorded(on, { ...more, route: undefined });
      const pods = on.replicas('agent-canary');
      on.cluster.remove(HTTPRoute, 'agent');
      expect(await post(on)).toMatchObject({ succeeded: false, outputs: { outcome: 'unknown' } });
      expect(on.replicas('agent-canary')).toBe(pods);
      expect(leaseOf(on)?.rollout).toMatchObject({ phase });
      expect(leaseOf(on)?.rollout?.route).toBeUndefined();
    },
  );

  it('gives stable its old image before its traffic', async () => {
    const on = shop();
    await killedAfter(on, 20);
    recorded(on, { phase: 'promoting', weight: 100 });
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable === undefined) throw new Error('There is a stable.');
    on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(stable).replaceAll(oldImage, newImage))));
    const before = on.cluster.writes().length;
    expect(await post(on)).toMatchObject({ outputs: { outcome: 'aborted' } });
    expect(on.image('agent')).toBe(oldImage);
    const moved = on.cluster
      .writes()
      .slice(before)
      .filter((write) => !write.includes('Lease'));
    expect(moved).toEqual([
      'replace HTTPRoute agent',
      'patch Deployment agent',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
    ]);
  });

  it.each([
    ['the run came to its own end', { ...left, open: 'false' }],
    ['the run never began', {}],
    ['nobody knows who it was', { holder: '', open: 'true' }],
  ])('does nothing when %s', async (_, handedOver: Readonly<Record<string, string>>) => {
    const on = shop();
    await killedAfter(on, 20);
    const before = on.cluster.writes().length;
    expect(await post(on, handedOver)).toBeUndefined();
    expect(on.cluster.writes()).toHaveLength(before);
  });

  it('does nothing where there is no Lease', async () => {
    const on = shop();
    expect(await post(on)).toBeUndefined();
    expect(on.cluster.writes()).toEqual([]);
  });

  it('of a run that held the lock and had done nothing only gives it away', async () => {
    const on = shop();
    const lock = await on.clock.until(
      acquireLock(stage({ holder: 'run-1' }, on).world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }),
    );
    lock.stop();
    expect(await post(on)).toBeUndefined();
    expect(leaseOf(on)?.holder).toBe('');
    expect(on.weights).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['asks for no Job where no guardian was wanted', {}],
    ['does without the guardian that an earlier run had, and may not be seen', { [guardianKey]: JSON.stringify(watching) }],
  ])('%s', async (_, annotations) => {
    const on = shop();
    const lease = { apiVersion: Lease.apiVersion, kind: Lease.kind, spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60 } };
    on.cluster.put(Lease, { ...lease, metadata: { name: 'wf-deploy-agent', annotations } });
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? forbidden() : undefined);
    expect(await post(on)).toBeUndefined();
    expect([leaseOf(on)?.holder, on.alerts]).toEqual(['', []]);
    const told = on.lines.filter((line) => line.includes('The guardian of an earlier run'));
    expect([told.length, on.cluster.calls.filter(({ kind }) => kind === 'Job').length]).toEqual(
      guardianKey in annotations ? [1, 1] : [0, 0],
    );
  });

  it('gives the lock away also where the guardian cannot be asked for', async () => {
    const on = shop();
    const lease = { apiVersion: Lease.apiVersion, kind: Lease.kind, spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60 } };
    const annotations = { [guardianKey]: JSON.stringify(watching) };
    on.cluster.put(Lease, { ...lease, metadata: { name: 'wf-deploy-agent', annotations } });
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? unreachable() : undefined);
    await expect(post(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect(leaseOf(on)?.holder).toBe('');
  });
});

describe('of a run that was cancelled while another had the lock', () => {
  const cancelledRun = async (on: Shop, work: Promise<unknown>): Promise<Readonly<Record<string, string>>> => {
    await on.clock.until(work.catch(() => undefined));
    return Object.assign({}, ...on.handedOver);
  };
  /** A run before died with 25 % on its canary. */
  function dead(phase: Parameters<typeof leave>[1] = 'stages'): Shop {
    const on = shop();
    leave(on, phase, 'run-0');
    const route = on.cluster.find(HTTPRoute, 'agent');
    if (route === undefined) throw new Error('There is no route.');
    on.cluster.put(HTTPRoute, gatewayApi.withWeight([route], app, 25)[0] ?? route);
    return on;
  }
  /** Whose write of the Lease arrives while the cancel does. */
  const cancelledWhileTaking = (on: Shop): World['cluster'] => {
    const { cluster } = on;
    return through(cluster, {
      write: async (write, signal) => {
        const answer = await cluster.write(write, signal);
        if (write.do === 'replace' && write.ref.kind.kind === 'Lease') {
          on.cancel('SIGINT');
          signal?.throwIfAborted();
        }
        return answer;
      },
    });
  };

  it.each(['', 'scan: failure'])('takes back what that one had left when it is found dead (gates `%s`)', async (gates) => {
    const on = dead();
    const work = executeCanary(planOf({ gates }), on.world);
    work.catch(() => undefined);
    await on.clock.pass(20);
    on.cancel('SIGINT');
    const handedOver = await cancelledRun(on, work);
    const at = on.clock.monotonic();
    expect(await post(on, handedOver)).toMatchObject({ outputs: { outcome: 'aborted', weight: '0' } });
    expect([on.weight(), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([0, '', 'resting']);
    expect(on.clock.monotonic() - at).toBeLessThanOrEqual(75);
  });

  it.each(['', 'scan: failure'])(
    'and what its own write of the Lease has taken over, be it heard of or not (gates `%s`)',
    async (gates) => {
      const on = dead();
      const handedOver = await cancelledRun(on, executeCanary(planOf({ gates }), { ...on.world, cluster: cancelledWhileTaking(on) }));
      expect([handedOver['open'], on.weight(), leaseOf(on)?.holder]).toEqual(['true', 25, 'run-1']);
      expect(await post(on, handedOver)).toMatchObject({ outputs: { outcome: 'aborted', weight: '0' } });
      expect([on.weight(), leaseOf(on)?.holder]).toEqual([0, '']);
    },
  );

  it('and when it was killed in its preflight, after it had seen the Lease', async () => {
    const on = dead();
    void executeCanary(planOf(), { ...on.world, registry: { ...on.world.registry, resolve: () => new Promise(() => undefined) } });
    await on.clock.pass(5);
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }]);
    expect(await post(on, on.handedOver[0])).toMatchObject({ outputs: { outcome: 'aborted', weight: '0' } });
  });

  it('a dry run hands nothing over', async () => {
    const on = dead();
    await on.clock.until(executeCanary(planOf({ 'dry-run': 'true' }), on.world));
    expect(on.handedOver).toEqual([]);
  });

  it('leaves a living one alone', async () => {
    const on = shop({}, { holder: 'run-0' });
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const at = on.clock.monotonic();
    expect(await post(on)).toBeUndefined();
    expect([on.weight(), leaseOf(on)?.holder, leaseOf(on)?.epoch, on.clock.monotonic() - at <= 22]).toEqual([
      25,
      'run-0',
      firstEpoch,
      true,
    ]);
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('and a living guardian, which it does not wait for', async () => {
    const on = dead();
    const lock = await on.clock.until(
      acquireLock(stage({ holder: 'guardian/pod' }, on).world, {
        service: 'agent',
        namespace: 'shop',
        duration: 60,
        timeout: 0,
        successorOf: 'run-0',
      }),
    );
    const at = on.clock.monotonic();
    expect(await post(on)).toBeUndefined();
    expect([on.weight(), leaseOf(on)?.holder, on.clock.monotonic() - at <= 22]).toEqual([25, 'guardian/pod', true]);
    lock.stop();
  });

  it('and a pause in the hands of a guardian', async () => {
    const on = dead('paused');
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    const sign = { is: 'pausing', pod: 'p', epoch: 5, beat: 'b', passed: 60 } as const;
    on.cluster.put(Lease, { ...patched(lease!, signing(5, sign))!, spec: { holderIdentity: '', leaseDurationSeconds: 60 } });
    expect(await post(on)).toBeUndefined();
    expect([on.weight(), leaseOf(on)?.epoch]).toEqual([25, 5]);
  });

  it('a promotion of it that had passed is tidied up, and is no result of this run', async () => {
    const on = dead('promoted');
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    on.cluster.put(Lease, patched(lease!, signing(5, { is: 'watching', pod: 'p', epoch: 5, beat: 'b' }))!);
    expect(await post(on)).toBeUndefined();
    expect(leaseOf(on)).toMatchObject({ holder: '', lastKnownGood: newImage, rollout: { phase: 'resting' } });
  });
});

describe('weight 0 comes first', () => {
  const pair = (name: string, annotations: object): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop', annotations: { ...annotations } },
    spec: { rules: [] },
  });
  const prefix = 'nginx.ingress.kubernetes.io/';
  const weightOf = (on: Shop) => on.cluster.find(Ingress, 'agent-canary')?.metadata.annotations?.[`${prefix}canary-weight`];
  /** A run died with 25 % of the users behind an Ingress. */
  function behindIngress(): Shop {
    const on = shop();
    leave(on, 'stages', 'run-1');
    on.cluster.put(Ingress, pair('agent', {}));
    on.cluster.put(Ingress, pair('agent-canary', { [`${prefix}canary`]: 'true', [`${prefix}canary-weight`]: '25' }));
    return on;
  }
  const back = (on: Shop) => on.clock.until(takeBack(planOf({ router: 'nginx-ingress' }), left, on.world));

  it.each([
    ['gives no answer', unreachable],
    ['has an error of its own', () => new Failure('CLUSTER_BROKEN', 'HTTP 500 of the list of Ingresses.', 'Wait.')],
  ])('a list that is only advice keeps nobody on the canary where the API server %s', async (_, error) => {
    const on = behindIngress();
    on.cluster.failing = ({ verb, kind }) => (verb === 'list' && kind === 'Ingress' ? error() : undefined);
    const at = on.clock.monotonic();
    expect(await back(on)).toMatchObject({
      outputs: { outcome: 'aborted', weight: '0' },
      file: { writes: expect.arrayContaining([expect.objectContaining({ what: 'route agent: canary 0 %, stable 100 %' })]) },
    });
    expect([weightOf(on), on.clock.monotonic() - at <= 10]).toEqual(['0', true]);
  });

  it('and so does a Deployment that cannot be read: the rest waits for it, users do not', async () => {
    const on = behindIngress();
    on.cluster.failing = ({ verb, kind }) => (verb === 'get' && kind === 'Deployment' ? unreachable() : undefined);
    const began = on.clock.monotonic();
    await expect(back(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    const ordered = on.cluster.calls.find(({ verb, kind }) => verb === 'replace' && kind === 'Ingress');
    expect([weightOf(on), ordered?.at]).toEqual(['0', began]);
    expect(on.alerts).toMatchObject([{ severity: 'critical' }]);
  });

  it('is ordered again as long as the route does not answer, beside the reads', async () => {
    const on = behindIngress();
    const until = on.clock.monotonic() + 30;
    on.cluster.failing = ({ kind, at }) => (at < until && (kind === 'Ingress' || kind === 'Deployment') ? unreachable() : undefined);
    expect(await back(on)).toMatchObject({ outputs: { outcome: 'aborted', weight: '0' } });
    expect([weightOf(on), on.clock.monotonic() - until <= 12]).toEqual(['0', true]);
  });
});
