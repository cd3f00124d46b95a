import { ConfigMap, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { type ContractCase, codeOf, configMap, create, dataOf, patch, refOf } from './case.ts';

const withData = (object: KubernetesObject, data: object): KubernetesObject => ({ ...object, data });

export const conflicts: readonly ContractCase[] = [
  {
    says: 'what is there is not created again, and stays as it is',
    does: async (on) => {
      await create(on, { by: 'first' });
      return [await codeOf(create(on, { by: 'second' })), await codeOf(create(on, { by: 'third' }, { dryRun: true })), await dataOf(on)];
    },
    comesTo: ['CLUSTER_CONFLICT', 'CLUSTER_CONFLICT', { by: 'first' }],
  },
  {
    says: 'an object is replaced as it was read, not as it was before that',
    does: async (on) => {
      const read = await create(on, { by: 'nobody' });
      const replaced = await on.cluster.write({ do: 'replace', ref: refOf(on), object: withData(read, { by: 'first' }) });
      return [
        read.metadata.resourceVersion === replaced.metadata.resourceVersion,
        read.metadata.uid === replaced.metadata.uid,
        await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object: withData(read, { by: 'second' }) })),
        await dataOf(on),
      ];
    },
    comesTo: [false, true, 'CLUSTER_CONFLICT', { by: 'first' }],
  },
  {
    says: 'an object that is gone is not replaced, and one that was made again is another',
    does: async (on) => {
      const read = await create(on, { by: 'first' });
      await on.cluster.write({ do: 'delete', ref: refOf(on) });
      const gone = await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object: withData(read, { by: 'second' }) }));
      const again = await create(on, { by: 'third' });
      return [
        gone,
        again.metadata.uid === read.metadata.uid,
        await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object: withData(read, { by: 'fourth' }) })),
        await dataOf(on),
      ];
    },
    comesTo: ['CLUSTER_NOT_FOUND', false, 'CLUSTER_CONFLICT', { by: 'third' }],
  },
  {
    says: 'a Lease that is gone is not made anew by who had read it',
    does: async (on) => {
      const ref = { kind: Lease, namespace: on.here, name: on.name };
      const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: on.name } };
      const read = await on.cluster.write({ do: 'create', kind: Lease, namespace: on.here, object });
      await on.cluster.write({ do: 'delete', ref });
      return [await codeOf(on.cluster.write({ do: 'replace', ref, object: read })), await on.cluster.get(ref)];
    },
    comesTo: ['CLUSTER_CONFLICT', undefined],
  },
  {
    says: 'an object is not written under another name, nor as another kind',
    does: async (on) => {
      const read = await create(on, {});
      const rename = { op: 'replace', path: '/metadata/name', value: `${on.name}-other` } as const;
      const renamed = { ...read, metadata: { ...read.metadata, name: `${on.name}-other` } };
      return [
        await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object: renamed })),
        await codeOf(
          on.cluster.write({ do: 'create', kind: ConfigMap, namespace: on.here, object: { ...configMap(on, {}), kind: 'Secret' } }),
        ),
        await codeOf(patch(on, [rename])),
        // It is the rename that is refused: the test beside it holds.
        await codeOf(patch(on, [{ op: 'test', path: '/metadata/name', value: on.name }, rename])),
      ];
    },
    comesTo: ['CLUSTER_REFUSED', 'CLUSTER_REFUSED', 'CLUSTER_REFUSED', 'CLUSTER_REFUSED'],
  },
  {
    says: 'what is applied with a version is applied to that version alone',
    does: async (on) => {
      const read = await create(on, { by: 'nobody' });
      const { resourceVersion } = read.metadata;
      const applied = (by: string, version = resourceVersion): KubernetesObject => {
        const object = configMap(on, { by });
        return { ...object, metadata: { ...object.metadata, resourceVersion: version as string } };
      };
      const apply = (object: KubernetesObject) => codeOf(on.cluster.write({ do: 'apply', ref: refOf(on), object }));
      return [await apply(applied('first')), await apply(applied('second')), await dataOf(on)];
    },
    comesTo: ['done', 'CLUSTER_CONFLICT', { by: 'first' }],
  },
  {
    says: 'what is applied to an object that is gone makes it anew, whatever the version; not with the uid that it had',
    does: async (on) => {
      const { uid, resourceVersion } = (await create(on, { by: 'first' })).metadata;
      await on.cluster.write({ do: 'delete', ref: refOf(on) });
      const apply = (identity: object): Promise<string> => {
        const object = configMap(on, { by: 'second' });
        const metadata = { ...object.metadata, ...identity };
        return codeOf(on.cluster.write({ do: 'apply', ref: refOf(on), object: { ...object, metadata } }));
      };
      const meant = [await apply({ uid, resourceVersion }), await apply({ uid }), await dataOf(on)];
      return [...meant, await apply({ resourceVersion }), await dataOf(on)];
    },
    comesTo: ['CLUSTER_CONFLICT', 'CLUSTER_CONFLICT', undefined, 'done', { by: 'second' }],
  },
  {
    says: 'a write that changes nothing leaves the version as it is',
    does: async (on) => {
      const read = await create(on, { a: '1' });
      const replaced = await on.cluster.write({ do: 'replace', ref: refOf(on), object: read });
      const patched = await patch(on, [{ op: 'replace', path: '/data/a', value: '1' }]);
      return [replaced, patched].map(({ metadata }) => metadata.resourceVersion === read.metadata.resourceVersion);
    },
    comesTo: [true, true],
  },
];
