import type { KubernetesObject } from '../kubernetes/object.ts';
import { type Change, ownerOf, rollingChange } from './ownership.ts';
import type { Findings, Problem } from './problem.ts';

/** An object, and what a rollout changes of it. */
export interface Changed {
  readonly object: KubernetesObject;
  readonly change: Change;
}

/** Of those that are there. */
export const rollingChanges = (objects: readonly (KubernetesObject | undefined)[]): readonly Changed[] =>
  objects.flatMap((object) => (object === undefined ? [] : [{ object, change: rollingChange(object) }]));

/** Objects that another tool will write again: it would revert a rollout in the middle, or undo it later. */
export function ownershipFindings(gitops: 'refuse' | 'accept', changed: readonly Changed[]): Findings {
  const owned = changed.flatMap(({ object, change }): readonly Problem[] => {
    const owner = ownerOf(object, change);
    if (owner === undefined) return [];
    const what = `${object.kind} ${object.metadata.name} belongs to ${owner.tool} (${owner.name}). ${owner.reverts}`;
    const remedy = gitops === 'refuse' ? `Set \`gitops: accept\` after this: ${owner.change}` : owner.change;
    return [{ what, remedy, ...(owner.yaml === undefined ? {} : { yaml: owner.yaml }) }];
  });
  return gitops === 'refuse' ? { problems: owned, warnings: [] } : { problems: [], warnings: owned };
}
