import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';

/** The annotation of the Lease that the guardian writes, and nobody else. */
export const guardianKey = 'wf-deploy.io/guardian';

/** What a guardian says about itself. */
export type GuardianSign =
  /** It has rehearsed its write and watches. `beat` is another one at each heartbeat. */
  | { readonly is: 'watching'; readonly pod: string; readonly epoch: number; readonly beat: string }
  /** The run has ended, or is about to: it keeps the deadline of a pause, of which so many seconds have `passed`. */
  | { readonly is: 'pausing'; readonly pod: string; readonly epoch: number; readonly beat: string; readonly passed: number }
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

/** Anyone who may edit the Lease may have written it. What cannot be read is no sign. */
export function readSign(text: string | undefined): GuardianSign | undefined {
  const fields = jsonAnnotation(text);
  const epoch = fields?.['epoch'];
  const pod = textsOf(fields, ['pod']);
  if (typeof epoch !== 'number' || pod === undefined) return undefined;
  switch (fields?.['is']) {
    case 'watching':
      return signOf({ is: 'watching', epoch, ...pod }, textsOf(fields, ['beat']));
    case 'pausing': {
      const passed = fields['passed'];
      const beat = textsOf(fields, ['beat']);
      return typeof passed === 'number' && passed >= 0 ? signOf({ is: 'pausing', epoch, passed, ...pod }, beat) : undefined;
    }
    case 'unable':
      return signOf({ is: 'unable', epoch, ...pod }, textsOf(fields, ['reason']));
    case 'acted':
      return signOf({ is: 'acted', epoch, ...pod }, textsOf(fields, ['at', 'after', 'did']));
    default:
      return undefined;
  }
}

const signOf = <const Head extends object, Rest extends object>(head: Head, rest: Rest | undefined): (Head & Rest) | undefined =>
  rest === undefined ? undefined : { ...head, ...rest };
