import type { AuditEntry } from '../test/lab/audit.ts';

export interface WeightWrite {
  /** Of the canary, in percent. */
  readonly weight: number;
  /** When the API server had answered that it is stored. */
  readonly completed: Date;
  readonly entry: AuditEntry;
}

interface RouteBody {
  readonly spec?: { readonly rules?: readonly { readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[] }[] };
}

/** Accepted writes of a route that carry a weight of the canary, in their order. Its header route, which has one backend, is none. */
export function weightWrites(entries: readonly AuditEntry[], route: string, canary: string): readonly WeightWrite[] {
  return entries.flatMap((entry) => {
    const { resource, name, subresource, verb, code, completed } = entry;
    if (resource !== 'httproutes' || name !== route || subresource !== undefined || verb !== 'update' || code !== 200) return [];
    const { spec } = entry.requestObject as RouteBody;
    const split = spec?.rules?.map(({ backendRefs = [] }) => backendRefs).find((refs) => refs.length > 1);
    const weight = split?.find(({ name: backend }) => backend === canary)?.weight;
    return weight === undefined ? [] : [{ weight, completed, entry }];
  });
}
