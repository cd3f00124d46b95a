import { expect, it } from '@jest/globals';
import { executeOperation } from '../../../src/flows/operations/execute.ts';
import { operationNames } from '../../../src/flows/operations/plan.ts';
import { shop } from '../canary/shop.ts';
import { left, operationPlan } from './on-shop.ts';

it.each(operationNames)('%s is carried out by its name, and a dry run of it writes nothing', async (operation) => {
  const on = shop();
  left(on, 'resting', '');
  const reason: Readonly<Record<string, string>> = operation === 'unlock' ? { reason: 'why not' } : {};
  const result = await on.clock.until(executeOperation(operationPlan(operation, { 'dry-run': 'true', ...reason }), on.world));
  expect(result.is).toBe('told');
  expect(on.cluster.writes()).toEqual([]);
});
