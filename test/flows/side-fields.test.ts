import { describe, expect, it } from '@jest/globals';
import { sideClashes, sidesOf } from '../../src/flows/side-fields.ts';

const clashes = (given: Readonly<Record<string, string>>) =>
  sideClashes({ text: (name) => given[name] ?? '', document: () => undefined }).map(
    ({ inputs, problem }) => `${inputs.join(', ')}: ${problem}`,
  );

describe('hosts and subsets', () => {
  it.each([
    [{}],
    [{ router: 'istio', 'stable-host': 'agent' }],
    [{ router: 'istio', 'stable-host': 'agent', 'canary-host': 'agent-next' }],
    [{ router: 'istio', 'stable-subset': 'v1', 'canary-subset': 'v2', 'stable-host': 'agent' }],
  ])('%j is sound', (given) => expect(clashes(given)).toEqual([]));

  it.each([
    [{ router: 'istio', 'stable-subset': 'v1' }, 'stable-subset, canary-subset: only one is given'],
    [{ router: 'istio', 'canary-subset': 'v1' }, 'stable-subset, canary-subset: only one is given'],
    [{ router: 'istio', 'stable-subset': 'v1', 'canary-subset': 'v1' }, 'stable-subset, canary-subset: both are the same'],
    [
      { router: 'istio', 'stable-subset': 'v1', 'canary-subset': 'v2', 'canary-host': 'x' },
      'canary-host, stable-subset, canary-subset: subsets are parts of one host',
    ],
    [{ router: 'istio', 'stable-host': 'a', 'canary-host': 'a' }, 'stable-host, canary-host: both are the same'],
    [{ 'stable-host': 'a' }, 'stable-host, router: hosts and subsets are of use only with `istio`'],
    [{ router: 'nginx-ingress', 'canary-host': 'a' }, 'canary-host, router: hosts and subsets are of use only with `istio`'],
  ])('%j clashes', (given, text) => expect(clashes(given)).toEqual([text]));

  it('are what they are', () => {
    const none = { 'stable-host': undefined, 'canary-host': undefined, 'stable-subset': undefined, 'canary-subset': undefined };
    expect(sidesOf(none)).toEqual({ hosts: { stable: undefined, canary: undefined }, subsets: undefined });
    expect(sidesOf({ ...none, 'stable-subset': 'v1', 'canary-subset': 'v2' }).subsets).toEqual({ stable: 'v1', canary: 'v2' });
  });
});
