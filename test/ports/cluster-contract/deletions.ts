import { type ContractCase, codeOf, create, dataOf, refOf } from './case.ts';

export const deletions: readonly ContractCase[] = [
  {
    says: 'what is there goes, once',
    does: async (on) => {
      await create(on, {});
      const { metadata } = await on.cluster.write({ do: 'delete', ref: refOf(on) });
      return [metadata.name === on.name, await on.cluster.get(refOf(on)), await codeOf(on.cluster.write({ do: 'delete', ref: refOf(on) }))];
    },
    comesTo: [true, undefined, 'CLUSTER_NOT_FOUND'],
  },
  {
    says: 'with a uid, only the object that is meant goes',
    does: async (on) => {
      const { uid = '' } = (await create(on, { by: 'first' })).metadata;
      const another = await codeOf(on.cluster.write({ do: 'delete', ref: refOf(on), uid: 'another' }));
      const stayed = await dataOf(on);
      await on.cluster.write({ do: 'delete', ref: refOf(on), uid });
      const gone = await dataOf(on);
      await create(on, { by: 'second' });
      return [another, stayed, gone, await codeOf(on.cluster.write({ do: 'delete', ref: refOf(on), uid })), await dataOf(on)];
    },
    comesTo: ['CLUSTER_CONFLICT', { by: 'first' }, undefined, 'CLUSTER_CONFLICT', { by: 'second' }],
  },
];
