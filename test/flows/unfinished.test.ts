import { describe, expect, it } from '@jest/globals';
import type { LeaseView } from '../../src/domain/rollout/lease.ts';
import { unfinishedCanary, unfinishedRolling, unfinishedSwitch, unreadableSwitch } from '../../src/flows/unfinished.ts';

const rollout = { phase: 'stages', weight: 5, container: 'api', image: 'a:2', previousImage: 'a:1', run: 'run-1', since: 'then' };
const rolling = { phase: 'writing', key: 'k', run: 'run-1', since: 'then' };
const blueGreen = {
  phase: 'switching',
  operation: 'deploy',
  from: 'blue',
  to: 'green',
  container: 'api',
  image: 'a:2',
  before: { image: 'a:1', replicas: 0 },
  serving: 2,
  run: 'run-1',
  since: 'then',
};

describe.each([
  ['a canary', unfinishedCanary, { rollout }, 'A canary of agent ended in the phase `stages` and was not taken back (run-1).'],
  ['a rolling update', unfinishedRolling, { rolling }, 'A rolling update of agent was left half done by the run run-1.'],
  ['a switch', unfinishedSwitch, { blueGreen }, 'A switch of agent between its colours is in the phase `switching` (run-1).'],
])('%s that was left half done', (_, find, records, what) => {
  const found = (holder: string, more: object = records) =>
    find({ service: 'agent', lease: { holder, ...more } as unknown as LeaseView, us: 'run-2' });
  const resting = Object.fromEntries(Object.entries(records).map(([name, record]) => [name, { ...record, phase: 'resting' }]));

  it.each(['', 'run-2'])('is told of when the Lease is held by `%s`', (holder) =>
    expect(found(holder)).toEqual([{ what, remedy: expect.stringMatching(/^Run /) }]),
  );
  it('is somebody elses while they hold the Lease', () => expect(found('run-1')).toEqual([]));
  it('is nothing once it rests, and where there is no Lease', () => {
    expect(found('', resting)).toEqual([]);
    expect(find({ service: 'agent', lease: undefined, us: 'run-2' })).toEqual([]);
  });
});

describe('the record of a switch that cannot be read', () => {
  const found = (holder: string, more: object) =>
    unreadableSwitch({ service: 'agent', lease: { holder, ...more } as unknown as LeaseView, us: 'run-2' });

  it.each(['', 'run-2'])('is told of when the Lease is held by `%s`', (holder) =>
    expect(found(holder, { unreadableSwitch: true })).toEqual([
      expect.objectContaining({ what: expect.stringContaining('cannot be read') }),
    ]),
  );
  it('waits for whoever holds the Lease, and is nothing where there is none', () => {
    expect(found('run-1', { unreadableSwitch: true })).toEqual([]);
    expect(found('', { blueGreen })).toEqual([]);
  });
});
