import { type Cell, type Fault, undisturbed } from './cell.ts';
import { type Journey, type Moment, momentsOf } from './journeys.ts';
import type { Subject } from './subject.ts';

/** The moments of all journeys, by what runs write that nobody disturbs. Each journey is made on a subject of its own. */
export async function allMoments(subjects: readonly Subject[], journeys: readonly Journey[]): Promise<readonly Moment[]> {
  const found = await Promise.all(
    journeys.map(async (journey, index) => {
      const subject = subjects[index];
      if (subject === undefined) throw new Error('There are more journeys than subjects.');
      const moments = momentsOf(journey, await undisturbed(subject, journey));
      // A signal meets the answer to a write now sooner and now later, and a write whose answer comes too late is written twice: what only
      // one of two runs writes cannot be met again at will.
      const again = await undisturbed(subject, journey);
      return moments.filter(({ write, nth }) => again.filter((each) => each === write).length >= nth);
    }),
  );
  return found.flat();
}

type Kill = Extract<Fault, { is: 'killed' }>;

/**
 * A kill at each moment. Whether the guardian is left to deal with it first, what the next run brings, and whether the runner heard the
 * answer alternate, so that each stands at about half of the moments.
 */
export function kills(moments: readonly Moment[]): readonly Cell[] {
  return moments.map((moment, index) => {
    const then: Kill['then'] = moment.guarded && index % 2 === 0 ? 'guardian, then the next run' : 'next run';
    return { moment, fault: { is: 'killed', heard: index % 4 < 2, then, next: index % 3 === 0 ? 'same image' : 'other image' } };
  });
}

/** A kill at each moment in each way. */
export function everyKill(moments: readonly Moment[]): readonly Cell[] {
  return moments.flatMap((moment, index) =>
    (['guardian, then the next run', 'next run'] as const)
      .filter((then) => moment.guarded || then === 'next run')
      .flatMap((then) =>
        (['same image', 'other image'] as const).map((next, other): Cell => {
          return { moment, fault: { is: 'killed', heard: (index + other) % 2 === 0, then, next } };
        }),
      ),
  );
}

/** Each write's answer lost in both ways, to a runner that lives. */
export const lostAnswers = (moments: readonly Moment[]): readonly Cell[] =>
  moments.flatMap((moment) => (['broken', 'silent'] as const).map((by) => ({ moment, fault: { is: 'answer lost', by } })));

/** Each write comes too late once: its run is dead by then, and the next one has the users. */
export const lateWrites = (moments: readonly Moment[]): readonly Cell[] => moments.map((moment) => ({ moment, fault: { is: 'late' } }));
