import { expect, it } from '@jest/globals';
import { whereItRuns, whoActs } from '../../src/flows/signature.ts';
import { stage } from './stand-ins.ts';

it('names the person and the page where they are known, and this process where not', () => {
  const { world } = stage({ holder: 'run-1' });
  const unknown = { run: { ...world.run, actor: undefined, page: undefined } };
  expect([whoActs(unknown), whereItRuns(unknown)]).toEqual(['run-1', 'run-1']);
  const known = { run: { ...world.run, actor: 'ada', page: 'https://example.com/runs/1' } };
  expect([whoActs(known), whereItRuns(known)]).toEqual(['ada', 'https://example.com/runs/1']);
});
