import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RecordedPhase, recordedPhases } from '../../src/domain/rollout/effect.ts';
import type { LeaseView } from '../../src/domain/rollout/lease.ts';
import { firstMove, paceOf, step } from '../../src/guardian/guard.ts';
import type { Action, Guard, GuardPlan, Observation } from '../../src/guardian/state.ts';

const plan: GuardPlan = { me: 'guardian/pod-1', epoch: 7, leaseSeconds: 60, restoreSeconds: 1200 };

const leaseAt = (renewal: number | string, phase: RecordedPhase | undefined = 'stages', more: Partial<LeaseView> = {}): LeaseView => {
  const { holder = 'run-1', epoch = 7 } = more;
  return {
    holder,
    epoch,
    resourceVersion: '1',
    durationSeconds: 60,
    sign: JSON.stringify([holder, epoch, renewal]),
    ...(phase === undefined
      ? {}
      : { rollout: { phase, weight: 25, container: 'app', image: 'new', previousImage: 'old', run: 'page', since: '' } }),
    ...more,
  };
};

/** Plays a clock: each answer is what comes of the action before it. */
class Play {
  state: Guard = firstMove.state;
  action: Action = firstMove.action;
  at = 0;
  readonly done: Action['do'][] = [];
  private readonly plan: GuardPlan;

  constructor(of: GuardPlan = plan) {
    this.plan = of;
  }

  say(answer: (at: number) => Observation): this {
    this.done.push(this.action.do);
    if ('inSeconds' in this.action) this.at += this.action.inSeconds;
    ({ state: this.state, action: this.action } = step(this.plan, this.state, answer(this.at)));
    return this;
  }

  /** The Lease for so many seconds, everything else simply gets done. */
  for(seconds: number, lease: (at: number) => LeaseView): this {
    const end = this.at + seconds;
    while (this.at < end && this.state.phase === 'watching')
      this.say((at) => (this.action.do === 'read' ? { on: 'lease', at, lease: lease(at), signAge: 0 } : { on: 'done', at }));
    return this;
  }

  get wrote(): readonly Action['do'][] {
    return this.done.filter((it) => it === 'take' || it === 'empty' || it === 'restore-stable' || it === 'announce' || it === 'tell');
  }
}

const everyTwenty = (at: number): LeaseView => leaseAt(Math.floor(at / 20));
const done = (at: number): Observation => ({ on: 'done', at });
const announced = (at: number): Observation => ({ on: 'announced', at, to: ['slack'] });

describe('while the run lives', () => {
  it('rehearses before anything else and then beats every ten seconds', () => {
    const play = new Play().for(61, everyTwenty);
    expect(play.done.slice(0, 3)).toEqual(['read', 'rehearse', 'read']);
    expect(play.done.filter((it) => it === 'beat')).toHaveLength(6);
    expect(play.wrote).toEqual([]);
  });

  it('keeps on rehearsing until it may', () => {
    const play = new Play()
      .say((at) => ({ on: 'lease', at, lease: leaseAt(0), signAge: 0 }))
      .say((at) => ({ on: 'refused', at, reason: 'no' }));
    expect(play.action).toEqual({ do: 'read', inSeconds: 5 });
    expect(play.say((at) => ({ on: 'lease', at, lease: leaseAt(1), signAge: 0 })).action).toEqual({ do: 'rehearse' });
  });

  it('watches another run than its own without a sign of life', () => {
    const play = new Play().for(200, (at) => leaseAt(Math.floor(at / 20), 'stages', { epoch: 8 }));
    expect(new Set(play.done)).toEqual(new Set(['read']));
  });

  it.each(['resting', 'preparing', 'emptying'] as const)('ends when the Lease is given away in the phase %s', (phase) => {
    const play = new Play().for(5, (at) => leaseAt(at, phase, { holder: '' }));
    expect(play.state).toEqual({ phase: 'ended', because: 'relieved' });
  });

  it.each(['stages', 'promoting', 'returning', 'restoring'] as const)(
    'stays when it is given away with traffic on the canary: %s',
    (phase) => {
      expect(new Play().for(30, () => leaseAt(0, phase, { holder: '' })).state.phase).toBe('watching');
    },
  );
});

describe('when the run is gone', () => {
  it('takes the Lease after its whole duration, not before', () => {
    const play = new Play().for(300, () => leaseAt(0));
    expect(play.at).toBe(60);
    expect(play.action).toMatchObject({ do: 'take', found: { epoch: 7 } });
  });

  it('writes with the next epoch, tells, and ends', () => {
    const play = new Play().for(300, () => leaseAt(0)).say(done);
    expect(play.action).toMatchObject({ do: 'empty', held: { epoch: 8, leaseGone: false } });
    expect(play.say(done).action).toMatchObject({ do: 'announce', did: 'weight 0' });
    expect(play.say(announced).action).toMatchObject({ do: 'tell', did: 'weight 0', told: ['slack'] });
    // People were told: only the Lease is written once more.
    expect(play.say((at) => ({ on: 'unanswered', at, reason: '' })).action).toMatchObject({ do: 'tell', told: ['slack'] });
    expect(play.say(done).state).toEqual({ phase: 'ended', because: 'weight 0' });
    expect(play.action).toEqual({ do: 'end' });
    expect(play.wrote).toEqual(['take', 'empty', 'announce', 'tell', 'tell']);
  });

  it.each([
    ['resting', ['take', 'tell'], 'nothing to move'],
    ['preparing', ['take', 'tell'], 'nothing to move'],
    ['promoted', ['take', 'tell'], 'nothing to move'],
    ['stages', ['take', 'empty', 'announce', 'tell'], 'weight 0'],
    ['emptying', ['take', 'empty', 'announce', 'tell'], 'weight 0'],
    ['paused', ['take', 'empty', 'announce', 'tell'], 'weight 0'],
    ['promoting', ['take', 'restore-stable', 'empty', 'announce', 'tell'], 'stable restored, weight 0'],
    ['returning', ['take', 'restore-stable', 'empty', 'announce', 'tell'], 'stable restored, weight 0'],
    ['restoring', ['take', 'restore-stable', 'empty', 'announce', 'tell'], 'stable restored, weight 0'],
    [undefined, ['take', 'empty', 'announce', 'tell'], 'weight 0'],
  ] as const)('goes back from the phase %s', (phase, wrote, because) => {
    const play = new Play().for(300, () => leaseAt(0, phase ?? undefined, phase === undefined ? { rollout: undefined as never } : {}));
    while (play.state.phase !== 'ended')
      play.say((at) =>
        play.action.do === 'look-at-stable'
          ? { on: 'stable', at, available: true }
          : play.action.do === 'announce'
            ? announced(at)
            : done(at),
      );
    expect(play.wrote).toEqual(wrote);
    expect(play.state).toEqual({ phase: 'ended', because });
  });

  it('moves no traffic to a stable that is not Available, and says so when it never becomes that', () => {
    const play = new Play().for(300, () => leaseAt(0, 'promoting')).say(done);
    const began = play.at;
    while (play.state.phase === 'restoring')
      play.say((at) => (play.action.do === 'look-at-stable' ? { on: 'stable', at, available: false } : done(at)));
    expect(play.at - began).toBeGreaterThan(plan.restoreSeconds);
    expect(play.wrote).toEqual(['take', 'restore-stable']);
    expect(play.action).toMatchObject({ do: 'announce', did: 'stable not restored in time' });
  });

  it('waits out an API server that is away while stable is restored: its time counts from there', () => {
    const play = new Play()
      .for(300, () => leaseAt(0, 'promoting'))
      .say(done)
      .say(done);
    const away = play.at + plan.restoreSeconds + 60;
    while (play.at < away) play.say((at) => ({ on: 'unanswered', at, reason: '' }));
    expect(play.state.phase).toBe('restoring');
    play.say((at) => (play.action.do === 'look-at-stable' ? { on: 'stable', at, available: false } : done(at)));
    expect(play.action.do).toBe('look-at-stable');
    const back = play.at;
    while (play.state.phase === 'restoring')
      play.say((at) => (play.action.do === 'look-at-stable' ? { on: 'stable', at, available: false } : done(at)));
    expect(play.action).toMatchObject({ do: 'announce', did: 'stable not restored in time' });
    expect(play.at - back).toBeGreaterThan(plan.restoreSeconds - 60);
    expect(play.at - back).toBeLessThan(plan.restoreSeconds + 60);
  });

  it('takes its own Lease again after it was started anew', () => {
    const play = new Play().for(5, () => leaseAt(0, 'stages', { holder: plan.me, epoch: 8 }));
    expect(play.action).toMatchObject({ do: 'take', found: { epoch: 8 } });
  });

  it('goes by the last record when someone deletes the Lease', () => {
    const play = new Play().for(6, () => leaseAt(0, 'promoting'));
    while (play.state.phase === 'watching') play.say((at) => (play.action.do === 'read' ? { on: 'lease-gone', at } : done(at)));
    expect(play.action).toMatchObject({ do: 'restore-stable', held: { epoch: 8, leaseGone: true } });
  });
});

describe('when others are at work', () => {
  it('watches on when someone else was faster', () => {
    const play = new Play().for(300, () => leaseAt(0)).say((at) => ({ on: 'overtaken', at }));
    expect(play.state.phase).toBe('watching');
    const since = play.at;
    expect(play.for(300, () => leaseAt(1)).at - since).toBeGreaterThanOrEqual(60);
  });

  it.each(['unanswered', 'refused', 'overtaken'] as const)(
    'takes the Lease at the next look where its write was %s and its run still says nothing',
    (on) => {
      const play = new Play().for(300, () => leaseAt(0)).say((at) => ({ on, at, reason: '' }));
      expect(play.for(300, () => leaseAt(0)).at).toBe(65);
      expect(play.action.do).toBe('take');
    },
  );

  it('counts anew where a read failed after that', () => {
    const play = new Play().for(300, () => leaseAt(0)).say((at) => ({ on: 'unanswered', at, reason: '' }));
    play.say((at) => ({ on: 'unanswered', at, reason: '' }));
    expect(play.for(300, () => leaseAt(0)).at).toBeGreaterThanOrEqual(125);
  });

  it.each(['empty', 'tell'] as const)('stops at once when it is overtaken at: %s', (where) => {
    const play = new Play().for(300, () => leaseAt(0)).say(done);
    if (where === 'tell') play.say(done).say(announced);
    expect(play.action.do).toBe(where);
    expect(play.say((at) => ({ on: 'overtaken', at })).state).toEqual({ phase: 'ended', because: 'overtaken' });
  });

  it.each(['unanswered', 'refused'] as const)('writes weight 0 until it is confirmed: %s', (on) => {
    const play = new Play().for(300, () => leaseAt(0)).say(done);
    for (let time = 0; time < 5; time += 1) play.say((at) => ({ on, at, reason: '' }));
    expect(play.action).toMatchObject({ do: 'empty', inSeconds: 5 });
  });
});

describe('outages', () => {
  it('start the counting anew: one read without an answer is enough', () => {
    const play = new Play().for(55, () => leaseAt(0)).say((at) => ({ on: 'unanswered', at, reason: 'refused' }));
    const since = play.at;
    expect(play.for(300, () => leaseAt(0)).at - since).toBeGreaterThanOrEqual(60);
    expect(play.action.do).toBe('take');
  });

  it('of three minutes with a living runner change nothing', () => {
    const play = new Play().for(40, everyTwenty);
    for (let time = 0; time < 36; time += 1) play.say((at) => ({ on: 'unanswered', at, reason: 'refused' }));
    // The first reads come before the runner has renewed again.
    play.for(15, () => leaseAt(1)).for(300, everyTwenty);
    expect(play.wrote).toEqual([]);
  });

  it('that this process slept through count as well', () => {
    const play = new Play().for(20, () => leaseAt(0));
    play.at += 300;
    expect(play.for(50, () => leaseAt(0)).wrote).toEqual([]);
    expect(play.action.do).not.toBe('take');
  });
});

describe('a pause that outlasts its run', () => {
  const paused = (more: Partial<LeaseView> = {}, deadline = 3600): LeaseView => ({
    ...leaseAt(0, 'paused', { holder: '', ...more }),
    rollout: { phase: 'paused', weight: 25, container: 'app', image: 'new', previousImage: 'old', run: 'page', since: '', deadline },
  });
  const beats = (play: Play): number => play.done.filter((it) => it === 'beat').length;

  it('is taken over at once, while its run waits for that', () => {
    const play = new Play().for(12, everyTwenty);
    const before = beats(play);
    play.say((at) => ({ on: 'lease', at, lease: paused({ holder: 'run-1' }), signAge: 0 }));
    expect(play.action).toEqual({ do: 'beat', pause: { passed: 0, epoch: 7 } });
    expect(beats(play)).toBe(before);
  });

  it('ends at its deadline, with a sign of life every ten seconds until then, and not before', () => {
    const play = new Play().for(12, everyTwenty);
    const began = play.at;
    play.for(10_000, () => paused());
    expect(play.action).toMatchObject({ do: 'take', found: { epoch: 7 } });
    expect(play.at - began).toBeGreaterThanOrEqual(3600);
    expect(play.at - began).toBeLessThan(3620);
    expect(beats(play)).toBeGreaterThan(300);
    play.say(done);
    expect(play.action).toMatchObject({ do: 'empty', held: { epoch: 8 } });
  });

  it('does not start anew with its guardian: what the one before has counted, and the time since, has passed', () => {
    const said = { is: 'pausing', pod: 'pod-0', epoch: 7, beat: '', passed: 3000 } as const;
    const play = new Play();
    play.say((at) => ({ on: 'lease', at, lease: paused({ guardian: said }), signAge: 500 }));
    expect(play.action).toEqual({ do: 'beat', pause: { passed: 3500, epoch: 7 } });
    play.for(10_000, () => paused({ guardian: said }));
    expect(play.action.do).toBe('take');
    expect(play.at).toBeGreaterThanOrEqual(100);
    expect(play.at).toBeLessThan(120);
  });

  it('whose guardian never lives for long ends all the same', () => {
    let [passed, lives] = [0, 0];
    for (let wall = 0; wall < 10_000 && passed < 3600; wall += 30) {
      const play = new Play().say((at) => ({
        on: 'lease',
        at,
        lease: paused(lives === 0 ? {} : { guardian: { is: 'pausing', pod: 'p', epoch: 7, beat: '', passed } }),
        signAge: 30,
      }));
      // One sign of life, and its pod is gone again. The first one has its rehearsal before that.
      if (play.action.do === 'rehearse') play.say(done).say((at) => ({ on: 'lease', at, lease: paused(), signAge: 0 }));
      if (play.action.do === 'take') break;
      if (play.action.do === 'beat') passed = play.action.pause?.passed ?? 0;
      lives += 1;
    }
    expect(lives).toBeLessThan(130);
    expect(passed).toBeGreaterThan(3500);
  });

  it('goes on while the API server does not answer', () => {
    const play = new Play().for(12, everyTwenty).say((at) => ({ on: 'lease', at, lease: paused(), signAge: 0 }));
    while (play.at < 3700) play.say((at) => ({ on: 'unanswered', at, reason: 'refused' }));
    play.say((at) => ({ on: 'lease', at, lease: paused(), signAge: 0 }));
    expect(play.action.do).toBe('take');
  });

  it('is left to a later run that lives, and kept again when that gives it back', () => {
    const play = new Play().for(12, everyTwenty).for(100, () => paused());
    play.for(500, (at) => paused({ holder: 'run-2', epoch: 8, sign: `run-2 ${Math.floor(at / 20)}` }));
    expect(play.state.phase).toBe('watching');
    const guardian = { is: 'pausing', pod: 'pod-1', epoch: 7, beat: '', passed: 100 } as const;
    const since = play.at;
    play.for(10_000, () => paused({ epoch: 8, guardian }));
    expect(play.action).toMatchObject({ do: 'take', found: { epoch: 8 } });
    expect(play.at - since).toBeGreaterThanOrEqual(3500);
    expect(play.at - since).toBeLessThan(3620);
  });

  it('of a later run that died is ended after its Lease', () => {
    const play = new Play().for(12, everyTwenty);
    const since = play.at;
    play.for(10_000, () => paused({ holder: 'run-2', epoch: 8 }));
    expect(play.action.do).toBe('take');
    expect(play.at - since).toBeLessThan(75);
  });

  it('that someone has aborted meanwhile relieves it', () => {
    const play = new Play().for(12, everyTwenty).for(60, () => paused());
    expect(play.for(20, () => leaseAt(0, 'resting', { holder: '', epoch: 8 })).state).toEqual({ phase: 'ended', because: 'relieved' });
  });
});

describe('for any course of things', () => {
  const answers = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('same' as const) },
      { weight: 2, arbitrary: fc.constant('renewed' as const) },
      { weight: 1, arbitrary: fc.constantFrom('unanswered' as const, 'refused' as const, 'overtaken' as const, 'slow' as const) },
    ),
    { minLength: 1, maxLength: 200 },
  );
  const leases = fc.constantFrom(5, 7, 30, 60, 600);
  const phases = fc.constantFrom(...recordedPhases);

  it('takes nothing that was not seen unchanged for its duration over reads that all succeeded', () => {
    fc.assert(
      fc.property(
        answers,
        leases,
        fc.constantFrom(...recordedPhases.filter((phase) => phase !== 'paused')),
        (course, leaseSeconds, phase) => {
          const own: GuardPlan = { ...plan, leaseSeconds };
          const play = new Play(own);
          let renewal = 0;
          let unbrokenSince: number | undefined;
          for (const answer of course) {
            if (play.state.phase !== 'watching') break;
            const reads = play.action.do === 'read';
            play.say((at) => {
              const late = answer === 'slow' ? at + leaseSeconds : at;
              play.at = late;
              if (answer === 'renewed') renewal += 1;
              if (answer === 'unanswered' || answer === 'renewed' || answer === 'slow') unbrokenSince = undefined;
              if (answer === 'unanswered' || answer === 'refused' || answer === 'overtaken') return { on: answer, at: late, reason: '' };
              if (!reads) return { on: 'done', at: late };
              unbrokenSince ??= late;
              return { on: 'lease', at: late, lease: { ...leaseAt(renewal, phase), durationSeconds: leaseSeconds }, signAge: 0 };
            });
            if (play.action.do === 'take') expect(play.at - (unbrokenSince ?? play.at)).toBeGreaterThanOrEqual(leaseSeconds);
          }
          expect(play.wrote).toEqual([]);
        },
      ),
    );
  });

  it('holds exactly the epoch after the one that it found, and never writes with another', () => {
    fc.assert(
      fc.property(
        phases,
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.constantFrom('done', 'unanswered', 'refused', 'stable')),
        (phase, epoch, course) => {
          const play = new Play().for(300, () => leaseAt(0, phase, { epoch }));
          for (const answer of course) {
            if (play.state.phase === 'ended' || play.state.phase === 'watching') break;
            play.say((at): Observation => (answer === 'stable' ? { on: 'stable', at, available: true } : { on: answer as 'done', at }));
            if ('held' in play.action) expect(play.action.held.epoch).toBe(epoch + 1);
          }
        },
      ),
    );
  });

  it('empties the route only in a rollout that had sent traffic, and only after stable was seen Available where it was half changed', () => {
    fc.assert(
      fc.property(phases, fc.array(fc.constantFrom('done', 'unanswered', 'refused', 'unavailable', 'available')), (phase, course) => {
        const play = new Play().for(300, () => leaseAt(0, phase)).say(done);
        let seen = false;
        for (const answer of course) {
          const looks = play.action.do === 'look-at-stable';
          if (looks && answer === 'available') seen = true;
          const mid = phase === 'promoting' || phase === 'returning' || phase === 'restoring';
          if (play.action.do === 'empty') expect([phase, !mid || seen]).toEqual([phase, phase !== 'resting' && phase !== 'preparing']);
          play.say((at): Observation => {
            if (looks && (answer === 'available' || answer === 'unavailable'))
              return { on: 'stable', at, available: answer === 'available' };
            return { on: answer === 'unanswered' || answer === 'refused' ? answer : 'done', at, reason: '' };
          });
        }
      }),
    );
  });

  it('looks at the Lease at least six times in its duration, and every five seconds', () =>
    fc.assert(fc.property(leases, (leaseSeconds) => paceOf({ leaseSeconds }) <= Math.min(5, leaseSeconds / 6))));
});
