import { type Cell, cellText, type Fault, runCell, undisturbed } from './cell.ts';
import { type Journey, type Moment, momentsOf } from './journeys.ts';
import type { Subject } from './subject.ts';

export interface MatrixResult {
  readonly cells: number;
  /** Each with what was wrong. */
  readonly failures: readonly string[];
}

/** The moments of all journeys, by what runs write that nobody disturbs. Each journey is made on a subject of its own. */
export async function allMoments(subjects: readonly Subject[], journeys: readonly Journey[]): Promise<readonly Moment[]> {
  const found = await Promise.all(
    journeys.map(async (journey, index) => {
      const subject = subjects[index];
      if (subject === undefined) throw new Error('There are more journeys than subjects.');
      return momentsOf(journey, await undisturbed(subject, journey));
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

/** Each write's answer lost once, to a runner that lives. */
export const lostAnswers = (moments: readonly Moment[]): readonly Cell[] =>
  moments.map((moment) => ({ moment, fault: { is: 'answer lost' } }));

/** Each write comes too late once: its run is dead by then, and the next one has the users. */
export const lateWrites = (moments: readonly Moment[]): readonly Cell[] => moments.map((moment) => ({ moment, fault: { is: 'late' } }));

/** Runs cells, one after the other on each subject, and says how many there were. A subject that a cell left in disorder is given up. */
export async function runMatrix(name: string, subjects: readonly Subject[], cells: readonly Cell[]): Promise<MatrixResult> {
  const waiting = [...cells];
  const failures: string[] = [];
  let again = 0;
  const lane = async (subject: Subject): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      try {
        again += await runCell(subject, cell);
      } catch (error) {
        failures.push(`${cellText(cell)}: ${error instanceof Error ? error.message : String(error)}`);
        process.stdout.write(`${name}: ${failures.at(-1)}\n`);
        return;
      }
    }
  };
  await Promise.all(subjects.map(lane));
  for (const cell of waiting) failures.push(`${cellText(cell)}: not run, because no subject was left`);
  process.stdout.write(
    `${name}: ${cells.length} cells, ${failures.length} failures${again === 0 ? '' : ` (${again} made again, because the machine was too slow)`}\n`,
  );
  return { cells: cells.length, failures };
}
