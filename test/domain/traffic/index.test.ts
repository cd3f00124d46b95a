import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findRouter, routers } from '../../../src/domain/traffic/index.ts';

describe('the register of routers', () => {
  it('holds every file of the folder, under the name of the file', () => {
    const files = readdirSync(new URL('../../../src/domain/traffic/', import.meta.url)).filter((file) => file.endsWith('.ts'));
    const names = files.map((file) => file.replace(/\.ts$/, '')).filter((name) => name !== 'index' && name !== 'router');
    expect(new Set(names)).toEqual(new Set(Object.keys(routers)));
    expect(Object.values(routers).map(({ name }) => name)).toEqual(Object.keys(routers));
  });

  it('finds a router by its name', () => {
    expect(findRouter('gateway-api')).toEqual({ ok: true, value: routers['gateway-api'] });
  });

  it.each(['nginx', '', 'Gateway-API', 'toString', '__proto__'])('refuses %j and lists the known ones', (name) => {
    expect(findRouter(name)).toMatchObject({ ok: false, remedy: expect.stringContaining('`gateway-api`') });
  });
});
