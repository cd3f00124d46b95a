import { expect, it } from '@jest/globals';
import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import { preflight } from '../../src/flows/canary/preflight.ts';
import { readPair } from '../../src/flows/layout.ts';
import { preflight as stagePreflight } from '../../src/flows/stage/preflight.ts';
import { failureOf } from '../adapters/thrown.ts';
import { planOf, shop } from './canary/shop.ts';
import { forbidden } from './memory-cluster/failures.ts';
import { deployPlan, shop as stageShop } from './stage/shop.ts';

/** The Deployment `agent` by the name of a colour. */
function paint(on: ReturnType<typeof shop> | ReturnType<typeof stageShop>, colour: string, keep: boolean): void {
  const found = on.cluster.find(Deployment, 'agent')!;
  on.cluster.put(Deployment, { ...found, metadata: { ...found.metadata, name: `agent-${colour}` } });
  if (!keep) on.cluster.remove(Deployment, 'agent');
}

it('reads both, and takes what may not be read for missing', async () => {
  const on = shop();
  paint(on, 'blue', true);
  expect(await readPair(on.world, 'shop', 'agent')).toMatchObject({ blue: { metadata: { name: 'agent-blue' } }, green: undefined });
  on.cluster.failing = () => forbidden();
  expect(await readPair(on.world, 'shop', 'agent')).toEqual({ blue: undefined, green: undefined });
});

it('a canary says which layout it found', async () => {
  const on = shop();
  const ground = await on.clock.until(preflight(on.world, planOf()));
  expect(ground.notes[0]).toBe('Layout: one Deployment, `agent`, as a canary needs it');
});

it('a canary beside a colour warns', async () => {
  const on = shop();
  paint(on, 'green', true);
  const { warnings } = await on.clock.until(preflight(on.world, planOf()));
  expect(warnings.map(({ what }) => what).join()).toContain('beside it `agent-green`');
});

it('a canary of a pair is refused, with the YAML of what it needs', async () => {
  const on = shop();
  paint(on, 'blue', false);
  const failure = await failureOf(on.clock.until(preflight(on.world, planOf())));
  expect(failure.what).toMatch(/Layout: one half of a pair, `agent-blue`.*A canary needs one Deployment/);
  expect(failure.what).toContain('kind: Deployment');
});

it('a rolling update says it, and is refused for a pair', async () => {
  const on = stageShop();
  const ground = await on.clock.until(stagePreflight(on.world, deployPlan()));
  expect(ground.notes).toContain('Layout: one Deployment, `agent`, as a rolling update needs it');
  paint(on, 'blue', false);
  const failure = await failureOf(on.clock.until(stagePreflight(on.world, deployPlan())));
  expect(failure.what).toMatch(/`agent-blue`.*A rolling update needs one Deployment/);
});
