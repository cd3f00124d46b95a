import { expect, it } from '@jest/globals';
import { manifestPermissions } from '../../../src/domain/manifests/permissions.ts';

const copy = (kind: string) => ({ kind, metadata: { name: `${kind.toLowerCase()}-1` } });
const short = (...kinds: readonly string[]) =>
  manifestPermissions('shop', kinds.map(copy)).map(({ need, verb, group, resource }) => `${need} ${verb} ${group}/${resource}`);

it('asks for Secrets only where the manifests have one, and for nothing without configuration', () => {
  expect(short()).toEqual([]);
  expect(short('ConfigMap', 'ConfigMap')).toEqual([
    'required create /configmaps',
    'required patch /configmaps',
    'required delete /configmaps',
    'required list apps/replicasets',
  ]);
  expect(short('Secret')).toContain('required create /secrets');
});
