import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { percentDecoded } from '../units/percent-encoding.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { knownNames } from '../units/variant.ts';
import type { Destination, DestinationKind } from './destination.ts';

/** How each kind is written. No value is ever shown: any of them may be a secret. */
interface Written {
  /** The field that a plain text stands for. */
  readonly main: string;
  readonly fields: Readonly<Record<string, Field>>;
}

interface Field {
  readonly needed?: true;
  readonly accepts: (value: unknown) => boolean;
  /** After "has to be". */
  readonly form: string;
}

const text = (value: unknown, most = 2048): value is string => typeof value === 'string' && value !== '' && value.length <= most;
const loginIn = (url: string): string => /^[a-z]+:\/\/([^/?#]*)@/i.exec(url)?.[1] ?? '';
const address: Field = {
  needed: true,
  accepts: (value) => text(value) && /^https?:\/\/[^\s/?#]+([/?][^\s#]*)?$/i.test(value) && percentDecoded(loginIn(value)) !== undefined,
  form: 'an http or https address, with a user and password in it percent-encoded (`%` as `%25`)',
};
const token: Field = { accepts: (value) => text(value) && /^[\x21-\x7e]+$/.test(value), form: 'a token, in one line without spaces' };
const labels: Field = {
  accepts: (value) => {
    const record = recordOf(value);
    return record !== undefined && Object.entries(record).every(([name, each]) => /^[a-zA-Z_]\w{0,99}$/.test(name) && text(each, 200));
  },
  form: 'a map of label names to texts',
};
const repository: Field = {
  accepts: (value) => text(value) && /^(?!\.\.?\/)[\w.-]{1,100}\/(?!\.\.?$)[\w.-]{1,100}$/.test(value),
  form: '`owner/name`',
};
const environment: Field = {
  accepts: (value) => text(value) && /^[\w./ ]+(-[\w./ ]+)*$/.test(value) && value.length <= 100,
  form: 'a name of letters, digits, `.`, `/`, `_`, spaces and single `-`',
};

export const destinationKinds: Readonly<Record<DestinationKind, Written>> = {
  webhook: { main: 'url', fields: { url: address } },
  slack: { main: 'url', fields: { url: address } },
  teams: { main: 'url', fields: { url: address } },
  alertmanager: { main: 'url', fields: { url: address, token, labels } },
  'github-issue': { main: 'token', fields: { token: { ...token, needed: true }, repository, environment } },
};

const shape =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions.
  'Write a list such as `- slack: ${{ secrets.SLACK_WEBHOOK }}`, one entry for each who is to be told; with more than an address ' +
  '`- alertmanager: { url: …, token: …, labels: { team: shop } }`.';
const most = 10;

/** A list of entries with one kind each: `- slack: ADDRESS`, or `- slack: { url: ADDRESS }`. */
export function parseDestinations(written: unknown): Parsed<readonly Destination[]> {
  if (!Array.isArray(written)) return refused('is no list', shape);
  if (written.length > most) return refused(`has ${written.length} entries`, `Name no more than ${most}.`);
  const destinations: Destination[] = [];
  for (const [index, entry] of written.entries()) {
    const result = parseEntry(entry);
    if (!result.ok) return refused(`entry ${index + 1} ${result.problem}`, result.remedy);
    destinations.push(result.value);
  }
  return parsed(destinations);
}

function parseEntry(entry: unknown): Parsed<Destination> {
  const [[kind, value] = ['', undefined], ...others] = Object.entries(recordOf(entry) ?? {});
  if (kind === '' || others.length > 0) return refused('is not one name with its address', shape);
  const written = Object.hasOwn(destinationKinds, kind) ? destinationKinds[kind as DestinationKind] : undefined;
  if (written === undefined)
    return refused(`names \`${shown(kind, 40)}\`, which is not known`, `Known are ${knownNames(destinationKinds)}.`);
  const fields = recordOf(value) ?? { [written.main]: value };
  for (const [name, field] of Object.entries(written.fields)) {
    const given = fields[name] ?? undefined;
    if (given === undefined && field.needed !== true) continue;
    if (given === undefined || given === '')
      return refused(`\`${kind}\` has no ${name}`, `Give it, and look whether its secret is set. ${shape}`);
    if (!field.accepts(given)) return refused(`\`${kind}\` has a ${name} that cannot be used`, `It has to be ${field.form}.`);
  }
  const extra = Object.keys(fields).find((name) => !Object.hasOwn(written.fields, name));
  if (extra !== undefined) {
    return refused(`\`${kind}\` has the unknown field \`${shown(extra, 40)}\``, `Known are ${knownNames(written.fields)}.`);
  }
  const given = Object.entries(fields).filter(([, each]) => each !== null && each !== undefined);
  return parsed({ kind, ...Object.fromEntries(given) } as Destination);
}
