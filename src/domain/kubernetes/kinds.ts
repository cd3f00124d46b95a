import type { Kind } from './object.ts';

const kind = (apiVersion: string, name: string, resource: string): Kind => ({ apiVersion, kind: name, resource });

export const Deployment = kind('apps/v1', 'Deployment', 'deployments');
export const ReplicaSet = kind('apps/v1', 'ReplicaSet', 'replicasets');
export const Pod = kind('v1', 'Pod', 'pods');
export const Service = kind('v1', 'Service', 'services');
export const Event = kind('v1', 'Event', 'events');
export const ResourceQuota = kind('v1', 'ResourceQuota', 'resourcequotas');
export const Lease = kind('coordination.k8s.io/v1', 'Lease', 'leases');
export const HTTPRoute = kind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes');
export const SelfSubjectAccessReview = kind('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews');

/** The API group of a kind: empty for the core group. */
export const groupOf = ({ apiVersion }: Kind): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
