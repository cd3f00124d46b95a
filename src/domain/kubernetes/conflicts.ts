import { Failure } from '../../failure.ts';

/** A write that met someone else's is tried again so often: others write now and then, and only a quarrel goes on longer. */
export const mostConflicts = 20;

/** Two writers that take back each other's word. The guardian says `DRIFT`: to it a conflict is a run that has overtaken it. */
export const keepsChanging = (what: string, code: 'CLUSTER_CONFLICT' | 'DRIFT' = 'CLUSTER_CONFLICT'): Failure =>
  new Failure(code, changedInARow(what), 'See in its managedFields who keeps writing it.');

export const changedInARow = (what: string): string => `${what} was changed by someone else ${mostConflicts} times in a row.`;
