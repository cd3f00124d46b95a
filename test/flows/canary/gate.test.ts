import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { gate, isOpen } from '../../../src/domain/traffic/replicas/gate.ts';
import { replicas } from '../../../src/domain/traffic/replicas.ts';
import { effectiveText, openPods, reopenPods } from '../../../src/flows/canary/gate.ts';
import type { Session } from '../../../src/flows/canary/session.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { app, canary } from '../../domain/traffic/replicas/canaries.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { deployment } from '../workloads.ts';

const image = 'shop/agent:2';
const labels = { app: 'agent', version: 'agent-canary', 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' };
const pod = (name: string, started = true, its = image): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'agent', image: its }], readinessGates: [{ conditionType: gate }] },
  status: { conditions: [{ type: 'ContainersReady', status: started ? 'True' : 'False' }] },
});

function waiting(...pods: readonly KubernetesObject[]) {
  const on = stage();
  for (const each of pods) on.cluster.put(Pod, each);
  const session = {
    world: on.world,
    plan: { router: replicas, stableDeployment: 'agent', canaryDeployment: 'agent-canary' },
    ground: { app, image, canary: { is: 'users', deployment: canary(3, '2/5') } },
    lock: { fresh: () => true },
    writes: [],
  } as unknown as Session;
  const open = (): readonly string[] =>
    on.cluster
      .objectsOf(Pod)
      .filter(isOpen)
      .map(({ metadata }) => metadata.name);
  return { on, session, open };
}
const signal = new AbortController().signal;

it('opens as many pods as the Deployment says, of the new image alone, and says which', async () => {
  const { on, session, open } = waiting(pod('old', true, 'shop/agent:1'), pod('starting', false), pod('a'), pod('b'), pod('c'));
  await openPods(session, [canary(3, '2/5')], signal);
  expect(open()).toEqual(['a', 'b']);
  expect(on.cluster.writes()).toEqual(['patch Pod a', 'patch Pod b']);
  const written = on.cluster.calls.flatMap(({ write }) => (write?.do === 'patch' ? [write.subresource] : []));
  expect(written).toEqual(['status', 'status']);
  expect(on.lines).toEqual(['  gate opened: a, b']);
});

it('at 0 nobody is asked', async () => {
  const { on, session } = waiting(pod('a'));
  await openPods(session, [canary(0, '0/5')], signal);
  expect(on.cluster.calls).toEqual([]);
});

it('a kubelet that writes the same status is no obstacle', async () => {
  const { on, session, open } = waiting(pod('a'));
  let disturbed = false;
  on.cluster.failing = ({ verb }) => {
    if (verb !== 'patch' || disturbed) return undefined;
    disturbed = true;
    const [found] = on.cluster.objectsOf(Pod);
    on.cluster.put(Pod, { ...found!, status: { ...(found!['status'] as object), phase: 'Running' } });
    return undefined;
  };
  await openPods(session, [canary(2, '2/5')], signal);
  expect([open(), on.cluster.writes().length]).toEqual([['a'], 2]);
});

it('a pod that is gone meanwhile is left out', async () => {
  const { on, session } = waiting(pod('a'), pod('b'));
  on.cluster.failing = ({ verb, name }) => {
    if (verb === 'patch' && name === 'a') on.cluster.remove(Pod, 'a');
    return undefined;
  };
  await openPods(session, [canary(2, '2/5')], signal);
  expect(on.lines).toEqual(['  gate opened: b']);
});

it('what may not be done is said', async () => {
  const { on, session } = waiting(pod('a'));
  on.cluster.failing = ({ verb }) => (verb === 'patch' ? forbidden() : undefined);
  expect(await failureOf(openPods(session, [canary(1, '1/5')], signal))).toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
});

describe('a pod that was replaced', () => {
  it('is opened at the next look', async () => {
    const { session, open } = waiting(pod('new'));
    await reopenPods(session, [canary(1, '1/5')], [pod('new')], signal);
    expect(open()).toEqual(['new']);
  });
  it('is left alone by a run whose Lease may be somebody else’s, and behind other routers', async () => {
    const { on, session } = waiting(pod('new'));
    await reopenPods({ ...session, lock: { ...session.lock, fresh: () => false } }, [canary(1, '1/5')], [pod('new')], signal);
    const { pods: _, ...other } = replicas;
    await reopenPods({ ...session, plan: { ...session.plan, router: other } }, [canary(1, '1/5')], [pod('new')], signal);
    expect(on.cluster.calls).toEqual([]);
  });
});

it('tells the share of the pods that are ready now, whatever was ordered', async () => {
  const { on, session } = waiting();
  on.cluster.put(Deployment, deployment('agent', 'shop/agent:1', 7));
  expect(await effectiveText(session, [{ ...canary(1, '1/5'), status: { readyReplicas: 1 } }], signal)).toBe(
    'canary 1 of 8 ready pods: 12.5 %',
  );
  expect(await effectiveText(session, [], signal)).toBe('canary 0 of 7 ready pods: 0 %');
});
