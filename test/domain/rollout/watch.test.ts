import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../../src/domain/rollout/sample.ts';
import { type Look, look, startWatch } from '../../../src/domain/rollout/watch.ts';
import { type Behaviour, blindSample, planWith, sampleOf, silentReading, Traffic } from './rollouts.ts';

const plan = planWith({ noDataTimeout: 120, failureThreshold: 3 });
const hold = 60;

/** One word a sample, half a minute apart: what they say in the end. */
function seenAfter(words: string, more: Partial<typeof plan> = {}, holdSeconds = hold): readonly Look[] {
  const traffic = new Traffic();
  let watch = startWatch(0, traffic.reading(0));
  return words.split(' ').map((word, index) => {
    const at = (index + 1) * 30;
    const seen = look({ ...plan, ...more }, watch, sampleFrom(word, at, traffic), 'canary', holdSeconds);
    watch = seen.watch;
    return seen;
  });
}

function sampleFrom(word: string, at: number, traffic: Traffic): Sample {
  if (word === 'silent') return sampleOf({ at, reading: silentReading(at) });
  const behaviour: Behaviour = word === 'bad' ? { errors: 0.05 } : word === 'slow' ? { slow: 0.1 } : {};
  traffic.pass(word === 'none' ? 0 : word === 'thin' ? 20 : 1000, 1000, { canary: behaviour });
  return word === 'blind' ? blindSample(at, traffic.reading(at)) : sampleOf({ at, reading: traffic.reading(at) });
}

const says = (looks: readonly Look[]): string => looks.map((each) => each.says).join(' ');
const codeOf = (looks: readonly Look[]) => {
  const last = looks.at(-1);
  return last?.says === 'back' ? `${last.cause.kind} ${last.cause.code}` : undefined;
};

describe('look', () => {
  it.each([
    ['good', 'pass'],
    ['thin', 'wait'],
    ['thin good', 'wait pass'],
    ['silent', 'wait'],
    ['none', 'wait'],
    ['blind', 'wait'],
    ['blind good', 'wait pass'],
    ['bad', 'wait'],
    ['bad good', 'wait pass'],
    ['bad bad good bad bad', 'wait wait pass wait wait'],
    ['bad blind bad bad', 'wait wait wait wait'],
  ])('%s → %s', (words, expected) => {
    expect(says(seenAfter(words))).toBe(expected);
  });

  it.each([
    ['bad bad bad', 'harm CRITERIA_FAILED'],
    ['slow bad slow', 'harm CRITERIA_FAILED'],
    ['bad silent bad silent bad', 'harm CRITERIA_FAILED'],
    ['bad none bad none bad', 'harm CRITERIA_FAILED'],
    ['silent silent silent silent silent', 'no-data NO_DATA'],
    ['none none none none none', 'no-data NO_DATA'],
    ['blind blind blind blind blind', 'no-data NO_DATA'],
    ['thin thin thin thin thin thin', 'no-data NO_DATA'],
    ['thin silent thin none thin silent', 'no-data NO_DATA'],
    ['good good bad blind good blind', 'no-data NO_DATA'],
  ])('%s → back at the last of them, for %s', (words, expected) => {
    const looks = seenAfter(words);
    expect(codeOf(looks)).toBe(expected);
    expect(looks.slice(0, -1).filter((each) => each.says === 'back')).toEqual([]);
  });

  it('a silence that ends begins anew', () => {
    expect(says(seenAfter('silent silent silent silent good silent silent silent', {}, 600))).not.toContain('back');
  });

  it('of one failing check where one is enough', () => {
    const [seen] = seenAfter('bad', { failureThreshold: 1 });
    expect(seen).toMatchObject({ says: 'back', cause: { text: 'The canary failed its criteria: error-rate 5 % (≤ 1 %).' } });
  });

  it('names only what failed, and how often', () => {
    expect(seenAfter('slow slow slow').at(-1)).toMatchObject({
      cause: { text: expect.stringMatching(/^The canary failed its criteria, 3 checks in a row: latency-p99 [^;]*\.$/) },
    });
  });

  it('tells how long there was no verdict, and why', () => {
    expect(seenAfter('silent silent silent silent silent').at(-1)).toMatchObject({
      cause: {
        text: expect.stringContaining('could not be judged for 2m: error-rate not measured: the metric store gave no usable answer'),
      },
    });
    expect(seenAfter('blind blind blind blind blind').at(-1)).toMatchObject({
      cause: { text: 'The canary could not be judged for 2m: the cluster gave no answer (no route to host).' },
    });
  });

  it('waits in vain for a stage that may never gather its requests', () => {
    // Held for 60 s, then 120 s more.
    expect(seenAfter('thin thin thin thin thin').at(-1)?.says).toBe('wait');
  });

  it('without any criterion asks only for an answer of the cluster', () => {
    expect(says(seenAfter('silent blind none', { criteria: [] }))).toBe('pass wait pass');
  });

  it('judges the arm it is asked for', () => {
    const traffic = new Traffic();
    const watch = startWatch(0, traffic.reading(0));
    traffic.pass(1000, 1000, { stable: { errors: 0.5 } });
    const sample = sampleOf({ at: 30, reading: traffic.reading(30) });
    expect(look(plan, watch, sample, 'canary', hold)).toMatchObject({ says: 'pass' });
    expect(look(plan, watch, sample, 'stable', hold)).toMatchObject({ says: 'wait', watch: { misses: 1 } });
  });
});
