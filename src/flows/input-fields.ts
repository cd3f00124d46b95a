import * as z from 'zod';
import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';
import { shown } from '../domain/units/shown.ts';
import { Failure } from '../failure.ts';
import type { RawInputs } from './flow.ts';
import { secretInputs } from './secret-inputs.ts';

type Parser<T> = (text: string) => Parsed<T>;

/** A text input that must be there. */
export const required = <T>(parse: Parser<T>) => z.string().transform((text, context) => use(text === '' ? missing : parse(text), context));

/** A text input that may be empty. */
export const optional = <T>(parse: Parser<T>) =>
  z.string().transform((text, context): T | undefined => (text === '' ? undefined : use(parse(text), context)));

/** A text input with what holds when it is empty: for front doors that do not fill in the defaults of action.yml. */
export const defaulting = <T>(parse: Parser<T>, whenEmpty: string) =>
  z.string().transform((text, context) => use(parse(text === '' ? whenEmpty : text), context));

/** A YAML input that must be there. */
export const requiredDocument = <T>(parse: (value: unknown) => Parsed<T>) =>
  document(parse).transform((value, context): T => (value === undefined ? use(missing, context) : value));

/** A YAML input that may be empty. */
export const document = <T>(parse: (value: unknown) => Parsed<T>) =>
  z.custom<ReturnType<RawInputs['document']>>().transform((found, context): T | undefined => {
    if (found === undefined) return undefined;
    if ('error' in found)
      return use(
        refused(`is not YAML: ${found.error}`, 'Mind the indentation, and quote values that begin with a special character.'),
        context,
      );
    return use(parse(found.value), context);
  });

export const anyText: Parser<string> = (text) => parsed(text);

export const flag: Parser<boolean> = (text) =>
  text === 'true' || text === 'false' ? parsed(text === 'true') : refused('is neither `true` nor `false`', 'Write `true` or `false`.');

export const choice =
  <const T extends string>(...options: readonly T[]): Parser<T> =>
  (text) => {
    const found = options.find((option) => option === text);
    return found === undefined
      ? refused('is not known', `Write one of ${options.map((option) => `\`${option}\``).join(', ')}.`)
      : parsed(found);
  };

export const wholeNumber =
  (least: number, most: number): Parser<number> =>
  (text) =>
    /^[0-9]{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? parsed(Number(text))
      : refused('is not such a number', `Write a whole number from ${least} to ${most}.`);

/** A problem that no single input has alone. */
export interface Clash {
  readonly inputs: readonly string[];
  readonly problem: string;
  readonly remedy: string;
}

/** All inputs at once. Throws one `Failure` that lists every problem there is. */
export function parseInputs<Schema extends z.ZodObject>(
  schema: Schema,
  raw: RawInputs,
  documents: readonly string[],
  clashes: readonly Clash[],
): z.output<Schema> {
  const names = Object.keys(schema.shape);
  const values = Object.fromEntries(names.map((name) => [name, documents.includes(name) ? raw.document(name) : raw.text(name)]));
  const result = schema.safeParse(values);
  const problems = [
    ...(result.success ? [] : result.error.issues.map((issue) => describe(String(issue.path[0]), issue.message, raw))),
    ...clashes.map(({ inputs, problem, remedy }) => ({ inputs, text: `${listed(inputs, ' and ')}: ${problem}. ${remedy}` })),
  ];
  if (result.success && problems.length === 0) return result.data;
  const [first] = problems;
  const what =
    problems.length === 1
      ? `An input cannot be used: ${first?.text}`
      : `${problems.length} inputs cannot be used: ${listed(problems.flatMap(({ inputs }) => inputs))}.\n${problems.map(({ text }) => `- ${text}`).join('\n')}`;
  throw new Failure('INPUT_INVALID', what, 'Correct the `with:` block of the step. Nothing was written.');
}

const listed = (names: readonly string[], between = ', '): string => [...new Set(names)].map((name) => `\`${name}\``).join(between);

function describe(name: string, message: string, raw: RawInputs): { readonly inputs: readonly string[]; readonly text: string } {
  const value = raw.text(name);
  const given = value === '' || secretInputs.has(name) ? '' : ` = \`${shown(value, 80)}\``;
  return { inputs: [name], text: `\`${name}\`${given} ${message}` };
}

const missing = refused('is missing', 'Give it in the `with:` block of the step.');

function use<T>(result: Parsed<T>, context: z.core.$RefinementCtx): T {
  if (result.ok) return result.value;
  context.addIssue({ code: 'custom', message: `${result.problem}${/[.?!]$/.test(result.problem) ? '' : '.'} ${result.remedy}` });
  return z.NEVER;
}
