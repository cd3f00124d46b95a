import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/object.ts';
import { knowingObjects } from '../../../src/flows/deploy/known-objects.ts';
import { MemoryCluster } from '../memory-cluster/cluster.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { VirtualClock } from '../virtual-clock.ts';

const names = ['auth', 'agent', 'sql'];

function shop() {
  const cluster = new MemoryCluster(new VirtualClock());
  for (const name of names) cluster.put(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' } });
  const known = knowingObjects(cluster, 'shop');
  const get = (kind: Kind, name: string, namespace = 'shop') => known.get({ kind, namespace, name });
  const asked = (): readonly string[] => cluster.calls.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`.trim());
  return { cluster, known, get, asked };
}

describe('what a release reads of its services', () => {
  it('is asked for once a kind, also side by side', async () => {
    const { known, get, asked } = shop();
    const found = await Promise.all(names.map((name) => get(Deployment, name)));
    expect(found.map((each) => each?.metadata.name)).toEqual(names);
    expect(await get(Lease, 'wf-deploy-auth')).toBeUndefined();
    expect(await known.list(Deployment, 'shop')).toHaveLength(names.length);
    expect(asked()).toEqual(['list Deployment', 'list Lease']);
  });

  it('is asked for anew when an object is read again: a write came in between', async () => {
    const { cluster, get } = shop();
    await get(Deployment, 'auth');
    const changed = cluster.put(Deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'auth', namespace: 'shop' },
      spec: {},
    });
    expect(await get(Deployment, 'auth')).toEqual(changed);
  });

  it('is asked for one by one where the account may not list', async () => {
    const { cluster, get, asked } = shop();
    cluster.failing = ({ verb }) => (verb === 'list' ? forbidden() : undefined);
    expect((await Promise.all(names.map((name) => get(Deployment, name)))).map((each) => each?.metadata.name)).toEqual(names);
    expect(asked()).toEqual(['list Deployment', ...names.map((name) => `get Deployment ${name}`)]);
  });

  it('and what is rehearsed, is kept without who set which field', async () => {
    const { cluster, known, get } = shop();
    const managed = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'auth', namespace: 'shop', managedFields: [{ manager: 'kubectl' }] },
    };
    cluster.put(Deployment, managed);
    const ref = { kind: Deployment, namespace: 'shop', name: 'auth' };
    expect((await get(Deployment, 'auth'))?.metadata).not.toHaveProperty('managedFields');
    expect((await known.write({ do: 'replace', ref, object: managed, dryRun: true })).metadata).not.toHaveProperty('managedFields');
    expect((await get(Deployment, 'auth'))?.metadata).toHaveProperty('managedFields');
  });

  it.each([
    ['Secrets', Secret, 'shop'],
    ['what is elsewhere', Deployment, 'other'],
  ] as const)('is none of %s', async (_, kind, namespace) => {
    const { get, asked } = shop();
    await get(kind, 'auth', namespace);
    expect(asked()).toEqual([`get ${kind.kind} auth`]);
  });
});
