import { describe, expect, it } from '@jest/globals';
import { containerOf, imageOf, setImage } from '../../../src/domain/rollout/container-image.ts';
import { Failure } from '../../../src/failure.ts';
import { stable } from './deployments.ts';

const single = stable({ containers: [{ name: 'main', image: 'shop/agent:1' }] });

describe('the container that carries the image', () => {
  it('is the one that is named', () => {
    expect(containerOf(stable(), 'proxy')).toEqual({ ok: true, value: 'proxy' });
  });

  it('is the only one when none is named', () => {
    expect(containerOf(single, undefined)).toEqual({ ok: true, value: 'main' });
  });

  it('is not guessed among several', () => {
    expect(containerOf(stable(), undefined)).toMatchObject({
      ok: false,
      problem: 'is not given, and Deployment agent has 2 containers',
      remedy: expect.stringContaining('`agent`, `proxy`'),
    });
  });

  it('is not one that does not exist, nor an init container', () => {
    expect(containerOf(stable(), 'migrate')).toMatchObject({ ok: false, remedy: 'Use one of: `agent`, `proxy`.' });
  });

  it('runs an image', () => {
    expect(imageOf(stable(), 'proxy')).toBe('shop/proxy:3');
    expect(imageOf(stable(), 'migrate')).toBeUndefined();
  });
});

describe('the patch that changes an image', () => {
  it('is guarded by the version that was read and by the name at the index', () => {
    expect(setImage(stable(), 'proxy', 'shop/proxy:4')).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '41' },
      { op: 'test', path: '/spec/template/spec/containers/1/name', value: 'proxy' },
      { op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'shop/proxy:4' },
    ]);
  });

  it('takes a container that does not exist for a defect', () => {
    expect(() => setImage(stable(), 'gone', 'x:1')).toThrow(Failure);
  });
});
