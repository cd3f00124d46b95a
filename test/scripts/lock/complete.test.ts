import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { completed, type Lock } from '../../../scripts/lock/complete.ts';

const committed = readFileSync(resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8');

describe('a lock', () => {
  it('gets an entry for each platform that npm left out', () => {
    const lock: Lock = {
      packages: {
        'node_modules/tool': {
          version: '1.2.3',
          dev: true,
          optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/win32-arm64': '1.2.3', '@tool/linux-x64': '1.2.3' },
        },
        'node_modules/@tool/linux-x64': { version: '1.2.3', dev: true, optional: true, os: ['linux'], cpu: ['x64'] },
      },
    };
    const { packages } = completed(lock);
    expect(Object.keys(packages)).toEqual([
      'node_modules/@tool/linux-x64',
      'node_modules/@tool/linux-x64-musl',
      'node_modules/@tool/win32-arm64',
      'node_modules/tool',
    ]);
    expect(packages['node_modules/@tool/linux-x64-musl']).toEqual({
      version: '1.2.3',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    });
    expect(packages['node_modules/@tool/win32-arm64']).toEqual({
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['win32'],
    });
    expect(completed({ packages })).toEqual({ packages });
  });

  it.each([
    ['a range', { 'tool-linux-x64': '^1.0.0' }, 'no single version'],
    ['a name that tells nothing', { fsevents: '2.3.3' }, 'which platform'],
  ])('is refused with %s', (_name, optionalDependencies, message) => {
    expect(() => completed({ packages: { 'node_modules/tool': { version: '1.0.0', optionalDependencies } } })).toThrow(message);
  });

  it('that is committed is complete and says of no package where it came from', () => {
    const lock = JSON.parse(committed) as Lock;
    expect(JSON.stringify(completed(lock))).toBe(JSON.stringify(lock));
    expect(committed).not.toContain('"resolved"');
  });
});
