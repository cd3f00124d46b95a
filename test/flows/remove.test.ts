import { expect, it } from '@jest/globals';
import { ConfigMap } from '../../src/domain/kubernetes/kinds.ts';
import { Failure } from '../../src/failure.ts';
import type { FailureCode } from '../../src/failure-codes.ts';
import { remove } from '../../src/flows/remove.ts';
import type { Write } from '../../src/ports/cluster.ts';
import { failureOf } from '../adapters/thrown.ts';
import { stage } from './stand-ins.ts';

const ref = { kind: ConfigMap, namespace: 'shop', name: 'agent' };

function removing(code: FailureCode | undefined, uid?: string, version?: string) {
  const sent: Write[] = [];
  const { world } = stage();
  const cluster: typeof world.cluster = {
    get: () => Promise.resolve(undefined),
    list: () => Promise.resolve([]),
    watch: () => world.cluster.watch(ConfigMap, 'shop', {}, AbortSignal.abort()),
    version: () => Promise.resolve('v1.34.4'),
    write: (write) => {
      sent.push(write);
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'agent' } };
      return code === undefined ? Promise.resolve(object) : Promise.reject(new Failure(code, 'What.', 'Remedy.'));
    },
  };
  return { sent, removed: remove({ cluster }, ref, { uid, version }) };
}

it('deletes, exactly the object that is meant where its uid is known', async () => {
  const { removed, sent } = removing(undefined, 'u');
  expect([await removed, sent]).toEqual([true, [{ do: 'delete', ref, uid: 'u' }]]);
  expect(removing(undefined).sent).toEqual([{ do: 'delete', ref }]);
});

it.each<readonly [FailureCode, string | undefined]>([
  ['CLUSTER_NOT_FOUND', undefined],
  ['CLUSTER_NOT_FOUND', 'u'],
  ['CLUSTER_CONFLICT', 'u'],
])('%s with the uid %s: it was gone', async (code, uid) => expect(await removing(code, uid).removed).toBe(false));

it.each<readonly [FailureCode, string | undefined]>([
  ['CLUSTER_CONFLICT', undefined],
  ['CLUSTER_FORBIDDEN', 'u'],
  ['CLUSTER_UNREACHABLE', 'u'],
])('%s with the uid %s is told', async (code, uid) => expect(await failureOf(removing(code, uid).removed)).toMatchObject({ code }));

it('deletes only what nobody has written since it was read, where that is wished', async () => {
  const { removed, sent } = removing(undefined, 'u', '7');
  expect([await removed, sent]).toEqual([true, [{ do: 'delete', ref, uid: 'u', version: '7' }]]);
  expect(await removing('CLUSTER_CONFLICT', undefined, '7').removed).toBe(false);
});
