import { clean, listOf, objectOf } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import type { ReadReport } from './reader.ts';

/** Why the run is no scan, if it is none. */
export function failureOf(run: JsonObject, tool: string): ReadReport['failed'] {
  const invocations = (listOf(run['invocations']) ?? []).map((each) => objectOf(each));
  const notifications = invocations.flatMap((each) => [
    ...(listOf(each?.['toolExecutionNotifications']) ?? []),
    ...(listOf(each?.['toolConfigurationNotifications']) ?? []),
  ]);
  const error = notifications.map(objectOf).find((each) => each?.['level'] === 'error');
  const said = clean(objectOf(error?.['message'])?.['text'], 300);
  if (invocations.some((each) => each === undefined || !succeeded(each['executionSuccessful'])))
    return { why: `${tool} says that it failed${said === '' ? '.' : `: ${said}`}`, remedy: 'Look at its log, and run it again.' };
  if (error !== undefined)
    return { why: `${tool} says that it could not do all of its work: ${said || 'it does not say why'}`, remedy: 'Mend what it names.' };
  if (listOf(run['results']) === undefined)
    return { why: `${tool} wrote no \`results\`: it did not scan.`, remedy: 'Look at its log, and run it again.' };
  return undefined;
}

/** The standard requires the property; some tools leave it out. Anything but `true` in it is no success. */
const succeeded = (value: Json | undefined): boolean => value === undefined || value === true;
