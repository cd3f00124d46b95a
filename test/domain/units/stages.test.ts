import { describe, expect, it } from '@jest/globals';
import { parseStages, stageText } from '../../../src/domain/units/stages.ts';

describe('parseStages', () => {
  const ladder = [
    { weight: 5, holdSeconds: 600 },
    { weight: 25, holdSeconds: 900 },
    { weight: 50, holdSeconds: 1200 },
    { weight: 100, holdSeconds: 300 },
  ];

  it.each(['5@10m 25@15m 50@20m 100@5m', '5@10m,25@15m,50@20m,100@5m', ' 5@10m, 25@15m\n50@20m  100@5m '])('reads %j', (text) => {
    expect(parseStages(text)).toEqual({ ok: true, value: ladder });
  });

  it('reads a stage at weight 0, without a hold', () => {
    expect(parseStages('0@0s 100@1m')).toEqual({
      ok: true,
      value: [
        { weight: 0, holdSeconds: 0 },
        { weight: 100, holdSeconds: 60 },
      ],
    });
  });

  it.each([
    ['', 'has no stage'],
    [' , ', 'has no stage'],
    ['5@10m 4@10m', 'goes down: stage `4@10m` follows `5@10m`'],
    ['5@10m 5@20m', 'has the weight 5 twice: stage `5@20m` follows `5@10m`'],
    ['5@10m 101@1m', 'has a stage `101@1m` with more than 100 percent'],
    ['5.5@10m', 'has a stage `5.5@10m` whose weight is not a whole number'],
    ['5%@10m', 'has a stage `5%@10m` whose weight is not a whole number'],
    ['-5@10m', 'has a stage `-5@10m` whose weight is not a whole number'],
    ['@10m', 'has a stage `@10m` whose weight is not a whole number'],
    ['5@10', 'has a stage `5@10` whose time has no unit'],
    ['5@10x', 'has a stage `5@10x` whose time is not a duration'],
    ['5@', 'has a stage `5@` whose time is not a duration'],
    ['5', 'has a stage `5` that is not weight@time'],
    ['5@1m@2m', 'has a stage `5@1m@2m` that is not weight@time'],
    [Array.from({ length: 51 }, (_, weight) => `${weight}@1m`).join(' '), 'has 51 stages, more than 50; the first one too many is `50@1m`'],
  ])('refuses %j', (text, problem) => {
    expect(parseStages(text)).toMatchObject({ ok: false, problem, remedy: expect.stringContaining('such as') });
  });

  it('writes a stage as it is read', () => {
    expect(ladder.map(stageText).join(' ')).toBe('5@10m 25@15m 50@20m 100@5m');
  });
});
