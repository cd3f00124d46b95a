import { Event, groupOf, Job, Namespace, Pod } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import { deployment } from '../rolling/workloads/deployment.ts';
import { statefulSet } from '../rolling/workloads/stateful-set.ts';
import type { Permission } from '../rollout/permissions.ts';

export interface ReleaseNeeds {
  readonly namespace: string;
  /** A Job makes a backup. */
  readonly backup: boolean;
}

interface Use extends Pick<Permission, 'need' | 'why'> {
  readonly kind: Kind;
  readonly subresource?: string;
  readonly verbs: readonly string[];
}

/** What a release needs beside what each of its services does. */
export const releasePermissions = ({ namespace, backup }: ReleaseNeeds): readonly Permission[] => {
  const uses: readonly Use[] = [
    { need: 'advisory', kind: Namespace, verbs: ['get'], why: 'see that the namespace exists' },
    ...[deployment, statefulSet].map(({ kind }) => ({
      need: 'advisory' as const,
      kind,
      verbs: ['list'],
      why: 'name the workloads that are in no service of the release',
    })),
    ...(backup
      ? [
          {
            need: 'required' as const,
            kind: Job,
            verbs: ['create', 'get', 'list', 'watch', 'delete'],
            why: 'make the backup before anything is changed',
          },
          { need: 'required' as const, kind: Pod, verbs: ['list'], why: 'find the pod of the backup' },
          { need: 'required' as const, kind: Pod, subresource: 'log', verbs: ['get'], why: 'read what the backup says it has made' },
          { need: 'advisory' as const, kind: Event, verbs: ['list'], why: 'say why the backup does not start' },
        ]
      : []),
  ];
  return uses.flatMap(({ kind, verbs, ...use }) =>
    verbs.map((verb) => ({ ...use, namespace, group: groupOf(kind), resource: kind.resource, verb })),
  );
};
