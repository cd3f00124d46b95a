import { describe, expect, it } from '@jest/globals';
import { changes } from '../../../src/domain/strategy/changes.ts';
import { changeOfLabels, parseChange } from '../../../src/domain/strategy/labels.ts';

const of = (...labels: readonly string[]) => changeOfLabels('change:', [{ number: 7, labels }]);

it.each(Object.keys(changes))('knows %s', (change) => {
  expect(parseChange(change)).toEqual({ ok: true, value: change });
  expect(of('bug', `change: ${change}`)).toMatchObject({ ok: true, value: { change, number: 7 } });
});

it.each(['Major', 'constructor', '__proto__', 'major ', 'canary'])('`%s` is no kind of change', (text) =>
  expect(parseChange(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('`risky-feature`') }),
);

describe('a label', () => {
  it.each(['change:major', 'change: major', 'Change:  MAJOR ', 'change:\tmajor'])('`%s` says major', (label) =>
    expect(of(label)).toMatchObject({ ok: true, value: { change: 'major' } }),
  );
  it.each([[[]], [['bug', 'major']], [['the change: major']], [['changes: major']]])('%j says nothing', (labels) =>
    expect(of(...labels)).toEqual({ ok: true, value: undefined }),
  );
  it.each([['change: hotfx'], ['change:'], ['change: __proto__'], ['change: major, schema'], ['change: toString']])(
    '`%s` is refused, not left out',
    (label) => expect(of('change: daily', label)).toMatchObject({ ok: false, problem: expect.stringContaining('not known') }),
  );
  it('is foreign text', () => {
    const refused = of(`change: \u001b[31m\u202e::error::${'x'.repeat(300)}`);
    expect(refused).toMatchObject({ ok: false, problem: expect.not.stringMatching(/\p{Cc}|\p{Cf}|x{80}/u) });
  });
});

describe('several', () => {
  it('that agree count as one', () =>
    expect(
      changeOfLabels('change:', [
        { number: 7, labels: ['change: daily'] },
        { number: 9, labels: ['change:daily'] },
      ]),
    ).toMatchObject({ ok: true, value: { change: 'daily', number: 7 } }));
  it.each([
    ['on one pull request', [{ number: 7, labels: ['change: daily', 'change: major'] }]],
    [
      'on two',
      [
        { number: 7, labels: ['change: daily'] },
        { number: 9, labels: ['change: major'] },
      ],
    ],
    ['of the same strategy', [{ number: 7, labels: ['change: hotfix', 'change: daily'] }]],
  ])('that contradict %s are refused, with both', (_, requests) =>
    expect(changeOfLabels('change:', requests)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/contradict.*#7.*#[79]/),
      remedy: expect.stringContaining('`change`'),
    }),
  );
});

it('another prefix', () => {
  const requests = [{ number: 1, labels: ['change: major', 'deploy/hotfix'] }];
  expect(changeOfLabels('Deploy/', requests)).toMatchObject({ ok: true, value: { change: 'hotfix' } });
});
