import { describe, expect, it } from '@jest/globals';
import { managedChecks, underWay } from '../../../src/domain/fleet/managed-checks.ts';

const pool = (name: string, provisioningState: string) => ({ name, provisioningState });

describe('managedChecks', () => {
  it.each([
    ['Succeeded', true, [pool('system', 'Succeeded')], ['power state pass', 'provisioning state pass']],
    ['Succeeded', false, [], ['power state fail', 'provisioning state pass']],
    ['Failed', true, [], ['power state pass', 'provisioning state warning']],
    ['Canceled', true, [], ['power state pass', 'provisioning state warning']],
    ['Succeeded', true, [pool('system', 'Succeeded'), pool('gpu', 'Failed')], ['power state pass', 'provisioning state warning']],
    ['Succeeded', true, [pool('system', 'Succeeded'), pool('gpu', 'Upgrading')], ['power state pass', 'provisioning state fail']],
    ['Failed', true, [pool('gpu', 'Upgrading')], ['power state pass', 'provisioning state fail']],
    ['Deleting', true, [], ['power state pass', 'provisioning state fail']],
    ['', true, [], ['power state pass', 'provisioning state fail']],
    ['Succeeded', true, [pool('gpu', '')], ['power state pass', 'provisioning state fail']],
  ])('%j, running %j, %j', (provisioningState, running, pools, results) => {
    const checks = managedChecks({ provisioningState, running, pools });
    expect(checks.map(({ name, is }) => `${name} ${is}`)).toEqual(results);
  });

  it('names what is being changed, and how to wait for it', () => {
    const checks = managedChecks({ provisioningState: 'Updating', running: true, pools: [pool('gpu', 'Upgrading')] });
    expect(checks[1]).toMatchObject({
      found: 'the cluster is Updating; node pool gpu is Upgrading',
      remedy: expect.stringContaining('wait-for-operation'),
    });
  });
});

it('what is over is not under way', () => {
  expect(underWay({ provisioningState: 'Failed', running: true, pools: [pool('a', 'Succeeded'), pool('b', 'Scaling')] })).toEqual([
    'node pool b is Scaling',
  ]);
});
