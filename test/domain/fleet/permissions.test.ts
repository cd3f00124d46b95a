import { expect, it } from '@jest/globals';
import { releasePermissions } from '../../../src/domain/fleet/permissions.ts';

it('only a backup requires anything beyond what the services need', () => {
  const of = (backup: boolean) => releasePermissions({ namespace: 'shop', backup });
  expect(of(false).filter(({ need }) => need === 'required')).toEqual([]);
  const required = of(true).filter(({ need }) => need === 'required');
  expect(required.map(({ verb, resource, subresource = '' }) => [verb, resource, subresource].join(' ').trim())).toEqual([
    'create jobs',
    'get jobs',
    'list jobs',
    'watch jobs',
    'delete jobs',
    'list pods',
    'get pods log',
  ]);
});
