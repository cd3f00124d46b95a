import { groupOf } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import type { Permission } from './permissions.ts';

/** What a run cannot do without: each verb on a kind, or on the one object of it that is named. */
export const required = (
  { namespace }: { readonly namespace: string },
  kind: Kind,
  verbs: readonly string[],
  why: string,
  name?: string,
): readonly Permission[] =>
  verbs.map((verb) => ({
    namespace,
    group: groupOf(kind),
    resource: kind.resource,
    verb,
    need: 'required',
    why,
    ...(name === undefined ? {} : { name }),
  }));

/** What is done without where it may not be done, and said. */
export const advisory = (...asked: Parameters<typeof required>): readonly Permission[] => required(...asked).map(asAdvisory);

export const asAdvisory = (permission: Permission): Permission => ({ ...permission, need: 'advisory' });
