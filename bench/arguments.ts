import { parseArgs } from 'node:util';
import { type Parsed, parsed, refused } from '../src/domain/units/parsed.ts';

export interface BenchOrder {
  readonly name: string;
  /** As many as the bench itself wants when `undefined`. */
  readonly rounds: number | undefined;
}

/** @param names of all benches. */
export function parseBenchArguments(argv: readonly string[], names: readonly string[]): Parsed<BenchOrder> {
  const remedy = `Name one: ${names.join(', ')}.`;
  let read: ReturnType<typeof parse>;
  try {
    read = parse(argv);
  } catch (error) {
    const [first = ''] = (error as Error).message.split('. ');
    return refused(first.replace(/\.$/, ''), 'npm run bench -- NAME [--rounds N]');
  }
  const { positionals, values } = read;
  const [name, second] = positionals;
  if (name === undefined) return refused('No bench is named', remedy);
  if (second !== undefined)
    return refused(`\`${name}\` and \`${second}\` are two benches`, 'Name one at a time: they would disturb each other.');
  if (!names.includes(name)) return refused(`There is no bench \`${name}\``, remedy);
  const { rounds } = values;
  if (rounds !== undefined && !/^[1-9]\d{0,3}$/.test(rounds))
    return refused(`\`--rounds\` = \`${rounds}\` is no number from 1 to 9999`, 'Give a whole number.');
  return parsed({ name, rounds: rounds === undefined ? undefined : Number(rounds) });
}

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options: { rounds: { type: 'string' } }, allowPositionals: true });
