import { describe, expect, it } from '@jest/globals';
import { type DeployedRecord, readDeployed, runningCommit } from '../../../src/domain/evidence/deployed.ts';

const record: DeployedRecord = { commit: 'a'.repeat(40), newest: 'b'.repeat(40), images: ['api@1', 'proxy@1'] };

it('reads what was written', () => expect(readDeployed(JSON.parse(JSON.stringify(record)))).toEqual(record));
it('reads what was written where nobody was held to an order', () => {
  const unordered: DeployedRecord = { ...record, newest: undefined };
  expect(readDeployed(JSON.parse(JSON.stringify(unordered)))).toEqual(unordered);
});

it.each([
  [undefined],
  [{}],
  [{ ...record, commit: 'main' }],
  [{ ...record, newest: 'main' }],
  [{ ...record, newest: null }],
  [{ ...record, images: 'api@1' }],
  [{ ...record, images: [7] }],
])('%j is nothing that we wrote', (value) => expect(readDeployed(value)).toBeUndefined());

describe('the commit of what runs', () => {
  it.each([
    ['the same images', ['proxy@1', 'api@1'], true],
    ['some of them', ['api@1'], true],
    ['more than them', ['api@1', 'proxy@1', 'log@7'], true],
    ['another image', ['api@2'], false],
    ['another one beside', ['api@1', 'proxy@2'], false],
    ['nothing', [], false],
  ])('by %s', (_, running, known) => expect(runningCommit(record, running)).toBe(known ? record.commit : undefined));

  it('is not known without a record, or from one of no image', () => {
    expect(runningCommit(undefined, ['api@1'])).toBeUndefined();
    expect(runningCommit({ ...record, images: [] }, ['api@1'])).toBeUndefined();
  });
});
