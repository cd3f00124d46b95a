import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aborted, blame, type Cause, cancelled } from '../../../src/domain/rollout/cause.ts';
import {
  digestIn,
  type Hold,
  type Holds,
  heldFor,
  holding,
  holdOf,
  holdOfImage,
  holdText,
  mostHolds,
  readHolds,
  withHold,
  withoutHold,
} from '../../../src/domain/rollout/hold.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const hold = (letter: string, fields: Partial<Hold> = {}): Hold => ({
  environment: 'production',
  digest: digest(letter),
  who: 'alice',
  why: 'checkout answers 500',
  run: 'https://github.com/example/agent/actions/runs/1',
  at: '2026-11-28T21:00:00Z',
  by: 'rollback',
  ...fields,
});
const readable = (list: readonly Hold[]): Holds => ({ list, unreadable: false });

describe('what an annotation holds', () => {
  it('is nothing where there is none', () => expect(readHolds(undefined)).toBeUndefined());

  it('is read as it was written', () => {
    const list = [hold('2', { by: 'crash' }), hold('1')];
    expect(readHolds(JSON.stringify(list))).toEqual(readable(list));
  });

  it.each([
    ['no JSON', 'sha256:'],
    ['an object', JSON.stringify({ digest: digest('1') })],
    ['an entry without a digest', JSON.stringify([hold('1'), { who: 'alice' }])],
    ['an entry with half a digest', JSON.stringify([hold('1', { digest: 'sha256:12' })])],
    ['an entry that is a text', JSON.stringify(['sha256:12'])],
    ['null', 'null'],
  ])('is not known when it is %s', (_, text) => {
    expect(readHolds(text)?.unreadable).toBe(true);
  });

  it('is read with what the pods named it by', () => {
    const list = [hold('1', { image: 'agent:v4' })];
    expect(readHolds(JSON.stringify(list))).toEqual(readable(list));
    expect(readHolds(JSON.stringify([{ ...hold('1'), image: 4 }]))).toEqual(readable([hold('1')]));
    expect(holdText(hold('1', { image: 'agent:v4' }))).toContain(' (agent:v4) is held in production');
  });

  it.each([
    ['by digest', `agent@${digest('1')}`, undefined, true],
    ['by another digest', `agent@${digest('2')}`, undefined, false],
    ['by a tag that the registry resolves to it', 'agent:v5', digest('1'), true],
    ['by its own tag, which means something else by now', 'agent:v4', digest('2'), false],
    ['by its own tag, of which nobody knows the digest', 'agent:v4', undefined, true],
    ['by another tag, of which nobody knows the digest', 'agent:v5', undefined, false],
  ])('is found for an image named %s: %s', (_, image, asked, is) =>
    expect(holdOfImage(readable([hold('1', { image: 'agent:v4' })]), image, asked) !== undefined).toBe(is),
  );

  it('still holds a digest of which nothing else can be read', () => {
    expect(readHolds(JSON.stringify([{ digest: digest('1'), who: 7, by: 'whim' }]))).toEqual(
      readable([hold('1', { environment: 'not known', who: 'not known', why: 'not known', run: 'not known', at: 'not known' })]),
    );
  });

  it('never throws, whatever somebody wrote into it', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readHolds(text) !== undefined));
  });

  it('is bounded, and the newest stay', () => {
    const many = Array.from({ length: mostHolds + 5 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
    const holds = many.reduce<Holds | undefined>((found, each) => readable(withHold(found, hold('1', { digest: each }))), undefined);
    expect(holds?.list.length).toBe(mostHolds);
    expect(holds?.list[0]?.digest).toBe(many.at(-1));
    expect(JSON.stringify(holds?.list).length).toBeLessThan(64_000);
  });
});

describe('a hold', () => {
  it('of a digest takes the place of an older one of it', () => {
    const list = withHold(readable([hold('1'), hold('2')]), hold('2', { why: 'again' }));
    expect(list.map(({ digest: each, why }) => [each.at(-1), why])).toEqual([
      ['2', 'again'],
      ['1', 'checkout answers 500'],
    ]);
  });

  it('that is lifted leaves the others', () => {
    expect(withoutHold(readable([hold('1'), hold('2')]), digest('1'))).toEqual([hold('2')]);
  });

  it('is found by its digest alone: what the place is called does not matter', () => {
    const holds = readable([hold('1', { environment: 'prod' })]);
    expect(holdOf(holds, digest('1'))).toEqual(hold('1', { environment: 'prod' }));
    expect(holdOf(holds, digest('2'))).toBeUndefined();
    expect(holdOf(holds, undefined)).toBeUndefined();
  });

  it('says who, why and where, on one line', () => {
    const text = holdText(hold('1', { why: 'line\none\u001b[31m', who: 'alice' }));
    expect(text).toContain('alice rolled it back');
    expect(text).toContain('https://github.com/example/agent/actions/runs/1');
    expect(text).not.toContain('\n');
    expect(text).not.toContain('\u001b');
  });
});

describe('which ending holds its image', () => {
  const cause = (kind: Cause['kind'], more: Partial<Cause> = {}): Cause => ({
    kind,
    code: 'CRITERIA_FAILED',
    text: '',
    remedy: '',
    ...more,
  });
  it.each([
    ['measured harm', cause('harm'), 'harm'],
    ['a crash', cause('crash', blame({ cause: 'crash-loop' })), 'crash'],
    ['a container that ran out of memory', cause('crash', blame({ cause: 'out-of-memory' })), 'crash'],
    ['a probe that never answered', cause('crash', blame({ cause: 'probe' })), 'crash'],
    ['an image that could not be pulled', cause('crash', blame({ cause: 'image-pull' })), undefined],
    ['a Secret that is missing', cause('crash', blame({ cause: 'config' })), undefined],
    ['a full quota', cause('crash', blame({ cause: 'quota' })), undefined],
    ['a node that has no room', cause('crash', blame({ cause: 'unschedulable' })), undefined],
    ['pods that went away, and nobody saw why', cause('crash', blame(undefined)), undefined],
    ['no data', cause('no-data'), undefined],
    ['a cancel', cancelled('SIGINT'), undefined],
    ['an abort', aborted({ who: 'alice', why: '' }), undefined],
    ['drift', cause('drift'), undefined],
    ['an error of the cluster', cause('error'), undefined],
  ])('%s', (_, of, expected) => expect(heldFor(of)).toBe(expected));
});

describe('the digest in an image', () => {
  it.each([
    [`registry.example.com/agent@${digest('1')}`, digest('1')],
    [`agent:v1@${digest('1')}`, digest('1')],
    ['agent:v1', undefined],
    [`agent@${digest('1')}0`, undefined],
    [digest('1'), undefined],
  ])('%s', (image, expected) => expect(digestIn(image)).toBe(expected));
});

it('a hold is written into a list that can be read, and never over one that cannot', () => {
  const [one] = [{ ...hold('1') }];
  expect(holding(undefined, one)).toEqual({ holds: [one] });
  expect(holding({ list: [], unreadable: true }, one)).toEqual({});
});
