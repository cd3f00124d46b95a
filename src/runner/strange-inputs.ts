import { shown } from '../domain/units/shown.ts';
import { Failure } from '../failure.ts';

const prefix = 'INPUT_';
const mostNamed = 10;

export interface StrangeInputs {
  /** For what was surely meant for this action. */
  readonly refusal: Failure | undefined;
  /** A line for the log about what may be somebody else's: the job's `env`, a wrapping action's inputs. Empty where there is nothing. */
  readonly line: string;
}

/**
 * What was given under names that this action does not have. GitHub only warns of them and passes them on, so that a misspelt `dry-run`
 * would be a deployment. Values are never shown: a misspelt name may hold a secret.
 */
export function strangeInputs(declared: readonly string[], environment: Readonly<Record<string, string | undefined>>): StrangeInputs {
  const variables = new Set(declared.map(variableOf));
  // Some runners hand the inputs of a composite action on to its steps, where a name a letter away may be one of those.
  const wrapped = (environment['GITHUB_ACTION_PATH'] ?? '') !== '';
  const near: string[] = [];
  const others: string[] = [];
  for (const [variable, value = ''] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || variables.has(variable) || value.trim() === '') continue;
    const name = variable.slice(prefix.length).toLowerCase();
    const meant = sameBut(name, declared) ?? (wrapped ? undefined : nearest(name, declared));
    // The runner fills in defaults, so that a value says nothing about who gave it. The same value under both names loses nothing.
    if (meant === undefined || environment[variableOf(meant)] === value) others.push(`\`${shown(name, 60)}\``);
    else near.push(`\`${shown(name, 60)}\` is no input of this action. Did you mean \`${meant}\`?`);
  }
  return {
    refusal:
      near.length === 0
        ? undefined
        : new Failure('INPUT_INVALID', bounded(near, '\n'), 'Correct the name in the `with:` block of the step. Nothing was written.'),
    line: others.length === 0 ? '' : `Not inputs of this action, and not read: ${bounded(others, ', ')}`,
  };
}

/** As the runner names it. */
const variableOf = (name: string): string => `${prefix}${name.replaceAll(' ', '_').toUpperCase()}`;

const bounded = (texts: readonly string[], between: string): string =>
  [...texts.slice(0, mostNamed), ...(texts.length > mostNamed ? [`and ${texts.length - mostNamed} more`] : [])].join(between);

const sameBut = (name: string, declared: readonly string[]): string | undefined => declared.find((each) => bare(each) === bare(name));

/** The name that a slip of the hand away is meant: one in a word, two in a long one. */
function nearest(name: string, declared: readonly string[]): string | undefined {
  const allowed = (each: string): number => (each.length < 4 ? 0 : each.length < 8 ? 1 : 2);
  const measured = declared
    .filter((each) => Math.abs(each.length - name.length) <= allowed(each))
    .map((each) => ({ each, slips: slipsBetween(each, name) }));
  return measured.filter(({ each, slips }) => slips <= allowed(each)).toSorted((one, other) => one.slips - other.slips)[0]?.each;
}

/** Without what people leave out or confuse. */
const bare = (name: string): string => name.replace(/[-_\s]/g, '').toLowerCase();

/** Letters that are missing, too many, wrong, or swapped with the next one. */
function slipsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const wrong = one[row - 1] === other[column - 1] ? 0 : 1;
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + wrong,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
