import type { Write } from '../../../src/ports/cluster.ts';
import { type ContractCase, codeOf, configMap, create, dataOf, type Ground, patch, refOf } from './case.ts';

const rehearsed = (on: Ground, write: Write): Promise<string> => codeOf(on.cluster.write({ ...write, dryRun: true }));

export const rehearsals: readonly ContractCase[] = [
  {
    says: 'a rehearsal answers what would be, and writes nothing',
    does: async (on) => {
      const made = await create(on, { a: '1' }, { dryRun: true });
      const nothing = await dataOf(on);
      const applied = await on.cluster.write({ do: 'apply', ref: refOf(on), object: configMap(on, { a: '1' }), dryRun: true });
      const stillNothing = await dataOf(on);
      const read = await create(on, { a: '1' });
      const ref = refOf(on);
      const replaced = await on.cluster.write({ do: 'replace', ref, object: { ...read, data: { a: '2' } }, dryRun: true });
      const operations = [{ op: 'replace', path: '/data/a', value: '3' }] as const;
      const patched = await on.cluster.write({ do: 'patch', ref, operations, dryRun: true });
      await on.cluster.write({ do: 'delete', ref, dryRun: true });
      const { metadata } = (await on.cluster.get(ref)) ?? {};
      return [
        [made['data'], nothing, applied['data'], stillNothing],
        [replaced['data'], patched['data'], await dataOf(on), metadata?.resourceVersion === read.metadata.resourceVersion],
      ];
    },
    comesTo: [
      [{ a: '1' }, undefined, { a: '1' }, undefined],
      [{ a: '2' }, { a: '3' }, { a: '1' }, true],
    ],
  },
  {
    says: 'a rehearsal is refused as the write would be',
    does: async (on) => {
      const ref = refOf(on);
      const gone = [
        await rehearsed(on, { do: 'delete', ref }),
        await rehearsed(on, { do: 'replace', ref, object: configMap(on, {}) }),
        await rehearsed(on, { do: 'patch', ref, operations: [] }),
      ];
      const read = await create(on, { a: '1' });
      await patch(on, [{ op: 'replace', path: '/data/a', value: '2' }]);
      return [
        gone,
        await rehearsed(on, { do: 'replace', ref, object: read }),
        await rehearsed(on, { do: 'patch', ref, operations: [{ op: 'test', path: '/data/a', value: '1' }] }),
        await rehearsed(on, { do: 'delete', ref, uid: 'another' }),
      ];
    },
    comesTo: [['CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND'], 'CLUSTER_CONFLICT', 'CLUSTER_CONFLICT', 'CLUSTER_CONFLICT'],
  },
];
