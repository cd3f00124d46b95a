import { describe, expect, it } from '@jest/globals';
import { filledImage, parseOverrides } from '../../../src/domain/fleet/release-images.ts';

describe('an image of the file', () => {
  it.each([
    ['reg.example.com/{service}:{version}', 'v1', 'reg.example.com/agent', 'v1'],
    ['reg.example.com/agent:fixed', undefined, 'reg.example.com/agent', 'fixed'],
  ])('%s', (template, version, name, tag) =>
    expect(filledImage(template, { service: 'agent', version })).toMatchObject({ ok: true, value: { name, tag } }),
  );
  it.each([
    ['reg.example.com/{service}:{version}', undefined, /`version` is empty/],
    ['reg.example.com/{name}:v1', 'v1', /has `\{name\}`/],
    ['reg.example.com/{service}', 'v1', /neither a tag nor a digest/],
    ['reg.example.com/{service}:a b', 'v1', /is not an image reference/],
  ])('%s with %s is refused', (template, version, problem) =>
    expect(filledImage(template, { service: 'agent', version })).toMatchObject({ ok: false, problem: expect.stringMatching(problem) }),
  );
});

describe('images of the step', () => {
  it('are of a service, or of one container of it', () =>
    expect(parseOverrides({ agent: 'a:1', 'auth/api': 'b:2' })).toMatchObject({
      ok: true,
      value: [
        { service: 'agent', container: undefined },
        { service: 'auth', container: 'api' },
      ],
    }));
  it.each([[[]], [{}], ['a'], [{ 'a/b/c': 'a:1' }], [{ 'A!': 'a:1' }], [{ a: 1 }], [{ a: 'no tag' }]])('%j is refused', (value) =>
    expect(parseOverrides(value).ok).toBe(false),
  );
});
