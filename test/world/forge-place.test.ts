import { expect, it } from '@jest/globals';
import { forgePlace } from '../../src/world/forge-place.ts';

it('is what the platform tells each step, and github.com where it tells nothing', () => {
  expect(forgePlace({ GITHUB_API_URL: 'https://ghe.example.com/api/v3', GITHUB_REPOSITORY: 'shop/agent' })).toEqual({
    api: 'https://ghe.example.com/api/v3',
    repository: 'shop/agent',
  });
  expect(forgePlace({})).toEqual({ api: 'https://api.github.com', repository: undefined });
});
