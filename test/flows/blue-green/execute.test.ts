import { describe, expect, it } from '@jest/globals';
import { blueGreenPermissions } from '../../../src/domain/blue-green/permissions.ts';
import { Deployment, Ingress, Lease, Node, Pod, ResourceQuota } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { ingress } from '../../../src/domain/traffic/switchers/ingress.ts';
import type { BlueGreenWish } from '../../../src/flows/blue-green/plan.ts';
import { takeBack } from '../../../src/flows/blue-green/take-back.ts';
import type { ProbeAnswer } from '../../../src/ports/probe.ts';
import { dyingAfter } from '../dying-after.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { asking, denies, lackingIn, printedRoles } from '../rights.ts';
import type { Stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { failureOf as failure } from './failure-of.ts';
import { backWish, next, node, old, pair, run, servedAlways, sick, standing, wish } from './pair.ts';

const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);
const writesOf = ({ cluster }: Stage): readonly string[] => cluster.writes().filter((each) => !each.includes('SelfSubjectAccessReview'));
const start = 'agent-blue; blue 2 × old, green 0 × older';
/** Of a pod that was well, and is not yet started again. */
const ended = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [{ name: 'api', ready: false, restartCount: 0, state: { terminated: { exitCode: 1, reason: 'Error' } } }],
};

/** From that question on nobody answers, and from one later on the pods are said to have ended. */
function endingAt(first: number, status: object = ended, later = 0): Stage {
  let asked = 0;
  const probe = (): ProbeAnswer => {
    asked += 1;
    if (asked < first) return { is: 'answer', status: 200, body: '' };
    const pods = asked < first + later ? [] : on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith('agent-green'));
    for (const pod of pods) on.cluster.put(Pod, { ...pod, status });
    return { is: 'no-answer', reason: 'refused' };
  };
  const on = pair({ probe });
  return on;
}

describe('a blue-green deployment', () => {
  it('moves users to the other colour when it is ready, and keeps the old one at 0', async () => {
    const on = pair();
    const broken = servedAlways(on);
    const began = on.clock.monotonic();
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'promoted', succeeded: true, live: 'green', image: next, previousImage: old });
    expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
    expect(broken()).toEqual([]);
    expect(writesOf(on)).toEqual([
      'create Lease wf-deploy-agent',
      'patch Lease wf-deploy-agent',
      'replace Ingress agent',
      'patch Deployment agent-green',
      'patch Lease wf-deploy-agent',
      'replace Ingress agent',
      ...Array.from(
        { length: writesOf(on).filter((each) => each.startsWith('patch Lease')).length - 4 },
        () => 'patch Lease wf-deploy-agent',
      ),
      'patch Lease wf-deploy-agent',
      'patch Deployment agent-blue',
      'patch Lease wf-deploy-agent',
    ]);
    // Ten checks 2 s apart, five minutes of watching.
    expect(on.clock.monotonic() - began).toBeGreaterThan(318);
    expect(result.asked).toEqual([
      'GET /health answered 200 10 times in a row, 2s apart, asked of 2 pods',
      expect.stringMatching(/^watched for 5m: 3\d looks/),
    ]);
    expect(leaseOf(on)).toMatchObject({ holder: '', lastKnownGood: next, blueGreen: { phase: 'resting', from: 'blue', to: 'green' } });
    expect(leaseOf(on).releases).toEqual([expect.objectContaining({ workload: 'Deployment/agent-green', images: { api: next } })]);
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }, { open: 'false' }]);
    expect(on.alerts).toEqual([]);
  });

  it('switches the annotation that names the Service too, and leaves other paths alone', async () => {
    const on = pair();
    await run(on);
    const { metadata, spec } = on.cluster.find(Ingress, 'agent') as KubernetesObject & { spec: unknown };
    expect(metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/upstream-vhost': 'agent-green.shop.svc.cluster.local' });
    expect(JSON.stringify(spec)).toContain(
      '{"path":"/docs","pathType":"Prefix","backend":{"service":{"name":"docs","port":{"number":80}}}}',
    );
  });

  it('removes the old colour where that is wished', async () => {
    const on = pair();
    await run(on, wish({ 'keep-old': 'false' }));
    expect(standing(on)).toBe('agent-green; blue gone, green 2 × next');
  });

  it('goes from green to blue the next time: which colour is live is read from the cluster', async () => {
    const on = pair();
    await run(on);
    await run(on, wish({ image: sick.replaceAll('3', '4') }));
    expect(standing(on)).toMatch(/^agent-blue; blue 2 × agent@sha256:4+, green 0 × next$/);
  });

  it('that is there already writes nothing but its lock', async () => {
    const on = pair();
    expect(await run(on, wish({ image: old }))).toMatchObject({ outcome: 'promoted', live: 'blue', writes: [] });
    expect(standing(on)).toBe(start);
  });

  it('as a dry run writes nothing and says what it would do', async () => {
    const on = pair();
    expect(await run(on, wish({ 'dry-run': 'true' }))).toMatchObject({ outcome: 'not-started', dryRun: true, succeeded: true });
    expect(writesOf(on)).toEqual([]);
    expect(on.lines.join('\n')).toContain('then Ingress agent leads to agent-green');
  });

  it('tells of a good ending only where that is wished', async () => {
    const on = pair();
    await run(on, wish({ 'notify-on': 'always' }));
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'info', title: 'agent: promoted' })]);
  });
});

describe('a failure before the switch leaves users where they are', () => {
  it('pods that crash, and the image is held', async () => {
    const on = pair();
    const broken = servedAlways(on);
    expect(await run(on, wish({ image: sick }))).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLOUT_FAILED',
      live: 'blue',
      succeeded: false,
    });
    expect(standing(on)).toBe(start);
    expect(broken()).toEqual([]);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ by: 'crash', digest: sick.split('@')[1] })]);
    expect(await failure(run(on, wish({ image: sick })))).toMatchObject({ code: 'DIGEST_HELD' });
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  it('a health check that answers 500: the ninth of ten is as bad as the first', async () => {
    let asked = 0;
    const probe = (): ProbeAnswer => {
      asked += 1;
      return { is: 'answer', status: asked === 9 ? 500 : 200, body: '' };
    };
    const on = pair({ probe });
    expect(await run(on)).toMatchObject({
      outcome: 'rolled-back',
      code: 'SMOKE_FAILED',
      reason: expect.stringContaining('Health check 9 of 10 failed'),
    });
    expect(standing(on)).toBe(start);
    expect(asked).toBe(9);
    expect(leaseOf(on).holds?.list).toHaveLength(1);
  });

  /** From the first check that fails on, the pods cannot be listed. */
  const blind = (why: () => Error): Stage => {
    let failing = false;
    const on = pair({
      probe: () => {
        failing = true;
        return { is: 'answer', status: 500, body: '' };
      },
    });
    on.cluster.failing = ({ verb, kind }) => (failing && verb === 'list' && kind === 'Pod' ? why() : undefined);
    return on;
  };

  it('pods that cannot be read on the way back are said not to be, and the image is held by its own digest', async () => {
    const on = blind(forbidden);
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    expect(on.lines.filter((line) => line.includes('could not be read'))).toEqual([
      '  The pods of green could not be read, which say what digest they run: The account may not do that.',
    ]);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ by: 'harm', digest: next.split('@')[1] })]);
  });

  it('a defect while they are read is told as one, and keeps nobody on the new colour', async () => {
    const on = blind(() => new TypeError('x is not y'));
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    expect(on.lines).toContain('  A defect: x is not y');
    expect(standing(on)).toBe(start);
  });

  it('a redirect is not 200', async () => {
    const on = pair({ probe: () => ({ is: 'answer', status: 302, body: '' }) });
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
  });

  it('connections that break begin the count anew, and are not held against the image', async () => {
    let asked = 0;
    const probe = (): ProbeAnswer => {
      asked += 1;
      return asked === 5 ? { is: 'no-answer', reason: 'reset' } : { is: 'answer', status: 200, body: '' };
    };
    const breaks = pair({ probe });
    expect(await run(breaks, wish({ watch: '0s' }))).toMatchObject({ outcome: 'promoted' });
    expect(asked).toBe(15);
    const silent = pair({ probe: () => ({ is: 'no-answer', reason: 'refused' }) });
    expect(await run(silent)).toMatchObject({ outcome: 'rolled-back', code: 'NO_DATA' });
    expect(leaseOf(silent).holds).toBeUndefined();
  });

  it('pods that crash while they are asked: that is the reason, not that they gave no answer, and the image is held', async () => {
    const on = endingAt(2);
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', live: 'blue' });
    expect(result.reason).toMatch(/^Container `api` of pod agent-green-\S+ ended with exit code 1/);
    expect(standing(on)).toBe(start);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ by: 'crash', digest: next.split('@')[1] })]);
    const evicted = endingAt(2, { ...ended, phase: 'Failed', reason: 'Evicted' });
    expect(await run(evicted)).toMatchObject({ outcome: 'rolled-back', code: 'NO_DATA' });
    expect(leaseOf(evicted).holds).toBeUndefined();
  });

  it('a hook that ends with 1 stops everything, and gets its arguments as a list', async () => {
    const calls: unknown[] = [];
    const on = pair({
      process: (argv, { environment }) => {
        calls.push([argv, environment]);
        return { exitCode: 1, tail: 'column missing' };
      },
    });
    const result = await run(on, wish({ 'before-switch': '[./migrate.sh, "--check; rm -rf /", $(id)]' }));
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'HOOK_FAILED', reason: expect.stringContaining('column missing') });
    expect(calls).toEqual([
      [
        ['./migrate.sh', '--check; rm -rf /', '$(id)'],
        {
          WF_DEPLOY_NAMESPACE: 'shop',
          WF_DEPLOY_OLD: 'agent-blue',
          WF_DEPLOY_NEW: 'agent-green',
          WF_DEPLOY_IMAGE: next,
          WF_DEPLOY_URL: 'http://127.0.0.1:48080',
        },
      ],
    ]);
    expect(standing(on)).toBe(start);
    expect(leaseOf(on).holds).toBeUndefined();
  });

  it('a cancel', async () => {
    const on = pair({
      process: () => {
        on.cancel('SIGINT');
        return { exitCode: 0, tail: '' };
      },
    });
    expect(await run(on, wish({ 'before-switch': '[./check.sh]' }))).toMatchObject({ outcome: 'aborted', live: 'blue' });
    expect(standing(on)).toBe(start);
  });
});

describe('after the switch', () => {
  /** Users reached green: what happens from then on. */
  const afterSwitch = (happens: (on: Stage) => void): Stage => {
    const on = pair();
    const react = on.cluster.reacting;
    let switched = false;
    on.cluster.reacting = (object) => {
      react(object);
      if (!switched && object.kind === 'Ingress' && standing(on).startsWith('agent-green')) {
        switched = true;
        void on.clock.sleep(30).then(() => happens(on));
      }
    };
    return on;
  };

  it('switching back is the first write when the new colour answers 500', async () => {
    let bad = false;
    const on = pair({ probe: () => ({ is: 'answer', status: bad ? 500 : 200, body: '' }) });
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      if (object.kind === 'Ingress' && standing(on).startsWith('agent-green')) bad = true;
    };
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED', live: 'blue' });
    expect(standing(on)).toBe(start);
    const writes = writesOf(on).filter((each) => !each.includes('Lease'));
    expect(writes).toEqual([
      'replace Ingress agent',
      'patch Deployment agent-green',
      'replace Ingress agent',
      'replace Ingress agent',
      'patch Deployment agent-green',
    ]);
    const at = (what: string, from: number): number => writesOf(on).indexOf(what, from);
    const back = writesOf(on).lastIndexOf('replace Ingress agent');
    expect(writesOf(on).slice(0, back)).not.toContain('patch Deployment agent-blue');
    expect(at('patch Deployment agent-green', back)).toBeGreaterThan(back);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ by: 'harm' })]);
  });

  it('one bad look is forgiven, two in a row are not', async () => {
    let asked = 0;
    const probe = (): ProbeAnswer => {
      asked += 1;
      return { is: 'answer', status: [12, 14].includes(asked) ? 500 : 200, body: '' };
    };
    const on = pair({ probe });
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
  });

  it('pods that crash, and are only said to have when they have given no answer twice: the image is held', async () => {
    // Ten checks come before the switch; the second look that is not answered is the last.
    const on = endingAt(12, ended, 1);
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', live: 'blue' });
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ by: 'crash', digest: next.split('@')[1] })]);
  });

  it('pods that are gone, a route that somebody changes, a cancel: users are back', async () => {
    const gone = afterSwitch((on) => {
      for (const pod of on.cluster.objectsOf(Pod))
        if (pod.metadata.name.startsWith('agent-green')) on.cluster.remove(Pod, pod.metadata.name);
    });
    expect(await run(gone)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', live: 'blue' });
    const changed = afterSwitch((on) => {
      const route = on.cluster.find(Ingress, 'agent') as KubernetesObject;
      on.cluster.put(Ingress, JSON.parse(JSON.stringify(route).replaceAll('"agent-green"', '"agent-blue"')) as KubernetesObject);
    });
    expect(await run(changed)).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue' });
    const cancelled = afterSwitch((on) => on.cancel('SIGTERM'));
    expect(await run(cancelled)).toMatchObject({ outcome: 'aborted', live: 'blue' });
    for (const on of [gone, changed, cancelled]) expect(standing(on)).toBe(start);
  });

  it('nodes that nobody hears of are waited for while no other colour is well; for too long, users are back, and the image is not held', async () => {
    const mark = (on: Stage, ready: string, colour = 'agent-green'): void => {
      for (const pod of on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith(colour))) {
        const conditions = [
          { type: 'Ready', status: ready },
          { type: 'ContainersReady', status: 'True' },
        ];
        on.cluster.put(Pod, { ...pod, status: { ...(pod['status'] as object), conditions } });
      }
    };
    const shortly = afterSwitch((on) => {
      mark(on, 'False');
      void on.clock.sleep(15).then(() => mark(on, 'True'));
    });
    expect(await run(shortly)).toMatchObject({ outcome: 'promoted', live: 'green' });
    const everywhere = afterSwitch((on) => {
      mark(on, 'False', 'agent-');
      void on.clock.sleep(100).then(() => mark(on, 'True', 'agent-'));
    });
    expect(await run(everywhere)).toMatchObject({ outcome: 'promoted', live: 'green' });
    const long = afterSwitch((on) => mark(on, 'False'));
    expect(await run(long)).toMatchObject({
      outcome: 'rolled-back',
      code: 'NO_DATA',
      live: 'blue',
      reason: expect.stringContaining('does not hear of its node'),
    });
    expect(leaseOf(long).holds).toBeUndefined();
  });

  /** Somebody lets the route lead to a colour. */
  const lead = ({ cluster }: Stage, from: string, to: string): void => {
    const route = JSON.stringify(cluster.find(Ingress, 'agent')).replaceAll(`"${from}"`, `"${to}"`);
    cluster.put(Ingress, JSON.parse(route) as KubernetesObject);
  };

  it('a colour to which somebody has moved the users meanwhile keeps its pods, and nobody calls that an ending', async () => {
    const back = afterSwitch((on) => {
      on.cancel('SIGTERM');
      void on.clock.sleep(10).then(() => lead(on, 'agent-blue', 'agent-green'));
    });
    expect(await run(back)).toMatchObject({ outcome: 'unknown', live: undefined });
    expect(standing(back)).toBe('agent-green; blue 2 × old, green 2 × next');
    const on = afterSwitch((each) => lead(each, 'agent-green', 'agent-blue'));
    expect(await run(on, wish({ watch: '0s', drain: '60s' }))).toMatchObject({ outcome: 'unknown', live: undefined });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 2 × next');
  });

  it('a route with a later epoch is not written: whoever wrote that decides', async () => {
    const on = pair();
    const route = on.cluster.find(Ingress, 'agent') as KubernetesObject;
    on.cluster.put(Ingress, {
      ...route,
      metadata: { ...route.metadata, annotations: { ...route.metadata.annotations, 'wf-deploy.io/epoch': `${firstEpoch + 1}` } },
    });
    expect(await run(on)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(writesOf(on).filter((each) => /Ingress|Deployment/.test(each))).toEqual([]);
  });

  it('an API server that is away for a while ends nothing', async () => {
    const on = pair();
    const from = on.clock.monotonic() + 60;
    on.cluster.failing = ({ at }) => (at > from && at < from + 40 ? unreachable() : undefined);
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
  });

  it('a successor that took the Lease is left alone', async () => {
    const on = afterSwitch(({ cluster }) => {
      const lease = cluster.find(Lease, 'wf-deploy-agent') as KubernetesObject;
      cluster.put(Lease, {
        ...lease,
        metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, 'wf-deploy.io/epoch': '99' } },
        spec: { ...(lease['spec'] as object), holderIdentity: 'run-2' },
      });
    });
    expect(await run(on)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST', live: undefined });
    expect(standing(on)).toBe('agent-green; blue 2 × old, green 2 × next');
  });

  it('a Lease that somebody deleted has no successor who would tell: this run does', async () => {
    const on = afterSwitch((now) => now.cluster.remove(Lease, leaseName('agent')));
    expect(await run(on)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'critical', title: 'agent: unknown' })]);
  });

  it('a way back that the API server refuses is unknown, and both colours keep their pods', async () => {
    const on = pair();
    let bad = false;
    on.cluster.failing = ({ write, kind }) => (bad && kind === 'Ingress' && write !== undefined ? forbidden() : undefined);
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      if (object.kind === 'Ingress' && standing(on).startsWith('agent-green')) {
        bad = true;
        on.cancel('SIGINT');
      }
    };
    expect(await run(on)).toMatchObject({ outcome: 'unknown', succeeded: false });
    expect(standing(on)).toBe('agent-green; blue 2 × old, green 2 × next');
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'critical' })]);
    expect(leaseOf(on).blueGreen?.phase).not.toBe('resting');
  });
});

describe('operation: rollback', () => {
  const deployed = async (): Promise<Stage> => {
    const on = pair();
    await run(on);
    return on;
  };

  it('scales the other colour up, switches when it is Available, and holds what users had', async () => {
    const on = await deployed();
    const broken = servedAlways(on);
    expect(await run(on, backWish({ reason: 'it is slow' }))).toMatchObject({
      outcome: 'rolled-back',
      succeeded: true,
      live: 'blue',
      image: old,
    });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × next');
    expect(broken()).toEqual([]);
    expect(leaseOf(on).holds?.list).toEqual([
      expect.objectContaining({ by: 'rollback', digest: next.split('@')[1], why: expect.stringContaining('it is slow') }),
    ]);
    expect(await failure(run(on))).toMatchObject({ code: 'DIGEST_HELD' });
  });

  it('leaves users where they are when the other colour does not become Available', async () => {
    const on = await deployed();
    const blue = on.cluster.find(Deployment, 'agent-blue') as KubernetesObject;
    on.cluster.put(Deployment, JSON.parse(JSON.stringify(blue).replaceAll(old, sick)) as KubernetesObject);
    expect(await run(on, backWish())).toMatchObject({ outcome: 'aborted', succeeded: false, live: 'green' });
    expect(standing(on)).toBe('agent-green; blue 0 × sick, green 2 × next');
  });

  it('as a dry run writes nothing', async () => {
    const on = await deployed();
    const before = writesOf(on).length;
    expect(await run(on, backWish({ 'dry-run': 'true' }))).toMatchObject({ outcome: 'not-started', image: old });
    expect(writesOf(on)).toHaveLength(before);
  });

  it('is not stopped by what would stop a deployment: owners, a shadowing Ingress, a full node, an unreadable hold, no pods left', async () => {
    const on = await deployed();
    const { cluster } = on;
    const change = (kind: typeof Deployment, name: string, from: string, to: string): void => {
      const text = JSON.stringify(cluster.find(kind, name));
      expect(text).toContain(from);
      cluster.put(kind, JSON.parse(text.replaceAll(from, to)) as KubernetesObject);
    };
    change(Deployment, 'agent-blue', '"uid":"blue-uid"', '"labels":{"argocd.argoproj.io/instance":"shop"}');
    const route = cluster.find(Ingress, 'agent') as KubernetesObject;
    const shadow = JSON.stringify({ ...route, metadata: { name: 'other', namespace: 'shop' } }).replaceAll('agent-green', 'agent');
    cluster.put(Ingress, JSON.parse(shadow) as KubernetesObject);
    cluster.put(Node, node('machine-1', '0'));
    const lease = cluster.find(Lease, leaseName('agent')) as KubernetesObject;
    cluster.put(Lease, {
      ...lease,
      metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, 'wf-deploy.io/holds': '{' } },
    });
    change(Deployment, 'agent-green', '"replicas":2,"selector"', '"replicas":0,"selector"');
    const result = await run(on, backWish());
    expect(result).toMatchObject({ outcome: 'rolled-back', succeeded: true, live: 'blue' });
    expect(standing(on)).toBe('agent-blue; blue 1 × old, green 0 × next');
    // What else was held is not known: the list is not made anew.
    expect(leaseOf(on).holds).toEqual({ list: [], unreadable: true });
    for (const text of [
      'belongs to Argo CD',
      'was left as it is: until it is mended, every deployment stops',
      'Ingress other serves',
      'annotation wf-deploy.io/holds cannot be read',
      'and 0 replicas',
    ])
      expect(result.warnings).toContainEqual(expect.stringContaining(text));
  });

  it('is not stopped by a registry that is away when it is asked whether an old tag is held, and says so', async () => {
    const on = await deployed();
    await run(on, backWish());
    const blue = on.cluster.find(Deployment, 'agent-blue') as KubernetesObject;
    on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(blue).replaceAll(old, 'agent:old')) as KubernetesObject));
    const onGreen = JSON.stringify(on.cluster.find(Ingress, 'agent')).replaceAll('"agent-blue"', '"agent-green"');
    on.cluster.put(Ingress, JSON.parse(onGreen) as KubernetesObject);
    const away = { ...on.world, registry: { ...on.world.registry, resolve: async () => ({ is: 'not-checked', reason: 'away' }) as const } };
    const result = await run(on, backWish(), away);
    expect(result).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(result.warnings).toContainEqual(expect.stringContaining('Not checked: whether that was taken back before'));
  });

  it('looks once where nobody was there in between', async () => {
    const on = await deployed();
    const before = on.cluster.calls.length;
    await run(on, backWish());
    expect(on.cluster.calls.slice(before).filter(({ verb, kind }) => verb === 'list' && kind === 'Node')).toHaveLength(1);
  });

  it('goes on when it is cancelled: users are on their way back', async () => {
    const on = await deployed();
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      if (object.kind === 'Deployment') on.cancel('SIGINT');
    };
    expect(await run(on, backWish())).toMatchObject({ outcome: 'rolled-back', succeeded: true, live: 'blue' });
    expect(on.lines.join('\n')).toContain('Cancelled (SIGINT): what is begun is finished.');
  });

  it('takes the Lease from a living deployment, which stops, and takes that back', async () => {
    const on = pair();
    const second = pair({ holder: 'run-2' }, on);
    const first = import('../../../src/flows/blue-green/execute.ts').then(({ executeBlueGreen }) => executeBlueGreen(wish(), on.world));
    await on.clock.pass(60);
    expect(standing(on)).toMatch(/^agent-green/);
    expect(await run(second, backWish(), second.world)).toMatchObject({ outcome: 'rolled-back', succeeded: true, live: 'blue' });
    expect(await on.clock.until(first)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    // Whoever took over tells: nobody is woken by the run that was told to stop.
    expect([on.alerts, second.alerts.map(({ title }) => title)]).toEqual([[], ['agent: rolled-back']]);
    expect(standing(on)).toBe(start);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ digest: next.split('@')[1] })]);
  });
});

/** What each phase of a killed run leaves to the next one, to `post`, and to a rollback. */
describe('a run that is killed at any of its writes', () => {
  const plan = wish({ watch: '20s' });
  /** Renewals come at times of their own: this many writes cover the whole run. */
  const writes = Array.from({ length: 14 }, (_, index) => index + 1);

  async function killed(at: number, inputs: BlueGreenWish = plan): Promise<Stage & { readonly broken: () => readonly string[] }> {
    const on = pair({ holder: 'run-1' });
    const broken = servedAlways(on);
    const { executeBlueGreen } = await import('../../../src/flows/blue-green/execute.ts');
    void executeBlueGreen(inputs, { ...on.world, cluster: dyingAfter(on.cluster, at) });
    await on.clock.pass(400);
    return { ...on, broken };
  }

  it.each(writes)('%i: a second run of the same image repairs and brings it', async (at) => {
    const on = await killed(at);
    const second = pair({ holder: 'run-2' }, on);
    expect(await run(second, plan)).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
    expect(on.broken()).toEqual([]);
    expect(leaseOf(on)).toMatchObject({ holder: '', blueGreen: { phase: 'resting' } });
  });

  it.each(writes)('%i: the post step leaves users on one colour with its pods, and nothing half done', async (at) => {
    const on = await killed(at);
    const post = pair({ holder: 'run-1' }, on);
    const handed = { ...on.handedOver[0], ...on.handedOver.at(-1) };
    await on.clock.until(takeBack(plan, handed as Record<string, string>, post.world));
    expect([start, 'agent-green; blue 0 × old, green 2 × next']).toContain(standing(on));
    expect(on.broken()).toEqual([]);
    expect(leaseOf(on).holder).toBe('');
    expect(['resting', undefined]).toContain(leaseOf(on).blueGreen?.phase);
  });

  it.each(writes)('%i: another image comes after what was left is taken back', async (at) => {
    const on = await killed(at);
    const second = pair({ holder: 'run-2' }, on);
    expect(await run(second, wish({ image: sick, watch: '20s' }))).toMatchObject({ outcome: 'rolled-back' });
    expect(standing(on)).toMatch(/^(agent-blue; blue 2 × old, green 0 × older|agent-green; blue 0 × old, green 2 × next)$/);
    expect(on.broken()).toEqual([]);
  });
});

describe('a rollback that is killed at any of its writes', () => {
  const writes = Array.from({ length: 9 }, (_, index) => index + 1);
  const back = 'agent-blue; blue 2 × old, green 0 × next';
  const onGreen = 'agent-green; blue 0 × old, green 2 × next';

  async function killed(at: number): Promise<Stage & { readonly broken: () => readonly string[] }> {
    const first = pair({ holder: 'run-0' });
    await run(first);
    expect(standing(first)).toBe(onGreen);
    const on = pair({ holder: 'run-1' }, first);
    const broken = servedAlways(on);
    const { executeBlueGreen } = await import('../../../src/flows/blue-green/execute.ts');
    void executeBlueGreen(backWish({ reason: 'it fails' }), { ...on.world, cluster: dyingAfter(on.cluster, at) });
    await on.clock.pass(400);
    return { ...on, broken };
  }
  /** Only what users were saved from. */
  const heldIn = (on: Stage): readonly string[] => [...new Set((leaseOf(on).holds?.list ?? []).map(({ digest }) => digest))];
  const isFinished = (on: Stage & { readonly broken: () => readonly string[] }): void => {
    expect(standing(on)).toBe(back);
    expect(on.broken()).toEqual([]);
    expect(heldIn(on)).toEqual([next.split('@')[1]]);
    expect(leaseOf(on)).toMatchObject({ holder: '', lastKnownGood: old, blueGreen: { phase: 'resting' } });
  };

  it.each(writes)('%i: pressed again, it is finished and goes no further', async (at) => {
    const on = await killed(at);
    const again = pair({ holder: 'run-2' }, on);
    expect(await run(again, backWish({ reason: 'again' }), again.world)).toMatchObject({ outcome: 'rolled-back', succeeded: true });
    isFinished(on);
    expect(await run(again, backWish(), again.world)).toMatchObject({ outcome: 'nothing-to-do' });
    isFinished(on);
  });

  it.each(writes)('%i: the post step finishes it, once it had said what it does', async (at) => {
    const on = await killed(at);
    const began = leaseOf(on).blueGreen?.operation === 'rollback';
    const post = pair({ holder: 'run-1' }, on);
    const handed = { ...on.handedOver[0], ...on.handedOver.at(-1) };
    const report = await on.clock.until(takeBack(backWish(), handed as Record<string, string>, post.world));
    if (began) {
      if (report !== undefined) expect(report).toMatchObject({ succeeded: true, outputs: { outcome: 'rolled-back', live: 'blue' } });
      isFinished(on);
    } else expect([standing(on), leaseOf(on).holder]).toEqual([onGreen, '']);
  });

  it.each(writes)('%i: a deployment that comes next finishes it first, and does not bring back what is held', async (at) => {
    const on = await killed(at);
    const began = leaseOf(on).blueGreen?.operation === 'rollback';
    const later = pair({ holder: 'run-2' }, on);
    const ending = await failure(run(later, wish())).catch((other: unknown) => other);
    if (began) {
      expect(ending).toMatchObject({ code: 'DIGEST_HELD' });
      expect(standing(on)).toBe(back);
      expect(on.broken()).toEqual([]);
    } else expect(standing(on)).toBe(onGreen);
  });

  it('as a dry run says that it would be finished', async () => {
    const on = await killed(5);
    expect(await run(pair({ holder: 'run-2' }, on), backWish({ 'dry-run': 'true' }))).toMatchObject({
      outcome: 'not-started',
      reason: expect.stringMatching(/a rollback is in the phase `\w+`\. It would be finished: users go to blue/),
    });
  });
});

/** What a size is that nobody may fall below. */
describe('a way back to a colour without ready pods', () => {
  it('gives it as many as users had', async () => {
    const on = pair();
    const { executeBlueGreen } = await import('../../../src/flows/blue-green/execute.ts');
    void executeBlueGreen(wish(), { ...on.world, cluster: dyingAfter(on.cluster, 20) });
    await on.clock.pass(120);
    const blue = on.cluster.find(Deployment, 'agent-blue') as KubernetesObject;
    on.cluster.put(Deployment, { ...blue, spec: { ...(blue['spec'] as object), replicas: 0 }, status: { readyReplicas: 0 } });
    const second = pair({ holder: 'run-2' }, on);
    expect(await run(second, backWish(), second.world)).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(standing(on)).toBe(start);
  });
});

describe('the preflight refuses, with everything that is wrong at once and nothing written', () => {
  const refused = async (on: Stage, inputs: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { code, what } = await failure(run(on, wish(inputs)));
    expect(code).toBe('PREFLIGHT_FAILED');
    expect(writesOf(on)).toEqual([]);
    return what;
  };
  const changed = (on: Stage, kind: typeof Deployment, name: string, from: string, to: string): Stage => {
    const text = JSON.stringify(on.cluster.find(kind, name));
    if (!text.includes(from)) throw new Error(`${name} has no ${from}.`);
    on.cluster.put(kind, JSON.parse(text.replaceAll(from, to)) as KubernetesObject);
    return on;
  };

  it('one Deployment, with the YAML of the pair', async () => {
    const on = pair();
    const blue = on.cluster.find(Deployment, 'agent-blue') as KubernetesObject;
    on.cluster.remove(Deployment, 'agent-blue');
    on.cluster.remove(Deployment, 'agent-green');
    const one = { ...blue, metadata: { name: 'agent', namespace: 'shop' } };
    on.cluster.put(Deployment, JSON.parse(JSON.stringify(one).replaceAll(',"version":"blue"', '')) as KubernetesObject);
    const what = await refused(on);
    expect(what).toContain('Blue-green needs two Deployments');
    expect(what).toContain('name: agent-green');
  });

  it('no Deployment at all, and no route', async () => {
    const on = pair();
    for (const name of ['agent-blue', 'agent-green']) on.cluster.remove(Deployment, name);
    on.cluster.remove(Ingress, 'agent');
    const what = await refused(on);
    expect(what).toContain('There is no Deployment of agent in shop');
    expect(what).toContain('Ingress shop/agent is not there');
  });

  it('a quota without room for the second colour', async () => {
    const on = pair();
    on.cluster.put(ResourceQuota, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'pods', namespace: 'shop' },
      status: { hard: { pods: '3' }, used: { pods: '2' } },
    });
    expect(await refused(on)).toContain('needed 2 more for 2 pods of agent-green');
  });

  it('nodes without room for the second colour, unless something adds nodes', async () => {
    const full = (): Stage => {
      const on = pair();
      on.cluster.put(Node, node('machine-1', '1'));
      for (const { metadata } of on.cluster.objectsOf(Pod)) on.cluster.remove(Pod, metadata.name);
      return changed(on, Deployment, 'agent-blue', '"name":"api"', '"resources":{"requests":{"cpu":"600m"}},"name":"api"');
    };
    expect(await refused(full())).toContain('Of 2 pods of agent-green (0.6 cores and 0 MiB each) only 1 find a node beside what runs.');
    const accepted = full();
    const result = await run(accepted, wish({ 'node-room': 'accept' }));
    expect(result).toMatchObject({ outcome: 'promoted' });
    expect(result.warnings).toContainEqual(expect.stringContaining('only 1 find a node'));
  });

  it('never calls room that it could not look for a pass', async () => {
    const on = pair();
    on.cluster.failing = ({ verb, kind }) => (verb === 'list' && kind === 'Node' ? forbidden() : undefined);
    const { warnings } = await run(on);
    expect(warnings).toContainEqual(expect.stringContaining('Not checked: whether the nodes have room for 2 pods of agent-green'));
  });

  it('an Ingress of another namespace on the path; one that may not be looked for is no pass', async () => {
    const on = pair();
    const route = JSON.stringify(on.cluster.find(Ingress, 'agent')).replaceAll('agent-blue', 'other');
    const shadow = JSON.parse(route) as KubernetesObject;
    on.cluster.put(Ingress, { ...shadow, metadata: { ...shadow.metadata, name: 'other', namespace: 'elsewhere' } });
    expect(await refused(on)).toContain('Ingress elsewhere/other serves api.example.com/api/agents too');
    let lists = 0;
    on.cluster.failing = ({ verb, kind }) => {
      if (verb === 'list' && kind === 'Ingress') lists += 1;
      return verb === 'list' && kind === 'Ingress' && lists === 1 ? forbidden() : undefined;
    };
    on.cluster.remove(Ingress, 'other');
    const { warnings } = await run(on, wish({ 'dry-run': 'true' }));
    expect(warnings).toContainEqual(expect.stringContaining('Not checked: whether ingresses of other namespaces take the same requests.'));
  });

  it.each([
    ['a rolling update', 'wf-deploy.io/rolling', { phase: 'writing', key: 'k' }, 'was left half done by the run'],
    [
      'a canary',
      'wf-deploy.io/rollout',
      { phase: 'stages', container: 'api', image: next, previousImage: old, weight: 5 },
      'was not taken back',
    ],
  ])('%s that died in the service', async (_, key, record, text) => {
    const on = pair();
    on.cluster.put(Lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: leaseName('agent'),
        namespace: 'shop',
        annotations: { [key]: JSON.stringify({ ...record, run: 'run-0', since: '2026-01-01T00:00:00Z' }) },
      },
      spec: { holderIdentity: '' },
    });
    expect(await refused(on)).toContain(text);
  });

  it('a second Ingress on the path', async () => {
    const on = pair();
    const route = on.cluster.find(Ingress, 'agent') as KubernetesObject;
    on.cluster.put(
      Ingress,
      JSON.parse(
        JSON.stringify({ ...route, metadata: { name: 'other', namespace: 'shop' } }).replaceAll('agent-blue', 'agent'),
      ) as KubernetesObject,
    );
    expect(await refused(on)).toContain('Ingress other serves api.example.com/api/agents too');
  });

  it.each([
    ['selectors that overlap', 'Deployment', 'agent-green', '"version":"green"', '"version":"blue"', 'can select the same pods'],
    [
      'a colour that is paused',
      'Deployment',
      'agent-green',
      '"replicas":0,"selector"',
      '"replicas":0,"paused":true,"selector"',
      'is paused',
    ],
    ['a container that is not there', 'Deployment', 'agent-green', '"name":"api"', '"name":"web"', 'has no container `api`'],
    [
      'an owner that would write it again',
      'Deployment',
      'agent-green',
      '"uid":"green-uid"',
      '"labels":{"argocd.argoproj.io/instance":"shop"}',
      'belongs to Argo CD',
    ],
    ['a route that names no colour', 'Ingress', 'agent', 'agent-blue', 'agent', 'cannot be told which colour has the users'],
  ] as const)('%s', async (_, kind, name, from, to, says) => {
    expect(await refused(changed(pair(), kind === 'Deployment' ? Deployment : Ingress, name, from, to))).toContain(says);
  });

  it('a Service of a colour that selects the other one', async () => {
    const on = pair();
    const { Service } = await import('../../../src/domain/kubernetes/kinds.ts');
    changed(on, Service, 'agent-green', '"version":"green"', '"version":"blue"');
    expect(await refused(on)).toContain('Service agent-green does not select the pods of Deployment agent-green');
    on.cluster.remove(Service, 'agent-green');
    expect(await refused(on)).toContain('Service agent-green is not there');
  });

  const wanted = (asks: boolean) =>
    blueGreenPermissions({ service: 'agent', namespace: 'shop', switcher: ingress, route: 'agent', removes: false, asks });

  it('a missing permission, with the whole Role, for whoever asks, which no other action has', async () => {
    const on = pair();
    denies(on.cluster, 'list ingresses');
    const what = await refused(on);
    expect(what).toContain('Permissions are missing: list ingresses');
    const printed = printedRoles(what);
    expect(lackingIn(printed, wanted(true))).toEqual([]);
    expect(printed).toMatchObject([
      { kind: 'Role', metadata: { name: 'wf-deploy-agent-blue-green', namespace: 'shop' } },
      { kind: 'RoleBinding', subjects: [asking] },
    ]);
  });

  it('what a rollback lacks is printed as a Role of its own: it holds less than that of a deployment', async () => {
    const on = pair();
    denies(on.cluster, 'update ingresses');
    const printed = printedRoles((await failure(run(on, backWish({ reason: 'slow' })))).what);
    expect(lackingIn(printed, wanted(false))).toEqual([]);
    expect(printed).toMatchObject([{ metadata: { name: 'wf-deploy-agent-blue-green-rollback' } }, { subjects: [asking] }]);
  });

  it('an advisory permission is "not checked", and the log has the Role', async () => {
    const on = pair();
    denies(on.cluster, 'list resourcequotas');
    const { outcome, warnings } = await run(on);
    expect({ outcome, warnings }).toEqual({
      outcome: 'promoted',
      warnings: expect.arrayContaining([expect.stringMatching(/^Not checked for lack of permission: list resourcequotas \(.*\)\. .*\.$/)]),
    });
    expect(lackingIn(printedRoles(on.lines.join('\n')), wanted(true))).toEqual([]);
  });
});
