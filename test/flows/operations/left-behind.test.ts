import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment, Lease, ReplicaSet, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { leftBehind } from '../../../src/flows/operations/left-behind.ts';
import { type Shop, shop } from '../canary/shop.ts';
import { forbidden } from '../memory-cluster/failures.ts';

const place = { service: 'agent', namespace: 'shop', lease: { kind: Lease, namespace: 'shop', name: 'wf-deploy-agent' } };
const look = (on: Shop) => on.clock.until(leftBehind(on.world, place, 'agent'));

const ours = { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'configuration' };
const put = (on: Shop, kind: Kind, name: string, labels: Readonly<Record<string, string>> = ours) =>
  on.cluster.put(kind, { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name, labels } });

const naming = (name: string) => ({ spec: { containers: [{ name: 'app', envFrom: [{ configMapRef: { name } }] }] } });

/** Stable's pods read the copy `now`, those of the template before read `before`, and nothing reads the others. */
function promoted(): Shop {
  const on = shop();
  const stable = on.cluster.find(Deployment, 'agent');
  if (stable === undefined) throw new Error('There is a stable.');
  on.cluster.put(Deployment, { ...stable, spec: { ...deploymentSpec(stable), template: naming('now') } });
  put(on, ReplicaSet, 'agent-1', { app: 'agent' });
  on.cluster.put(ReplicaSet, {
    apiVersion: ReplicaSet.apiVersion,
    kind: ReplicaSet.kind,
    metadata: { name: 'agent-1', labels: { app: 'agent' } },
    spec: { template: naming('before') },
  });
  for (const name of ['now', 'before', 'other']) put(on, ConfigMap, name);
  // The same name is another object there.
  put(on, Secret, 'now');
  put(on, Secret, 'wf-deploy-agent-undo', { 'wf-deploy.io/service': 'agent' });
  return on;
}

describe('what is left behind', () => {
  it('keeps the copies of configuration that stable, or a template it could be rolled back to, names', async () => {
    const { ours: gone, stays } = await look(promoted());
    expect(gone.map(({ kind, name }) => `${kind.kind} ${name}`)).toEqual(['ConfigMap other', 'Secret now', 'Secret wf-deploy-agent-undo']);
    expect(stays).toEqual([
      'ConfigMap shop/before, ConfigMap shop/now: Deployment shop/agent, or a template that it could be rolled back to, names them, so they stay. The cluster deletes them after Deployment shop/agent.',
    ]);
  });

  it('keeps all of them where there is no stable, or where it may not be seen what they are for', async () => {
    const on = promoted();
    on.cluster.failing = ({ kind }) => (kind === 'ReplicaSet' ? forbidden() : undefined);
    const unseen = await look(on);
    expect(unseen.ours.map(({ name }) => name)).toEqual(['wf-deploy-agent-undo']);
    expect(unseen.stays).toEqual([
      expect.stringMatching(/^ConfigMap shop\/before, .*Secret shop\/now: whether .* may not be seen from here/),
    ]);
    on.cluster.remove(Deployment, 'agent');
    const absent = await look(on);
    expect(absent.ours.map(({ name }) => name)).toEqual(['wf-deploy-agent-undo']);
    expect(absent.stays).toEqual([expect.stringContaining('there is no Deployment shop/agent that would say')]);
  });

  it('does not ask what is in use where there are no copies', async () => {
    const on = shop();
    on.cluster.failing = ({ kind }) => (kind === 'ReplicaSet' ? forbidden() : undefined);
    expect(await look(on)).toEqual({ ours: [], stays: [] });
    expect(on.cluster.calls.map(({ kind }) => kind)).not.toContain('ReplicaSet');
  });
});
