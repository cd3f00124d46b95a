import { describe, expect, test } from '@jest/globals';
import { provision } from '../../scripts/provision.ts';
import { type Machine, requirements } from './requirements.ts';

const complete: Machine = { platform: 'linux', isRoot: true, hasCommand: () => true, hasNetworkPlugins: () => true };

describe('what the lab needs', () => {
  test('a machine that has all of it', () => {
    expect(requirements(complete)).toEqual({ state: 'met' });
  });

  test('packages that are missing are named once each', () => {
    const check = requirements({
      ...complete,
      hasCommand: (name) => !['containerd', 'ctr', 'runc'].includes(name),
      hasNetworkPlugins: () => false,
    });
    expect(check).toMatchObject({ state: 'missing', packages: ['containerd', 'runc', 'containernetworking-plugins'] });
  });

  test.each([
    { machine: { ...complete, isRoot: false }, because: 'not-root' },
    { machine: { ...complete, platform: 'darwin' }, because: 'not-linux' },
  ])('$because: what cannot run and what to use in its place, and nothing is installed or built', async ({ machine, because }) => {
    const outcome = await provision({ machine });
    expect(outcome).toMatchObject({ state: 'impossible', because });
    expect(outcome).toHaveProperty('cannotRun', expect.arrayContaining([expect.stringContaining('kubelet')]));
    expect(outcome).toHaveProperty('statement', expect.stringMatching(/kind, k3d or minikube .* kubeconfig context/));
  });
});
