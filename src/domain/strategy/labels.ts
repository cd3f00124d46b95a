import { type Parsed, refused } from '../units/parsed.ts';
import { shown } from '../units/shown.ts';
import { knownNames, knownVariant } from '../units/variant.ts';
import { type Change, changes } from './changes.ts';

/** A pull request with what people have put on it. Labels are foreign text. */
export interface LabelledPullRequest {
  readonly number: number;
  readonly labels: readonly string[];
}

export interface LabelledChange {
  readonly change: Change;
  /** The label as it is written, and where. */
  readonly label: string;
  readonly number: number;
}

export const parseChange = (text: string): Parsed<Change> => {
  const known = knownVariant(changes, text);
  return known.ok ? { ok: true, value: text as Change } : known;
};

/**
 * What the labels with this prefix say; letters count as the same in either case, as they do for GitHub. `undefined`: none has it. Two that differ are
 * refused, because either could be the one that was forgotten; so is one that is not known, because a slip of the pen must not count as no label.
 */
export function changeOfLabels(prefix: string, requests: readonly LabelledPullRequest[]): Parsed<LabelledChange | undefined> {
  const found = requests.flatMap(({ number, labels }) =>
    labels
      .filter((label) => label.toLowerCase().startsWith(prefix.toLowerCase()))
      .map((label) => ({ number, label, kind: label.slice(prefix.length).trim().toLowerCase() })),
  );
  const names = [...new Set(found.map(({ number, label }) => `\`${shown(label, 60)}\` of #${number}`))].join(', ');
  const unknown = found.filter(({ kind }) => !Object.hasOwn(changes, kind));
  if (unknown.length > 0)
    return refused(
      `The labels name a kind of change that is not known: ${names}.`,
      `After \`${shown(prefix, 60)}\`, write one of ${knownNames(changes)}; or give \`change\`.`,
    );
  if (new Set(found.map(({ kind }) => kind)).size > 1)
    return refused(`The labels contradict each other: ${names}.`, 'Leave one of them, or give `change`, which stands above labels.');
  const [first] = found;
  return {
    ok: true,
    value: first === undefined ? undefined : { change: first.kind as Change, label: shown(first.label, 60), number: first.number },
  };
}
