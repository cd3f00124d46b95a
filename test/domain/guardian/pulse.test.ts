import { describe, expect, it } from '@jest/globals';
import { beatPeriod, feel, isLost, type Pulse } from '../../../src/domain/guardian/pulse.ts';
import type { GuardianSign } from '../../../src/domain/guardian/sign.ts';

const beat = (text: string, epoch = 3): GuardianSign => ({ is: 'watching', pod: 'p', epoch, beat: text });

/** Looks at these times, with what the Lease says then. */
const felt = (...looks: readonly (readonly [at: number, sign: GuardianSign | undefined])[]): Pulse | undefined =>
  looks.reduce<Pulse | undefined>((before, [at, sign]) => feel(before, sign, 3, at), undefined);

describe('a heartbeat', () => {
  it('comes twice between two renewals of the Lease', () => expect(beatPeriod(60)).toBe(10));

  it.each([
    [
      'beating',
      [
        [0, beat('a')],
        [20, beat('b')],
        [40, beat('c')],
        [60, beat('d')],
      ],
      false,
    ],
    [
      'stopped',
      [
        [0, beat('a')],
        [20, beat('b')],
        [40, beat('b')],
        [60, beat('b')],
      ],
      true,
    ],
    [
      'not yet missing three',
      [
        [0, beat('a')],
        [30, beat('a')],
      ],
      false,
    ],
    [
      'of another epoch',
      [
        [0, beat('a', 2)],
        [20, beat('b', 2)],
        [40, beat('c', 2)],
      ],
      true,
    ],
    [
      'gone from the Lease',
      [
        [0, beat('a')],
        [20, undefined],
        [60, undefined],
      ],
      true,
    ],
    [
      'replaced by other words',
      [
        [0, beat('a')],
        [20, { is: 'unable', pod: 'p', epoch: 3, reason: '' }],
        [60, undefined],
      ],
      true,
    ],
    [
      'back again',
      [
        [0, beat('a')],
        [40, beat('a')],
        [45, beat('b')],
      ],
      false,
    ],
  ] as const)('%s', (_, looks, lost) => {
    expect(isLost(felt(...looks), 60)).toBe(lost);
  });

  it('is not lost when the Lease could not be read', () => expect(isLost(undefined, 60)).toBe(false));
});
