import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtGuardianKit } from '../../../src/adapters/guardian-kit/built.ts';
import { routers } from '../../../src/domain/traffic/index.ts';

const dist = join(import.meta.dirname, '../../../dist/guardian');

describe('the guardian that was built with this', () => {
  it.each(Object.keys(routers))('is there for the router %s', async (router) => {
    const script = await builtGuardianKit([]).script(router);
    expect(script).not.toBe('');
    expect(script).toBe(readFileSync(join(dist, `${router}.js`), 'utf8'));
  });

  it('is not there for a router that was not built', async () => {
    await expect(builtGuardianKit([]).script('linkerd')).rejects.toMatchObject({
      code: 'INTERNAL',
      what: 'This build has no guardian for the router linkerd.',
      remedy: expect.stringContaining('`guardian: false`'),
    });
  });

  it('tells whom it was told to', () => {
    const tells = [{ kind: 'slack', url: 'https://hooks.example.com/x' }] as const;
    expect(builtGuardianKit(tells).tells).toEqual(tells);
  });
});
