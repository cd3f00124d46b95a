import { ConfigMap, Role } from '../../../src/domain/kubernetes/kinds.ts';
import type { PatchOperation } from '../../../src/domain/kubernetes/patch.ts';
import { annotationPath } from '../../../src/domain/kubernetes/patch.ts';
import { type ContractCase, codeOf, create, dataOf, type Ground, patch, refOf } from './case.ts';

const set = (value: string): PatchOperation => ({ op: 'replace', path: '/data/a', value });

/** On `{ a: '1' }`: how it ends, and what the data are then. */
const onOne = (says: string, operations: readonly PatchOperation[], ...comesTo: readonly [string, object]): ContractCase => ({
  says,
  does: async (on) => {
    await create(on, { a: '1' });
    return [await codeOf(patch(on, operations)), await dataOf(on)];
  },
  comesTo,
});

/** On the verbs `get, list`. */
const onList = (says: string, operations: readonly PatchOperation[], ...comesTo: readonly [string, readonly string[]]): ContractCase => ({
  says,
  does: async (on) => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
    const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: on.name }, rules };
    await on.cluster.write({ do: 'create', kind: Role, namespace: on.here, object });
    const ref = { kind: Role, namespace: on.here, name: on.name };
    const how = await codeOf(on.cluster.write({ do: 'patch', ref, operations }));
    const role = await on.cluster.get(ref);
    return [how, (role?.['rules'] as typeof rules | undefined)?.[0]?.verbs];
  },
  comesTo,
});

const versionOf = async (on: Ground): Promise<unknown> => (await on.cluster.get(refOf(on)))?.metadata.resourceVersion;

export const patches: readonly ContractCase[] = [
  onOne('a test that holds lets the rest through', [{ op: 'test', path: '/data/a', value: '1' }, set('2')], 'done', { a: '2' }),
  onOne('a test that fails is a conflict', [{ op: 'test', path: '/data/a', value: '0' }, set('2')], 'CLUSTER_CONFLICT', { a: '1' }),
  onOne('and leaves nothing of what came before it', [set('2'), { op: 'test', path: '/data/a', value: '1' }], 'CLUSTER_CONFLICT', {
    a: '1',
  }),
  onOne('a test sees what came before it', [set('2'), { op: 'test', path: '/data/a', value: '2' }], 'done', { a: '2' }),
  onOne('a test of what is not there', [{ op: 'test', path: '/data/b', value: '1' }, set('2')], 'CLUSTER_CONFLICT', { a: '1' }),
  onOne('a test in what is not there', [{ op: 'test', path: annotationPath('a'), value: '1' }, set('2')], 'CLUSTER_CONFLICT', { a: '1' }),
  onOne('a test for what is not there', [{ op: 'test', path: '/data/b', value: null }, set('2')], 'done', { a: '2' }),
  onOne('a replace adds what is not there', [{ op: 'replace', path: '/data/b', value: '2' }], 'done', { a: '1', b: '2' }),
  onOne('a remove of what is not there', [{ op: 'remove', path: '/data/b' }, set('2')], 'CLUSTER_REFUSED', { a: '1' }),
  onOne(
    'a remove of what is not there, beside a test',
    [{ op: 'test', path: '/data/a', value: '1' }, { op: 'remove', path: '/data/b' }, set('2')],
    'CLUSTER_CONFLICT',
    { a: '1' },
  ),
  onOne('an add in what is not there', [{ op: 'add', path: annotationPath('a'), value: '1' }], 'CLUSTER_REFUSED', { a: '1' }),
  onList('an add in a list shifts', [{ op: 'add', path: '/rules/0/verbs/1', value: 'watch' }], 'done', ['get', 'watch', 'list']),
  onList('an add at the end of a list', [{ op: 'add', path: '/rules/0/verbs/-', value: 'watch' }], 'done', ['get', 'list', 'watch']),
  onList('a remove in a list shifts', [{ op: 'remove', path: '/rules/0/verbs/0' }], 'done', ['list']),
  onList('a replace in a list', [{ op: 'replace', path: '/rules/0/verbs/1', value: 'watch' }], 'done', ['get', 'watch']),
  onList('a replace beyond a list', [{ op: 'replace', path: '/rules/0/verbs/2', value: 'watch' }], 'CLUSTER_REFUSED', ['get', 'list']),
  onList('a test in a list', [{ op: 'test', path: '/rules/0/verbs/0', value: 'list' }], 'CLUSTER_CONFLICT', ['get', 'list']),
  onList(
    'a test of values asks for all of them, and for no order of keys',
    [
      { op: 'test', path: '/rules/0', value: { verbs: ['get', 'list'], resources: ['pods'], apiGroups: [''] } },
      { op: 'replace', path: '/rules/0/verbs', value: ['watch'] },
      { op: 'test', path: '/rules/0', value: { verbs: ['watch'], resources: ['pods'] } },
    ],
    'CLUSTER_CONFLICT',
    ['get', 'list'],
  ),
  onList(
    'a test of values does not ask for the order of keys',
    [
      { op: 'test', path: '/rules/0', value: { verbs: ['get', 'list'], resources: ['pods'], apiGroups: [''] } },
      { op: 'replace', path: '/rules/0/verbs', value: ['watch'] },
    ],
    'done',
    ['watch'],
  ),
  {
    says: 'a test of the version is a conflict once there is another',
    does: async (on) => {
      const { resourceVersion } = (await create(on, { a: '1' })).metadata;
      const guarded = (value: string): readonly PatchOperation[] => [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        set(value),
      ];
      const first = [await codeOf(patch(on, guarded('2'))), (await versionOf(on)) === resourceVersion];
      return [...first, await codeOf(patch(on, guarded('3'))), await dataOf(on)];
    },
    comesTo: ['done', false, 'CLUSTER_CONFLICT', { a: '2' }],
  },
  {
    says: 'a key with a slash is one key',
    does: async (on) => {
      await create(on, {});
      const add: PatchOperation = { op: 'add', path: '/metadata/annotations', value: {} };
      const epoch: PatchOperation = { op: 'add', path: annotationPath('wf-deploy.io/epoch'), value: '1' };
      return (await patch(on, [add, epoch])).metadata.annotations;
    },
    comesTo: { 'wf-deploy.io/epoch': '1' },
  },
  {
    says: 'what is not there is not patched, with a test or without',
    does: async (on) => [
      await codeOf(patch(on, [set('2')])),
      await codeOf(patch(on, [{ op: 'test', path: '/data/a', value: '1' }, set('2')])),
      await on.cluster.get({ kind: ConfigMap, namespace: on.here, name: on.name }),
    ],
    comesTo: ['CLUSTER_NOT_FOUND', 'CLUSTER_NOT_FOUND', undefined],
  },
];
