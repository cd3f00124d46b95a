import { describe, expect, it } from '@jest/globals';
import { parseDockerConfig } from '../../../src/adapters/registry/docker-config.ts';
import { everythingIn, failureBy } from '../thrown.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('parseDockerConfig', () => {
  it('knows a registry by every name that tools file it under', () => {
    const config = parseDockerConfig(
      JSON.stringify({
        auths: {
          'https://index.docker.io/v1/': { auth: base64('hub:pass:word') },
          'https://GHCR.io': { username: 'ci', password: 'p' },
          'registry.example:5000/team': { auth: base64('team:p\0\0') },
          'azure.example': { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh' },
          'empty.example': {},
          'odd.example': null,
        },
        credsStore: 'desktop',
      }),
    );
    expect(config('docker.io')).toEqual({ user: 'hub', password: 'pass:word' });
    expect(config('ghcr.io')).toEqual({ user: 'ci', password: 'p' });
    expect(config('registry.example:5000')).toEqual({ user: 'team', password: 'p' });
    expect(config('azure.example')).toMatchObject({ identityToken: 'refresh' });
    expect([config('empty.example'), config('odd.example'), config('other.example')]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['', '  ', '{}', '{"auths":null}', 'null'])('has no credentials in %j', (text) => {
    expect(parseDockerConfig(text)('docker.io')).toBeUndefined();
  });

  it.each(['{"auths":{"ghcr.io":{"auth":"secret-auth"', '{"auths":"secret-auth"}'])('refuses %s without quoting it', (text) => {
    const failure = failureBy(() => parseDockerConfig(text));
    expect(failure.code).toBe('INPUT_INVALID');
    expect(everythingIn(failure)).not.toContain('secret-auth');
  });
});
