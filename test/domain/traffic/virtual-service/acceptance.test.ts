import { describe, expect, it } from '@jest/globals';
import type { Acceptance } from '../../../../src/domain/traffic/router.ts';
import { acceptanceOf } from '../../../../src/domain/traffic/virtual-service/acceptance.ts';
import { readRoute } from './fixtures.ts';

const error = {
  level: 'ERROR',
  type: { name: 'ReferencedResourceNotFound', code: 'IST0101' },
  documentationUrl: 'https://istio.io/latest/docs/reference/config/analysis/ist0101/',
};
const of = (status?: object): Acceptance => {
  const route = readRoute('one-rule');
  return acceptanceOf({
    ...route,
    metadata: { ...route.metadata, generation: 4 },
    ...(status === undefined ? {} : { status }),
  });
};

describe('whether a VirtualService at generation 4 is accepted', () => {
  it.each([
    ['without a status, as nobody in Istio writes one', undefined],
    ['with an empty status', {}],
    ['with a warning', { observedGeneration: 4, validationMessages: [{ ...error, level: 'WARNING' }] }],
    ['with an error about the generation before', { observedGeneration: 3, validationMessages: [error] }],
    ['with an error about the generation before, as a text', { observedGeneration: '3', validationMessages: [error] }],
  ])('yes: %s', (_, status) => expect(of(status)).toEqual({ is: 'accepted' }));

  it.each([
    ['this generation', { observedGeneration: 4 }],
    ['this generation, as a text', { observedGeneration: '4' }],
    ['no generation that is known', {}],
  ])('no: with an error about %s', (_, about) => {
    expect(of({ ...about, validationMessages: [{ level: 'INFO' }, error] })).toEqual({
      is: 'refused',
      reason: `Istio's analyser says IST0101 ReferencedResourceNotFound (${error.documentationUrl})`,
    });
  });

  it('no: with an error that says nothing about itself', () => {
    expect(of({ validationMessages: [{ level: 'ERROR' }] })).toEqual({
      is: 'refused',
      reason: "Istio's analyser says an error without a code",
    });
  });
});
