import { groupOf, Lease, Pod, Secret, Service } from '../kubernetes/kinds.ts';
import type { Kind, ObjectRef } from '../kubernetes/object.ts';
import { leaseName } from '../rollout/lease.ts';
import type { Permission } from '../rollout/permissions.ts';
import { journalName } from './journal.ts';
import type { WorkloadRef } from './workload-ref.ts';

export interface StageNeeds {
  readonly service: string;
  readonly namespace: string;
  readonly workloads: readonly WorkloadRef[];
  /** What is applied from manifests; `isNew`: it is not there yet. */
  readonly applied: readonly { readonly ref: ObjectRef; readonly isNew: boolean }[];
  /** Nothing is rolled out, only looked at. */
  readonly reads: boolean;
  /** A way back is kept: not for what is itself one. */
  readonly journal: boolean;
  /** A smoke check reaches a pod by port-forward. */
  readonly portForward: boolean;
}

interface Use extends Pick<Permission, 'need' | 'why'> {
  readonly kind: Kind;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
}

const required = { need: 'required' } as const;
const advisory = { need: 'advisory' } as const;

export const stagePermissions = (needs: StageNeeds): readonly Permission[] =>
  usesOf(needs).flatMap(({ kind, verbs, names = [], ...use }) =>
    verbs.flatMap((verb): readonly Permission[] => {
      const permission = { ...use, namespace: needs.namespace, group: groupOf(kind), resource: kind.resource, verb };
      return names.length === 0 ? [permission] : names.map((name) => ({ ...permission, name }));
    }),
  );

function usesOf(needs: StageNeeds): readonly Use[] {
  const { service, workloads, reads, journal, portForward } = needs;
  const kinds = [...new Set(workloads.map(({ of }) => of))];
  const keepers = [...new Set(kinds.flatMap(({ keeper }) => (keeper === undefined ? [] : [keeper])))];
  return [
    ...kinds.map(({ kind }) => ({
      ...required,
      kind,
      verbs: ['get', 'list', 'watch'],
      why: 'read the workloads, and wait for their pods',
    })),
    ...keepers.map((kind) => ({
      ...required,
      kind,
      verbs: ['list', 'watch'],
      why: 'tell new pods from old ones, and know the revisions before',
    })),
    { ...required, kind: Pod, verbs: ['list', 'watch'], why: 'see pods that crash or do not become ready' },
    ...(reads ? [] : writing(needs)),
    ...(reads || !kinds.some(({ kind }) => kind.kind === 'StatefulSet') ? [] : [freeing]),
    ...(journal ? keeping(service) : []),
    { ...advisory, kind: { ...Pod, kind: 'Event', resource: 'events' }, verbs: ['list'], why: 'say why a pod does not become ready' },
    { ...advisory, kind: Pod, subresource: 'log', verbs: ['get'], why: 'show the end of the log of a pod that failed' },
    ...(portForward ? [...forwarding(service)] : []),
  ];
}

function writing({ service, workloads, applied }: StageNeeds): readonly Use[] {
  const edited = Map.groupBy(workloads, ({ of }) => of);
  const byKind = Map.groupBy(applied, ({ ref }) => `${ref.kind.apiVersion} ${ref.kind.resource}`);
  return [
    ...[...edited].map(([{ kind }, refs]) => ({
      ...required,
      kind,
      verbs: ['update'],
      names: refs.map(({ name }) => name),
      why: 'give a workload its new pod template, and its old one back',
    })),
    ...[...byKind.values()].flatMap((same): readonly Use[] => {
      const [first] = same;
      if (first === undefined) return [];
      const names = same.map(({ ref }) => ref.name);
      const { kind } = first.ref;
      return [
        { ...required, kind, verbs: ['get', 'patch', 'update'], names, why: 'apply the manifests, and put back what was there' },
        ...(same.some(({ isNew }) => isNew) ? [{ ...required, kind, verbs: ['create'], why: 'apply what is not there yet' }] : []),
      ];
    }),
    {
      ...required,
      kind: Lease,
      verbs: ['get', 'update', 'patch'],
      names: [leaseName(service)],
      why: 'hold the lock of the service, with the state of the rollout',
    },
    { ...required, kind: Lease, verbs: ['create'], why: 'make the lock of the service' },
  ];
}

const freeing: Use = {
  ...required,
  kind: Pod,
  verbs: ['delete'],
  why: 'free a StatefulSet that goes back from pods that never become ready: it would wait for them for ever',
};

const keeping = (service: string): readonly Use[] => [
  {
    ...required,
    kind: Secret,
    verbs: ['get', 'patch', 'delete'],
    names: [journalName(service)],
    why: 'keep what was there before, for the way back',
  },
  { ...required, kind: Secret, verbs: ['create'], why: 'make that Secret: what is created has no name yet that a rule could hold' },
];

const forwarding = (service: string): readonly Use[] => [
  { ...advisory, kind: Service, verbs: ['get'], names: [service], why: 'know where the pods listen, when `port` is not given' },
  {
    ...required,
    kind: Pod,
    subresource: 'portforward',
    verbs: ['get', 'create'],
    why: 'ask the smoke checks: a port-forward over WebSockets is authorised as get, and from Kubernetes 1.35 on as create too',
  },
];
