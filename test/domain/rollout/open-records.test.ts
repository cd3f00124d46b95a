import { describe, expect, it } from '@jest/globals';
import { type BlueGreenPhase, type BlueGreenRecord, blueGreenPhases } from '../../../src/domain/blue-green/record.ts';
import type { RollbackRecord } from '../../../src/domain/rollback/record.ts';
import type { RollingRecord } from '../../../src/domain/rolling/record.ts';
import { openRecords } from '../../../src/domain/rollout/open-records.ts';

const rolling: RollingRecord = { phase: 'writing', key: 'k', run: 'run-1', since: '2026-03-01T10:00:00Z' };
const blueGreen = (phase: BlueGreenPhase): BlueGreenRecord => ({
  phase,
  operation: 'deploy',
  from: 'blue',
  to: 'green',
  container: 'api',
  image: 'agent:v2',
  before: { image: 'agent:v0', replicas: 0 },
  serving: 2,
  run: 'run-2',
  since: '2026-03-01T11:00:00Z',
});
const rollback: RollbackRecord = {
  phase: 'writing',
  deployment: 'agent',
  to: 'revision 6',
  images: {},
  from: {},
  who: 'alice',
  why: '',
  run: 'run-3',
  since: '2026-03-01T12:00:00Z',
};

describe('what was left open', () => {
  it('is nothing where all of it rests, or none was ever there', () => {
    expect(openRecords({})).toEqual([]);
    const resting = {
      rolling: { ...rolling, phase: 'resting' },
      blueGreen: blueGreen('resting'),
      rollback: { ...rollback, phase: 'resting' },
    } as const;
    expect(openRecords(resting)).toEqual([]);
  });

  it('is not known where the record of a switch cannot be read', () =>
    expect(openRecords({ unreadableSwitch: true })).toEqual([
      { what: expect.stringContaining('wf-deploy.io/blue-green'), remedy: expect.stringContaining('remove the annotation') },
    ]));

  it('a rolling update names its phase and run, and what goes on with it or takes it back', () => {
    const [open] = openRecords({ rolling });
    expect(open?.what).toMatch(/phase `writing` \(run-1, since 2026-03-01T10:00:00Z\)/);
    expect(open?.remedy).toMatch(/actions\/stage again.*actions\/deploy.*actions\/rollback/);
  });

  it.each<readonly [Exclude<BlueGreenPhase, 'resting'>, RegExp]>([
    ['preparing', /users are on blue\./],
    ['switching', /users are on blue or on green\./],
    ['watching', /users are on green, and whether it does them harm is not decided\./],
    ['returning', /users are on blue or still on green\./],
    ['retiring', /users are on green, which has passed\./],
  ])('a switch in the phase %s says where users are', (phase, where) => {
    const [open] = openRecords({ blueGreen: blueGreen(phase) });
    expect(open?.what).toMatch(where);
    expect(open?.remedy).toMatch(/actions\/blue-green again.*`operation: rollback`/);
    expect(blueGreenPhases).toContain(phase);
  });

  it('a switch back is finished by a switch back', () => {
    const [open] = openRecords({ blueGreen: { ...blueGreen('switching'), operation: 'rollback' } });
    expect(open?.what).toMatch(/^A switch back from blue to green is open/);
    expect(open?.remedy).toMatch(/^Run `operation: rollback` of actions\/blue-green again/);
  });

  it('a rollback says where it was going, and comes first', () => {
    const open = openRecords({ rolling, blueGreen: blueGreen('watching'), rollback });
    expect(open).toHaveLength(3);
    expect(open[0]?.what).toContain('A rollback of Deployment agent to revision 6 is not confirmed (run-3');
    expect(open[0]?.remedy).toContain('`to: previous`');
  });
});
