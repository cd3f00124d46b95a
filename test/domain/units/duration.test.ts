import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationText, latencyText, parseDuration, parseLatency, parseTime } from '../../../src/domain/units/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 0.5],
    ['30s', 30],
    ['10m', 600],
    ['1h', 3600],
    ['1h30m', 5400],
    ['0s', 0],
    ['2d', 172_800],
    ['35d', 3_024_000],
    ['1m500ms', 60.5],
    ['90s', 90],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: seconds });
  });

  it.each([
    ['30', 'has no unit'],
    ['0', 'has no unit'],
    ['-5s', 'is negative'],
    ['-5', 'is negative'],
    ['', 'is not a duration'],
    ['s', 'is not a duration'],
    ['1.5h', 'is not a duration'],
    ['30m1h', 'is not a duration'],
    ['1h 30m', 'is not a duration'],
    ['30 s', 'is not a duration'],
    ['30sec', 'is not a duration'],
    ['30S', 'is not a duration'],
    ['٣s', 'is not a duration'],
    ['Infinitys', 'is not a duration'],
    ['30s\n', 'is not a duration'],
    ['36d', 'is longer than 35 days'],
    ['999999999d', 'is longer than 35 days'],
    ['9999999999s', 'is not a duration'],
  ])('refuses %j', (text, problem) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, problem, remedy: expect.stringMatching(/`\d+(s|d)`/) });
  });

  it('shows what a number without a unit should have been', () => {
    expect(parseDuration('30')).toMatchObject({ remedy: expect.stringContaining('`30s`') });
  });
});

describe('parseTime', () => {
  it('is a duration longer than nothing', () => {
    expect(parseTime('500ms')).toEqual({ ok: true, value: 0.5 });
    expect(parseTime('0s')).toEqual({ ok: false, problem: 'is no time', remedy: 'Write a time longer than `0s`.' });
    expect(parseTime('30')).toMatchObject({ ok: false, problem: 'has no unit' });
  });
});

describe('parseLatency', () => {
  it('is a duration, and asks of a number without a unit which one is meant', () => {
    expect(parseLatency('500ms')).toEqual({ ok: true, value: 0.5 });
    expect(parseLatency('500')).toEqual({
      ok: false,
      problem: 'has no unit',
      remedy: 'Is it `500ms`, or `500s`? Write the one that is meant.',
    });
    expect(parseLatency('0.5')).toMatchObject({ ok: false, problem: 'is not a duration' });
    expect(parseLatency('0ms')).toMatchObject({ ok: false, problem: 'is a time that no request can keep to' });
  });
});

describe('durationText', () => {
  it.each([
    [90, '1m30s'],
    [0, '0s'],
    [0.5, '500ms'],
    [3600, '1h'],
    [86_400, '1d'],
    [129_600, '1d12h'],
    [61.25, '1m1s250ms'],
    [59.9996, '1m'],
  ])('writes %d as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('is read back exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 35 * 86_400_000 }), (milliseconds) => {
        expect(parseDuration(durationText(milliseconds / 1000))).toEqual({ ok: true, value: milliseconds / 1000 });
      }),
    );
  });
});

describe('latencyText', () => {
  it.each([
    [2.31, 2, '2.31 s'],
    [2, 2, '2 s'],
    [2.0004, 2, '2.0004 s'],
    [1.9999, 2, '1.9999 s'],
    [0.48, 0.5, '480 ms'],
    [0.5001, 0.5, '500.1 ms'],
    [0.004, 0.5, '4 ms'],
    [0.0004, 0.5, '0.4 ms'],
    [0, 0.5, '0 ms'],
    [0.1234, 2, '0.12 s'],
  ])('shows %d against %d as %s', (seconds, limit, text) => {
    expect(latencyText(seconds, limit)).toBe(text);
  });
});
