import { expect, it } from '@jest/globals';
import { backOnly } from '../../../src/flows/stage/plan.ts';

it('an update that only goes back brings nothing, asks nothing, and is where and as patient as it was told', () => {
  const shared = { service: 'agent', namespace: 'shop', environment: 'production', rolloutTimeout: 1, lockTimeout: 2, leaseDuration: 3 };
  const forward = { images: [{ image: 'agent:v2' }], manifests: ['deploy/'], smoke: ['GET /'], requireStaging: true };
  const plan = backOnly({ ...shared, ...forward });
  expect(plan).toMatchObject(shared);
  expect(plan).toMatchObject({ operation: 'deploy', images: [], manifests: [], smoke: [], gitops: 'accept', dryRun: false });
  expect(plan.lineage).toMatchObject({ requireStaging: false, allowUnordered: true });
  expect(plan).not.toHaveProperty('requireStaging');
});
