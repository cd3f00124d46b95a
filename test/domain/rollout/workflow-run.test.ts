import { describe, expect, it } from '@jest/globals';
import { guardianHolder } from '../../../src/domain/guardian/name.ts';
import { isOfWorkflowRun, ownerOf, workflowRunOf } from '../../../src/domain/rollout/workflow-run.ts';

const page = 'https://github.example.com/shop/agent/actions/runs/7';

describe('the workflow run', () => {
  it.each<[string, string | undefined]>([
    [page, page],
    [`${page}/attempts/1`, page],
    [`${page}/attempts/12#canary-0a1b2c3d`, page],
    [`${page}0/attempts/1`, `${page}0`],
    ['laptop/4711#0a1b2c3d', undefined],
    ['', undefined],
    [`${page}/jobs/3`, undefined],
  ])('of %s is %s', (text, run) => expect(workflowRunOf(text)).toBe(run));

  const rollout = (run: string) =>
    ({ phase: 'paused', weight: 25, container: 'app', image: 'a:2', previousImage: 'a:1', run, since: '' }) as const;

  it('that a Lease belongs to is its holder’s, whatever that one found in it', () => {
    expect(ownerOf({ holder: 'run-2', rollout: rollout('run-1') })).toBe('run-2');
    expect(isOfWorkflowRun({ holder: `${page}1/attempts/1#canary-x`, rollout: rollout(`${page}/attempts/1`) }, page)).toBe(false);
    expect(isOfWorkflowRun({ holder: `${page}/attempts/2#canary-x`, rollout: rollout(`${page}1/attempts/1`) }, page)).toBe(true);
  });

  it('that a Lease without a holder belongs to is the one that left it', () => {
    expect(isOfWorkflowRun({ holder: '', rollout: rollout(`${page}/attempts/1`) }, page)).toBe(true);
    expect(isOfWorkflowRun({ holder: '', rollout: rollout(`${page}1/attempts/1`) }, page)).toBe(false);
    expect(isOfWorkflowRun({ holder: '' }, page)).toBe(false);
  });

  it('that a Lease in the hands of a guardian belongs to is the one that left it', () => {
    const holder = guardianHolder('pod');
    expect(isOfWorkflowRun({ holder, rollout: rollout(`${page}/attempts/1`) }, page)).toBe(true);
    expect(isOfWorkflowRun({ holder, rollout: rollout(`${page}1/attempts/1`) }, page)).toBe(false);
    expect(ownerOf({ holder })).toBe(holder);
  });
});
