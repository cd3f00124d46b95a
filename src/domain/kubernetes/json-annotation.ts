import { jsonOf } from '../units/json.ts';
import { recordOf } from '../units/record.ts';

/**
 * An annotation that holds a JSON object. Anyone who may edit its object may have written it: what cannot be read is not ours, which is the
 * same as not written at all.
 */
export const jsonAnnotation = (text: string | undefined): Readonly<Record<string, unknown>> | undefined =>
  text === undefined ? undefined : recordOf(jsonOf(text));

/** The named fields and no others, when all of them are texts. */
export function textsOf<const Name extends string>(
  fields: Readonly<Record<string, unknown>> | undefined,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  const entries = names.map((name) => [name, fields?.[name]] as const);
  return entries.every(([, value]) => typeof value === 'string') ? (Object.fromEntries(entries) as Record<Name, string>) : undefined;
}
