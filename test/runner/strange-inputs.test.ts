import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { strangeInputs } from '../../src/runner/strange-inputs.ts';

const declared = ['service', 'image', 'dry-run', 'error-rate', 'interval', 'port', 'to', 'notify-webhook'];
/** As the runner sets them: every declared one, with its default or with nothing. */
const filled = {
  INPUT_SERVICE: 'agent',
  INPUT_IMAGE: '',
  'INPUT_DRY-RUN': 'false',
  'INPUT_ERROR-RATE': '',
  INPUT_INTERVAL: '30s',
  PATH: '/bin',
};
const strange = (environment: Readonly<Record<string, string>>) => strangeInputs(declared, { ...filled, ...environment });

describe('inputs that an action does not have', () => {
  it('are none where all are declared', () => expect(strange({})).toEqual({ refusal: undefined, line: '' }));

  it.each([
    ['without its hyphen', 'INPUT_DRYRUN', 'dryrun', 'dry-run'],
    ['with an underscore', 'INPUT_DRY_RUN', 'dry_run', 'dry-run'],
    ['in the letters of a job’s `env`', 'INPUT_dry-run', 'dry-run', 'dry-run'],
    ['with a letter missing', 'INPUT_EROR-RATE', 'eror-rate', 'error-rate'],
    ['with two letters wrong in a long one', 'INPUT_NOTIFI-WEBHOK', 'notifi-webhok', 'notify-webhook'],
    ['with a letter too many', 'INPUT_IMAGES', 'images', 'image'],
    ['with two letters swapped', 'INPUT_PROT', 'prot', 'port'],
    ['of one that has a default', 'INPUT_INTERVALL', 'intervall', 'interval'],
  ])('%s it is refused, and what is meant is named', (_, variable, name, meant) => {
    const { refusal, line } = strange({ [variable]: 'true' });
    expect(refusal).toMatchObject({
      code: 'INPUT_INVALID',
      what: `\`${name}\` is no input of this action. Did you mean \`${meant}\`?`,
      remedy: 'Correct the name in the `with:` block of the step. Nothing was written.',
    });
    expect(line).toBe('');
  });

  it.each([
    ['another tool’s', 'INPUT_VERSION'],
    ['a short word that is a letter away from a short name', 'INPUT_TOP'],
    ['a longer name that begins the same', 'INPUT_IMAGE-TAG'],
    ['a short one with two letters wrong', 'INPUT_IMMAGES'],
  ])('%s is only told of', (_, variable) => {
    const name = variable.slice('INPUT_'.length).toLowerCase();
    expect(strange({ [variable]: 'x' })).toEqual({ refusal: undefined, line: `Not inputs of this action, and not read: \`${name}\`` });
  });

  it('a letter away inside of a composite action is only told of, and without its hyphen it is refused', () => {
    const inside = { GITHUB_ACTION_PATH: '/actions/own' };
    expect(strange({ ...inside, INPUT_IMAGES: 'x' })).toMatchObject({ refusal: undefined, line: expect.stringContaining('`images`') });
    expect(strange({ ...inside, INPUT_DRYRUN: 'true' }).refusal).toMatchObject({ code: 'INPUT_INVALID' });
    expect(strange({ GITHUB_ACTION_PATH: '', INPUT_IMAGES: 'x' }).refusal).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('are nothing while they are empty', () =>
    expect(strange({ INPUT_DRYRUN: '', INPUT_VERSION: ' ' })).toEqual({ refusal: undefined, line: '' }));

  it('lose nothing where the declared one has the same value', () =>
    expect(strange({ INPUT_DRY_RUN: 'true', 'INPUT_DRY-RUN': 'true' })).toEqual({
      refusal: undefined,
      line: 'Not inputs of this action, and not read: `dry_run`',
    }));

  it('are refused all at once', () => {
    const { refusal, line } = strange({ INPUT_DRYRUN: 'true', 'INPUT_EROR-RATE': '1%', INPUT_OTHER: 'x' });
    expect(refusal?.what.split('\n')).toHaveLength(2);
    expect(line).toContain('`other`');
  });

  it('are shown without their values, in bounds, and without what steers a log', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`INPUT_X${index}`, 'hunter2']));
    const { refusal, line } = strange({
      ...many,
      'INPUT_NOTIFYWEBHOOK\n::error::x': 'hunter2',
      INPUT_NOTIFYWEBHOOK: 'hunter2',
      [`INPUT_\u202e${'y'.repeat(5000)}`]: 'hunter2',
    });
    expect(refusal?.message).not.toContain('hunter2');
    expect(line).not.toMatch(/hunter2|[\n\u202e]/);
    expect(line).toMatch(/and 32 more$/);
    expect(line.length).toBeLessThan(900);
  });
});

/** As `act` passes them on to its steps. */
describe('inputs of a composite action', () => {
  const actions = readActions(join(import.meta.dirname, '../..'));
  const programs = actions.filter(({ using }) => using !== 'composite').map(({ name, inputs }) => [name, inputs] as const);
  const outer = actions.filter(({ using }) => using === 'composite').flatMap(({ inputs }) => inputs);
  const parts = programs.filter(([name]) => ['lint', 'test', 'scan'].includes(name));

  it.each(parts)('are taken for no misspelling by its part %s', (_, inputs) => {
    const environment = {
      GITHUB_ACTION_PATH: '/actions/check',
      ...Object.fromEntries(outer.map(({ name }) => [`INPUT_${name.toUpperCase()}`, 'x'])),
    };
    expect(
      strangeInputs(
        inputs.map(({ name }) => name),
        environment,
      ).refusal,
    ).toBeUndefined();
  });
});
