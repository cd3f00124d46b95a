import type { Kind } from './object.ts';

const kind = (apiVersion: string, name: string, resource: string): Kind => ({ apiVersion, kind: name, resource });

export const Deployment = kind('apps/v1', 'Deployment', 'deployments');
export const ReplicaSet = kind('apps/v1', 'ReplicaSet', 'replicasets');
export const StatefulSet = kind('apps/v1', 'StatefulSet', 'statefulsets');
export const DaemonSet = kind('apps/v1', 'DaemonSet', 'daemonsets');
export const CronJob = kind('batch/v1', 'CronJob', 'cronjobs');
export const ControllerRevision = kind('apps/v1', 'ControllerRevision', 'controllerrevisions');
export const Pod = kind('v1', 'Pod', 'pods');
export const Service = kind('v1', 'Service', 'services');
export const ConfigMap = kind('v1', 'ConfigMap', 'configmaps');
export const Secret = kind('v1', 'Secret', 'secrets');
export const ServiceAccount = kind('v1', 'ServiceAccount', 'serviceaccounts');
export const Event = kind('v1', 'Event', 'events');
export const ResourceQuota = kind('v1', 'ResourceQuota', 'resourcequotas');
export const Job = kind('batch/v1', 'Job', 'jobs');
export const Role = kind('rbac.authorization.k8s.io/v1', 'Role', 'roles');
export const RoleBinding = kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings');
export const NetworkPolicy = kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies');
export const EndpointSlice = kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices');
export const HorizontalPodAutoscaler = kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers');
export const PodDisruptionBudget = kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets');
export const ScaledObject = kind('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects');
export const Lease = kind('coordination.k8s.io/v1', 'Lease', 'leases');
export const HTTPRoute = kind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes');
export const VirtualService = kind('networking.istio.io/v1', 'VirtualService', 'virtualservices');
export const DestinationRule = kind('networking.istio.io/v1', 'DestinationRule', 'destinationrules');
export const IstioGateway = kind('networking.istio.io/v1', 'Gateway', 'gateways');
export const Ingress = kind('networking.k8s.io/v1', 'Ingress', 'ingresses');
export const Namespace = kind('v1', 'Namespace', 'namespaces');
export const Node = kind('v1', 'Node', 'nodes');
export const SelfSubjectReview = kind('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews');
export const SelfSubjectAccessReview = kind('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews');
export const SelfSubjectRulesReview = kind('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews');

/** The API group of a kind: empty for the core group. */
export const groupOf = ({ apiVersion }: Kind): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
