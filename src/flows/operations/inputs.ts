import { type CanaryInputs, onlyForAbort, operationSchema, sharedWishes } from '../canary/inputs.ts';
import { connectionsOf } from '../connection-fields.ts';
import type { RawInputs } from '../flow.ts';
import { type Clash, parseInputs } from '../input-fields.ts';
import { documents, nameClashes, prometheusClashes } from '../shared-fields.ts';
import { sideClashes } from '../side-fields.ts';
import { type OperationName, operationNames } from './plan.ts';

export interface OperationInputs extends CanaryInputs {
  readonly operation: OperationName;
  readonly reason: string;
  readonly onlyThisRun: boolean;
}

/** The operation that is asked for; `undefined`: a release, or something that its parser refuses. */
export const operationOf = (raw: RawInputs): OperationName | undefined => operationNames.find((name) => name === raw.text('operation'));

/** Only what an operation needs has to be given, and what it could not heed is refused. */
export function parseOperationInputs(operation: OperationName, raw: RawInputs): OperationInputs {
  const fields = parseInputs(operationSchema, raw, documents, [
    ...prometheusClashes(raw, operation === 'promote'),
    ...nameClashes(raw),
    ...sideClashes(raw),
    ...uselessInputs(operation, raw),
    ...reasonClashes(operation, raw),
    ...onlyForAbort(operation, raw),
  ]);
  return {
    connections: connectionsOf(fields),
    operation,
    reason: fields.reason ?? '',
    onlyThisRun: fields['only-this-run'],
    // What `promote` does where no run is left to ask: the image is that of the Lease.
    wishes: {
      ...sharedWishes(fields),
      action: 'promote',
      image: undefined,
      stages: [],
      smoke: [],
      promote: true,
      requireEvidence: false,
      atRest: 'reset',
      gates: [],
      allowedSkips: {},
    },
  };
}

/** Those without a default, so that whoever gives one means it. */
const ofRelease = ['image', 'stages', 'smoke', 'gates', 'allow-skip'] as const;

const uselessInputs = (operation: OperationName, raw: RawInputs): readonly Clash[] =>
  ofRelease
    .filter((name) => raw.text(name) !== '')
    .map((name) => ({
      inputs: [name, 'operation'],
      problem: `the first is of no use with \`operation: ${operation}\``,
      remedy: name === 'image' ? 'Leave it out: the Lease knows what is being rolled out.' : 'Leave it out.',
    }));

const withReason: readonly OperationName[] = ['pause', 'resume', 'promote', 'abort', 'unlock'];

function reasonClashes(operation: OperationName, raw: RawInputs): readonly Clash[] {
  const given = raw.text('reason') !== '';
  const clash = (problem: string, remedy: string): readonly Clash[] => [{ inputs: ['operation', 'reason'], problem, remedy }];
  if (operation === 'unlock' && !given) return clash('there is no reason to unlock', 'Say in `reason` why. It is recorded.');
  if (given && !withReason.includes(operation)) return clash(`\`${operation}\` records no reason`, 'Leave it out.');
  return [];
}
