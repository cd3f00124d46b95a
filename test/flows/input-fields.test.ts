import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { parsed, refused } from '../../src/domain/units/parsed.ts';
import { anyText, choice, defaulting, document, flag, optional, parseInputs, required, wholeNumber } from '../../src/flows/input-fields.ts';
import { failureOf, rawInputs } from './raw-inputs.ts';

const schema = z.object({
  name: required(anyText),
  size: optional(wholeNumber(1, 9)),
  colour: defaulting(choice('red', 'blue'), 'red'),
  extra: document((value) => (typeof value === 'number' ? parsed(value) : refused('is no number', 'Write one.'))),
  kubeconfig: optional((text) => (text === 'good' ? parsed(text) : refused('cannot be read', 'Give another.'))),
});
const parse = (values: Readonly<Record<string, string>>) => parseInputs(schema, rawInputs(values), ['extra'], []);

describe('parseInputs', () => {
  it('gives values, and what holds when an input is empty', () => {
    expect(parse({ name: 'x' })).toEqual({ name: 'x', size: undefined, colour: 'red', extra: undefined, kubeconfig: undefined });
    expect(parse({ name: 'x', size: '3', colour: 'blue', extra: '7', kubeconfig: 'good' })).toEqual({
      name: 'x',
      size: 3,
      colour: 'blue',
      extra: 7,
      kubeconfig: 'good',
    });
  });

  it('says what is wrong with one: its name, its value and the remedy', () => {
    expect(failureOf(() => parse({ name: 'x', size: '12' }))).toMatchObject({
      code: 'INPUT_INVALID',
      what: 'An input cannot be used: `size` = `12` is not such a number. Write a whole number from 1 to 9.',
    });
    expect(failureOf(() => parse({}))).toMatchObject({ what: expect.stringContaining('`name` is missing') });
    expect(failureOf(() => parse({ name: 'x', extra: '"' }))).toMatchObject({ what: expect.stringMatching(/`extra` = `"` is not YAML: /) });
    expect(failureOf(() => parse({ name: 'x', extra: 'text' }))).toMatchObject({
      what: expect.stringContaining('`extra` = `text` is no number. Write one.'),
    });
  });

  it('lists all of them at once, those of no single input too', () => {
    const clash = { inputs: ['size', 'colour'], problem: 'do not fit', remedy: 'Leave one out.' };
    const { what } = failureOf(() => parseInputs(schema, rawInputs({ size: 'x', colour: 'green' }), ['extra'], [clash]));
    expect(what.split('\n')).toEqual([
      '4 inputs cannot be used: `name`, `size`, `colour`.',
      '- `name` is missing. Give it in the `with:` block of the step.',
      '- `size` = `x` is not such a number. Write a whole number from 1 to 9.',
      '- `colour` = `green` is not known. Write one of `red`, `blue`.',
      '- `size` and `colour`: do not fit. Leave one out.',
    ]);
  });

  it('refuses for a clash alone', () => {
    const clash = { inputs: ['size'], problem: 'is too much', remedy: 'Leave it out.' };
    expect(failureOf(() => parseInputs(schema, rawInputs({ name: 'x' }), ['extra'], [clash]))).toMatchObject({
      what: 'An input cannot be used: `size`: is too much. Leave it out.',
    });
  });

  it('never shows the value of a secret', () => {
    const { message } = failureOf(() => parse({ name: 'x', kubeconfig: 'hunter2' }));
    expect(message).toContain('`kubeconfig` cannot be read');
    expect(message).not.toContain('hunter2');
  });

  it('shows no more than the beginning of a long value', () => {
    const { what } = failureOf(() => parse({ name: 'x', colour: 'g'.repeat(5000) }));
    expect(what).toContain(`\`${'g'.repeat(80)}…\``);
    expect(what.length).toBeLessThan(400);
  });
});

describe('flag', () => {
  it.each(['true', 'false'])('takes %s', (text) => expect(flag(text)).toEqual({ ok: true, value: text === 'true' }));
  it.each(['yes', 'True', '1', 'on', ' true'])('refuses %j', (text) =>
    expect(flag(text)).toMatchObject({ ok: false, remedy: 'Write `true` or `false`.' }),
  );
});

describe('wholeNumber', () => {
  it.each([
    ['1', 1],
    ['9', 9],
    ['007', 7],
  ])('takes %s', (text, value) => expect(wholeNumber(1, 9)(text)).toEqual({ ok: true, value }));
  it.each(['0', '10', '-1', '1.5', '1e3', '', ' 1', '٣', '9999999999'])('refuses %j', (text) =>
    expect(wholeNumber(1, 9)(text)).toMatchObject({ ok: false }),
  );
});
