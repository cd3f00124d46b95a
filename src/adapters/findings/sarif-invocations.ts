import { clean, listOf, objectOf, textOf } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import type { ReadReport } from './reader.ts';
import { runAgain, Unreadable } from './unreadable.ts';
import { warningNotes } from './warnings.ts';

/** What a run says of itself. */
export interface Account {
  /** Why the run is no scan, if it is none. */
  readonly failed?: NonNullable<ReadReport['failed']>;
  /** What its tool warns of, such as a file that it did not read to its end. */
  readonly notes: readonly string[];
}

export function accountOf(run: JsonObject, tool: string): Account {
  refuseElsewhere(run);
  const invocations = listIn(run, 'invocations');
  const notifications = invocations.flatMap((each) => [
    ...listIn(each, 'toolExecutionNotifications'),
    ...listIn(each, 'toolConfigurationNotifications'),
  ]);
  const isSemgrep = /^semgrep\b/i.test(tool);
  const warnings = notifications.filter((each) => levelOf(each) === 'warning');
  const error = notifications.find((each) => !bearable.has(levelOf(each))) ?? (isSemgrep ? warnings[0] : undefined);
  const failed = failureOf(run, tool, invocations, error === undefined ? undefined : textIn(error));
  return {
    ...(failed === undefined ? {} : { failed }),
    notes: [...warningNotes(warnings.map(textIn)), ...(isSemgrep ? [readInPart] : [])],
  };
}

/**
 * To Semgrep a file that it could not read is a warning, of a run that was successful. Most of its parsers step over what they do not
 * understand, without a word, with `--strict` as well.
 */
const readInPart = 'It does not say where a file was read only in part: have syntax errors found by a linter or a compiler.';

function failureOf(run: JsonObject, tool: string, invocations: readonly JsonObject[], error: string | undefined): ReadReport['failed'] {
  const why = error === undefined || error === '' ? '.' : `: ${error}`;
  const unstarted = invocations.find((each) => isSaid(each['processStartFailureMessage']));
  if (unstarted !== undefined) {
    const said = clean(unstarted['processStartFailureMessage'], 300);
    return { why: `${tool} says that it could not be started${said === '' ? '.' : `: ${said}`}`, remedy: runAgain };
  }
  if (!invocations.every(succeeded)) return { why: `${tool} says that it failed${why}`, remedy: 'Look at its log, and run it again.' };
  if (error !== undefined)
    return { why: `${tool} says that it could not do all of its work: ${error || 'it does not say why'}`, remedy: 'Mend what it names.' };
  if (listOf(run['results']) === undefined)
    return { why: `${tool} wrote no \`results\`: it did not scan.`, remedy: 'Look at its log, and run it again.' };
  return undefined;
}

/**
 * The standard requires `executionSuccessful`; some tools leave it out, and then the way the process ended says it. Anything but `true` in
 * it is no success; where it is `true`, an exit code may just as well say that something was found.
 */
function succeeded(invocation: JsonObject): boolean {
  const { executionSuccessful: success, exitCode, exitSignalName, exitSignalNumber } = invocation;
  if (success !== undefined) return success === true;
  return (exitCode === undefined || exitCode === 0) && !isSaid(exitSignalName) && !isSaid(exitSignalNumber);
}

/** A level that nobody knows weighs as an error; without one it is the standard's default. */
const bearable = new Set(['none', 'note', 'warning']);
const levelOf = ({ level }: JsonObject): string => (level === undefined ? 'warning' : (textOf(level) ?? ''));

const isSaid = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== '';

const textIn = (notification: JsonObject): string => clean(objectOf(notification['message'])?.['text'], 300);

/** Nothing is as good as an empty list. In any other form something may be said that is not heard. */
function listIn(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name];
  if (value === undefined || value === null) return [];
  const list = listOf(value)?.map(objectOf);
  if (list === undefined || !list.every((each) => each !== undefined))
    throw new Unreadable(`has \`${name}\` that are no list of objects`, 'Let the tool write SARIF 2.1.0.');
  return list;
}

/** The standard lets a run keep its parts in other files: what they hold is not seen here. */
function refuseElsewhere(run: JsonObject): void {
  const elsewhere = run['externalPropertyFileReferences'];
  if (elsewhere === undefined || elsewhere === null) return;
  const parts = objectOf(elsewhere);
  const missed = parts === undefined ? 'parts' : ['results', 'invocations'].find((name) => isSaid(parts[name]));
  if (missed !== undefined)
    throw new Unreadable(`keeps its \`${missed}\` in other files (\`externalPropertyFileReferences\`)`, 'Let the tool write one file.');
}
