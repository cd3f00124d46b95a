import { describe, expect, it } from '@jest/globals';
import { locationOf } from '../../../src/adapters/registry/location.ts';

describe('locationOf', () => {
  it.each([
    ['agent', 'https://registry-1.docker.io', 'docker.io', 'library/agent'],
    ['team/agent', 'https://registry-1.docker.io', 'docker.io', 'team/agent'],
    ['docker.io/agent', 'https://registry-1.docker.io', 'docker.io', 'library/agent'],
    ['index.docker.io/team/agent', 'https://registry-1.docker.io', 'docker.io', 'team/agent'],
    ['ghcr.io/team/app/agent', 'https://ghcr.io', 'ghcr.io', 'team/app/agent'],
    ['registry.example:5000/agent', 'https://registry.example:5000', 'registry.example:5000', 'agent'],
    ['localhost/agent', 'http://localhost', 'localhost', 'agent'],
    ['localhost:5000/agent', 'http://localhost:5000', 'localhost:5000', 'agent'],
    ['127.0.0.1:5000/shop/agent', 'http://127.0.0.1:5000', '127.0.0.1:5000', 'shop/agent'],
    ['[::1]:5000/agent', 'http://[::1]:5000', '[::1]:5000', 'agent'],
    ['127.0.0.1.example/agent', 'https://127.0.0.1.example', '127.0.0.1.example', 'agent'],
  ])('%s', (name, origin, host, repository) => {
    const location = locationOf({ name, tag: 'v1' });
    expect(location?.origin.origin).toBe(origin);
    expect(location).toMatchObject({ host, repository });
  });

  it('has no location for a port that cannot be', () => {
    expect(locationOf({ name: 'registry.example:99999/agent', tag: 'v1' })).toBeUndefined();
  });
});
