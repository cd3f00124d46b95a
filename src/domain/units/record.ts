/** A map of foreign YAML or JSON; `undefined` for everything else, lists included. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;

/** The first key that is not among the known ones. */
export const unknownKey = (record: Readonly<Record<string, unknown>>, known: readonly string[]): string | undefined =>
  Object.keys(record).find((key) => !known.includes(key));
