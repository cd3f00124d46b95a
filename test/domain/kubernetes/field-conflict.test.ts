import { expect, it } from '@jest/globals';
import { FieldConflicts, fieldConflict, fieldConflictsBehind } from '../../../src/domain/kubernetes/field-conflict.ts';
import { Failure } from '../../../src/failure.ts';

it.each([
  ['conflict with "kubectl-client-side-apply" using apps/v1', 'kubectl-client-side-apply', undefined],
  [
    'conflict with "kube-controller-manager" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z',
    'kube-controller-manager',
    'scale',
  ],
  ['conflict with "argocd-controller"', 'argocd-controller', undefined],
])('%s', (message, manager, subresource) => {
  expect(fieldConflict({ reason: 'FieldManagerConflict', message, field: '.spec.replicas' })).toEqual([
    { manager, subresource, field: '.spec.replicas' },
  ]);
});

it('any other cause is none', () => {
  expect(fieldConflict({ reason: 'FieldValueInvalid', message: 'conflict with "x"', field: '.a' })).toEqual([]);
  expect(fieldConflict({ reason: 'FieldManagerConflict', message: 'who knows' })).toEqual([]);
});

it('is found behind a failure, and behind nothing else', () => {
  const conflicts = [{ manager: 'a', subresource: undefined, field: '.b' }];
  expect(fieldConflictsBehind(new Failure('CLUSTER_CONFLICT', 'a', 'b', new FieldConflicts(conflicts)))).toEqual(conflicts);
  expect(fieldConflictsBehind(new Failure('CLUSTER_CONFLICT', 'a', 'b'))).toEqual([]);
  expect(fieldConflictsBehind(new TypeError('a'))).toEqual([]);
});
