import { ConfigMap, Namespace, Node } from '../../../src/domain/kubernetes/kinds.ts';
import { type ContractCase, codeOf, configMap, create, dataOf, list, patch, refOf } from './case.ts';

const placesOf = async (work: ReturnType<typeof list>): Promise<readonly string[]> =>
  (await work).map(({ metadata, ...object }) => `${metadata.namespace} ${JSON.stringify(object['data'])}`);

export const namespaces: readonly ContractCase[] = [
  {
    says: 'a name in two namespaces is two objects',
    does: async (on) => {
      await create(on, { at: 'here' });
      await create(on, { at: 'elsewhere' }, { namespace: on.elsewhere });
      await patch(on, [{ op: 'add', path: '/data/patched', value: 'yes' }], { namespace: on.elsewhere });
      const both = [await dataOf(on), await dataOf(on, { namespace: on.elsewhere })];
      await on.cluster.write({ do: 'delete', ref: refOf(on) });
      return [both, await dataOf(on), await dataOf(on, { namespace: on.elsewhere })];
    },
    comesTo: [[{ at: 'here' }, { at: 'elsewhere', patched: 'yes' }], undefined, { at: 'elsewhere', patched: 'yes' }],
  },
  {
    says: 'a list is of one namespace, or of all',
    does: async (on) => {
      await create(on, { at: 'here' });
      await create(on, { at: 'elsewhere' }, { namespace: on.elsewhere });
      const all = await placesOf(list(on, ''));
      return [
        [await placesOf(list(on, on.here)), [`${on.here} {"at":"here"}`]],
        [await placesOf(list(on, on.elsewhere)), [`${on.elsewhere} {"at":"elsewhere"}`]],
        [all, [`${on.elsewhere} {"at":"elsewhere"}`, `${on.here} {"at":"here"}`]],
        [await placesOf(list(on, `${on.here}-not`)), []],
      ].every(([came, expected]) => JSON.stringify(came) === JSON.stringify(expected));
    },
    comesTo: true,
  },
  {
    says: 'what is elsewhere is not here',
    does: async (on) => {
      await create(on, {}, { namespace: on.elsewhere });
      return [
        await dataOf(on),
        await codeOf(patch(on, [{ op: 'add', path: '/metadata/labels/a', value: 'b' }])),
        await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object: configMap(on, {}) })),
        await codeOf(on.cluster.write({ do: 'delete', ref: refOf(on) })),
      ];
    },
    comesTo: [undefined, 'CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND'],
  },
  {
    says: 'an object without a namespace comes into that of the request',
    does: async (on) => {
      const { namespace: _, ...metadata } = configMap(on, {}).metadata;
      const object = { ...configMap(on, {}), metadata };
      const created = await on.cluster.write({ do: 'create', kind: ConfigMap, namespace: on.elsewhere, object });
      const applied = await on.cluster.write({ do: 'apply', ref: refOf(on), object });
      return [created, applied].map(({ metadata: { namespace } }) => [on.here, on.elsewhere].indexOf(namespace ?? ''));
    },
    comesTo: [1, 0],
  },
  {
    says: 'an object of one namespace is not written into another',
    does: async (on) => {
      const object = configMap(on, {}, { namespace: on.elsewhere });
      await create(on, {});
      return [
        await codeOf(on.cluster.write({ do: 'create', kind: ConfigMap, namespace: on.here, object })),
        await codeOf(on.cluster.write({ do: 'replace', ref: refOf(on), object })),
        await codeOf(on.cluster.write({ do: 'apply', ref: refOf(on), object })),
        await codeOf(patch(on, [{ op: 'replace', path: '/metadata/namespace', value: on.elsewhere }])),
        await dataOf(on, { namespace: on.elsewhere }),
      ];
    },
    comesTo: ['CLUSTER_REFUSED', 'CLUSTER_REFUSED', 'CLUSTER_REFUSED', 'CLUSTER_REFUSED', undefined],
  },
  {
    says: 'nothing is written into a namespace that is not there, nor into none',
    does: async (on) => {
      const nowhere = { namespace: `${on.here}-not` };
      const without = { ...refOf(on), namespace: '' };
      return [
        await codeOf(create(on, {}, nowhere)),
        await codeOf(create(on, {}, { ...nowhere, dryRun: true })),
        await codeOf(on.cluster.write({ do: 'apply', ref: refOf(on, nowhere), object: configMap(on, {}, nowhere) })),
        await codeOf(on.cluster.write({ do: 'apply', ref: without, object: configMap(on, {}) })),
        await on.cluster.get(without),
      ];
    },
    comesTo: ['CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', undefined],
  },
  {
    says: 'what belongs to the cluster is in no namespace',
    does: async (on) => [
      (await on.cluster.get({ kind: Namespace, namespace: '', name: on.here }))?.metadata.name === on.here,
      await on.cluster.get({ kind: Namespace, namespace: on.here, name: on.here }),
      await codeOf(on.cluster.list(Node, '')),
      await codeOf(on.cluster.list(Node, on.here)),
    ],
    comesTo: [true, undefined, 'done', 'CLUSTER_NOT_FOUND'],
  },
];
