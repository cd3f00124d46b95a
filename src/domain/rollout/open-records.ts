import { type BlueGreenOperation, blueGreenKey, isSwitchOpen } from '../blue-green/record.ts';
import { isUnfinished } from '../rollback/record.ts';
import { isOpen } from '../rolling/record.ts';
import { shown } from '../units/shown.ts';
import type { LeaseView } from './lease.ts';

/** Something of the service that a run had begun and did not end, beside a canary. Two sentences: what it is, and what ends it. */
export interface OpenRecord {
  readonly what: string;
  readonly remedy: string;
}

export function openRecords({
  rolling,
  blueGreen,
  unreadableSwitch,
  rollback,
}: Pick<LeaseView, 'rolling' | 'blueGreen' | 'unreadableSwitch' | 'rollback'>): readonly OpenRecord[] {
  return [
    ...(isUnfinished(rollback)
      ? [
          {
            what: `A rollback of Deployment ${shown(rollback.deployment)} to ${shown(rollback.to)} is not confirmed (${by(rollback)}).`,
            remedy: 'Run actions/rollback with `to: previous`: it goes on where that one ended.',
          },
        ]
      : []),
    ...(isOpen(rolling)
      ? [
          {
            what: `A rolling update is open in the phase \`${rolling.phase}\` (${by(rolling)}): its workloads may have either version.`,
            remedy:
              'Run actions/stage again, or actions/deploy where it was part of a release: the same images go on, others are preceded by the way back. actions/rollback takes it back.',
          },
        ]
      : []),
    ...(isSwitchOpen(blueGreen)
      ? [
          {
            what: `${switchOf[blueGreen.operation]} from ${blueGreen.from} to ${blueGreen.to} is open in the phase \`${blueGreen.phase}\` (${by(blueGreen)}): ${users[blueGreen.phase](blueGreen)}.`,
            remedy: endOf[blueGreen.operation],
          },
        ]
      : []),
    ...(unreadableSwitch === true ? [unreadSwitch] : []),
  ];
}

/** Users may be on a colour that nobody watches. */
export const unreadSwitch: OpenRecord = {
  what: `The annotation ${blueGreenKey} of the service's Lease cannot be read: nobody can say whether a switch between its colours was left half done.`,
  remedy:
    'See who edited it, and that the colour with the users runs what it should, on pods of its own. Then remove the annotation. `operation: rollback` of actions/blue-green works all the same.',
};

const by = ({ run, since }: { readonly run: string; readonly since: string }): string => `${shown(run, 300)}, since ${shown(since, 40)}`;

const switchOf: Readonly<Record<BlueGreenOperation, string>> = { deploy: 'A switch', rollback: 'A switch back' };
const endOf: Readonly<Record<BlueGreenOperation, string>> = {
  deploy:
    'Run actions/blue-green again: what has passed its watch is finished, everything else goes back first. Its `operation: rollback` gives users the other colour at once.',
  rollback: 'Run `operation: rollback` of actions/blue-green again: it is finished, and not taken back.',
};

type Switch = NonNullable<LeaseView['blueGreen']>;

const users: Readonly<Record<Switch['phase'], (record: Switch) => string>> = {
  resting: ({ to }) => `users are on ${to}`,
  preparing: ({ from }) => `users are on ${from}`,
  switching: ({ from, to }) => `users are on ${from} or on ${to}`,
  watching: ({ to }) => `users are on ${to}, and whether it does them harm is not decided`,
  returning: ({ from, to }) => `users are on ${from} or still on ${to}`,
  retiring: ({ to }) => `users are on ${to}, which has passed`,
};
