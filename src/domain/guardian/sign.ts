/** The annotation of the Lease that the guardian writes, and nobody else. */
export const guardianKey = 'wf-deploy.io/guardian';

/** What a guardian says about itself. */
export type GuardianSign =
  /** It has rehearsed its write and watches. `beat` is another one at each heartbeat. */
  | { readonly is: 'watching'; readonly pod: string; readonly epoch: number; readonly beat: string }
  /** The rehearsal was refused: it could not go back. */
  | { readonly is: 'unable'; readonly pod: string; readonly epoch: number; readonly reason: string }
  /** It took over from a run that was gone. `at` is ISO 8601. */
  | {
      readonly is: 'acted';
      readonly pod: string;
      readonly epoch: number;
      readonly at: string;
      /** The holder that was gone. */
      readonly after: string;
      readonly did: string;
    };

const fieldsOf = {
  watching: ['beat'],
  unable: ['reason'],
  acted: ['at', 'after', 'did'],
} as const;

/** Anyone who may edit the Lease may have written it. What cannot be read is no sign. */
export function readSign(text: string | undefined): GuardianSign | undefined {
  const value = parseObject(text);
  const is = value?.['is'];
  if (value === undefined || (is !== 'watching' && is !== 'unable' && is !== 'acted')) return undefined;
  const sound = typeof value['epoch'] === 'number' && ['pod', ...fieldsOf[is]].every((name) => typeof value[name] === 'string');
  return sound ? (value as unknown as GuardianSign) : undefined;
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // Not written by a guardian: there is no sign of one.
    return undefined;
  }
}
