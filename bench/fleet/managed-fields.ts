import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';

/** Who set which field, as an API server notes it: most of what a real object weighs. */
export function managed(object: KubernetesObject): KubernetesObject {
  const entry = (manager: string, fieldsV1: unknown) => ({
    manager,
    operation: 'Update',
    apiVersion: object.apiVersion,
    time: '2026-03-01T21:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1,
  });
  const managedFields = [
    entry('kubectl-client-side-apply', { 'f:metadata': { 'f:annotations': { '.': {} } }, 'f:spec': fieldsOf(object['spec']) }),
    entry('kube-controller-manager', { 'f:status': fieldsOf(object['status']) }),
  ];
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return Object.fromEntries(value.map((each) => [`k:${JSON.stringify(keyOf(each))}`, fieldsOf(each)]));
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries([['.', {}], ...Object.entries(value).map(([name, each]) => [`f:${name}`, fieldsOf(each)])]);
}

const keyOf = (each: unknown): unknown => (typeof each === 'object' && each !== null && 'name' in each ? { name: each.name } : each);
