import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import type { Stage } from '../stand-ins.ts';
import { next, old, pair, run, servedAlways, sick, standing, wish } from './pair.ts';

const hotfix = `agent@sha256:${'5'.repeat(64)}`;

/** As `kubectl set image` and `kubectl scale` do it, with the controller that follows. */
function change({ cluster }: Stage, colour: string, from: string, to: string, replicas?: number): void {
  const found = cluster.find(Deployment, `agent-${colour}`) as KubernetesObject & { spec: object };
  const changed = JSON.parse(JSON.stringify(found).replaceAll(from, to)) as typeof found;
  cluster.reacting(cluster.put(Deployment, { ...changed, spec: { ...changed.spec, ...(replicas === undefined ? {} : { replicas }) } }));
}

/** When users have reached green. */
function onceSwitched(on: Stage, happens: () => void): Stage {
  const react = on.cluster.reacting;
  let isDone = false;
  on.cluster.reacting = (object) => {
    react(object);
    if (isDone || object.kind !== 'Ingress' || !standing(on).startsWith('agent-green')) return;
    isDone = true;
    void on.clock.sleep(30).then(happens);
  };
  return on;
}

const hook = { 'before-switch': '["./migrate"]', watch: '30s' };

describe('what somebody does while a hook runs', () => {
  it('a hotfix of the colour that has the users is not switched away from', async () => {
    const on: Stage = pair({
      process: () => {
        change(on, 'blue', old, hotfix);
        return { exitCode: 0, tail: '' };
      },
    });
    const result = await run(on, wish(hook));
    expect(standing(on)).toBe(`agent-blue; blue 2 × ${hotfix}, green 0 × older`);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue', images: { api: hotfix } });
    expect(readLease(on.cluster.find(Lease, leaseName('agent')) as KubernetesObject).holds?.list ?? []).toEqual([]);
  });

  it('pods that were taken away meanwhile are there again before users come', async () => {
    const on: Stage = pair({
      process: () => {
        change(on, 'green', next, next, 1);
        return { exitCode: 0, tail: '' };
      },
    });
    const sizes: number[] = [];
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      if (object.kind === 'Ingress' && standing(on).startsWith('agent-green'))
        sizes.push(on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith('agent-green')).length);
    };
    expect(await run(on, wish(hook))).toMatchObject({ outcome: 'promoted' });
    expect(sizes).toEqual([2]);
  });

  it('the old colour is deleted: users go to the new one, which is well', async () => {
    const on: Stage = pair({
      process: () => {
        on.cluster.remove(Deployment, 'agent-blue');
        return { exitCode: 0, tail: '' };
      },
    });
    expect(await run(on, wish(hook))).toMatchObject({ outcome: expect.stringMatching('promoted'), live: 'green' });
    expect(standing(on)).toBe('agent-green; blue gone, green 2 × next');
  });

  it('another image on the new colour, which nobody has asked: no user comes there', async () => {
    const on: Stage = pair({
      process: () => {
        change(on, 'green', next, hotfix);
        return { exitCode: 0, tail: '' };
      },
    });
    expect(await run(on, wish(hook))).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue', images: { api: old } });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
  });

  it('pods that an autoscaler takes away again are waited for, for a minute, and said to be missing', async () => {
    let isHooked = false;
    const on: Stage = pair({
      process: () => {
        isHooked = true;
        change(on, 'green', next, next, 1);
        return { exitCode: 0, tail: '' };
      },
    });
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      const isGreen = object.kind === 'Deployment' && object.metadata.name === 'agent-green';
      const isRaised = isGreen && isHooked && (object['spec'] as { readonly replicas?: number }).replicas === 2;
      if (!isRaised || standing(on).startsWith('agent-green')) return react(object);
      void on.clock.sleep(1).then(() => change(on, 'green', next, next, 1));
    };
    const result = await run(on, wish(hook));
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(result.warnings.at(-1)).toMatch(/^Users came to agent-green while it had fewer than 2 ready pods/);
  });

  it('pods that are gone meanwhile: no user is sent to a colour without any', async () => {
    const on: Stage = pair({
      process: () => {
        const green = on.cluster.find(Deployment, 'agent-green') as KubernetesObject & { status: object };
        for (const { metadata } of on.cluster.objectsOf(Pod))
          if (metadata.name.startsWith('agent-green')) on.cluster.remove(Pod, metadata.name);
        on.cluster.put(Deployment, { ...green, status: { ...green.status, readyReplicas: 0, availableReplicas: 0 } });
        return { exitCode: 0, tail: '' };
      },
    });
    const broken = servedAlways(on);
    expect(await run(on, wish(hook))).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_TIMED_OUT', live: 'blue' });
    expect(broken()).toEqual([]);
  });
});

it('another image that somebody gives the new colour while its pods are waited for is what the ending says', async () => {
  const on = pair();
  const react = on.cluster.reacting;
  let isGiven = false;
  on.cluster.reacting = (object) => {
    if (isGiven || object.kind !== 'Deployment' || object.metadata.name !== 'agent-green') return react(object);
    isGiven = true;
    void on.clock.sleep(5).then(() => change(on, 'green', next, sick));
  };
  expect(await run(on, wish({ 'rollout-timeout': '2m' }))).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue' });
  expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
});

it('a pod that an autoscaler takes away from the colour without requests is not asked any more', async () => {
  let checks = 0;
  const on: Stage = pair({
    probe: (url) => {
      checks += 1;
      const [, asked = ''] = new URL(url).pathname.split('/');
      if (checks === 3) change(on, 'green', next, next, 1);
      return on.cluster.find(Pod, asked) === undefined ? { is: 'no-answer', reason: 'reset' } : { is: 'answer', status: 200, body: '' };
    },
  });
  const pods: Stage['world']['pods'] = {
    ...on.world.pods,
    forward: async (pod, port) => ({ ...(await on.world.pods.forward(pod, port)), url: `http://127.0.0.1:4000/${pod.name}` }),
  };
  const result = await run(on, wish({ watch: '30s' }), { ...on.world, pods });
  expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
  expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
});

describe('what somebody does while the new colour is watched', () => {
  it('another image on the new colour: users go back, and the image that was brought is neither called good nor held', async () => {
    const on: Stage = onceSwitched(pair(), () => change(on, 'green', next, hotfix));
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue', images: { api: old } });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
    const lease = readLease(on.cluster.find(Lease, leaseName('agent')) as KubernetesObject);
    expect([lease.lastKnownGood, lease.holds?.list ?? []]).toEqual([undefined, []]);
  });

  it('fewer pods on the old colour, as an autoscaler without requests does it: users who go back get as many as they had', async () => {
    let status = 200;
    const on: Stage = onceSwitched(pair({ probe: () => ({ is: 'answer', status, body: '' }) }), () => {
      change(on, 'blue', old, old, 1);
      status = 500;
    });
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
    const writes = on.cluster.writes().filter((each) => !each.includes('Lease'));
    expect(writes.slice(-3)).toEqual(['replace Ingress agent', 'patch Deployment agent-blue', 'patch Deployment agent-green']);
  });

  it('a hotfix of the old colour is not removed with it', async () => {
    const on: Stage = onceSwitched(pair(), () => change(on, 'blue', old, hotfix));
    const result = await run(on, wish({ 'keep-old': 'false' }));
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(standing(on)).toBe(`agent-green; blue 2 × ${hotfix}, green 2 × next`);
    expect(result.warnings.at(-1)).toMatch(/could not be put to rest: Deployment shop\/agent-blue runs agent@sha256:5+ now/);
  });
});

describe('while the last requests of the old colour end, after the watch', () => {
  const onceRetiring = (happens: (on: Stage) => void): Stage => {
    const on = pair();
    const react = on.cluster.reacting;
    let isDone = false;
    on.cluster.reacting = (object) => {
      react(object);
      if (isDone || object.kind !== 'Lease' || readLease(object).blueGreen?.phase !== 'retiring') return;
      isDone = true;
      void on.clock.sleep(5).then(() => happens(on));
    };
    return on;
  };

  it('the new colour crashes: the old one keeps its pods, and gets its users back', async () => {
    const on = onceRetiring(({ cluster }) => {
      const green = cluster.find(Deployment, 'agent-green') as KubernetesObject & { status: object };
      for (const pod of cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith('agent-green')))
        cluster.put(Pod, {
          ...pod,
          status: {
            phase: 'Running',
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [{ name: 'api', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
          },
        });
      cluster.put(Deployment, { ...green, status: { ...green.status, readyReplicas: 0, availableReplicas: 0 } });
    });
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', live: 'blue' });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
    const { holds } = readLease(on.cluster.find(Lease, leaseName('agent')) as KubernetesObject);
    expect(holds?.list).toMatchObject([{ by: 'crash', digest: next.split('@')[1] }]);
  });

  it('the new colour is left without pods: it gets them again before the old one goes', async () => {
    const on = onceRetiring((now) => change(now, 'green', next, next, 0));
    const broken: string[] = [];
    const react = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      react(object);
      const ready = (name: string) => on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.name.startsWith(name)).length;
      if (ready('agent-green') + ready('agent-blue') === 0) broken.push(standing(on));
    };
    expect(await run(on)).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect([standing(on), broken]).toEqual(['agent-green; blue 0 × old, green 2 × next', []]);
  });
});
