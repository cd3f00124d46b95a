import { describe, expect, it } from '@jest/globals';
import { parseKubernetesVersion, skewProblems } from '../../../src/domain/fleet/version-skew.ts';

describe('parseKubernetesVersion', () => {
  it.each([
    ['v1.34.4', 34],
    ['v1.33.2-gke.100', 33],
    ['v1.30.4-eks-a737599', 30],
    ['1.31+', 31],
    ['1.9', 9],
  ])('%s', (text, minor) => expect(parseKubernetesVersion(text)).toEqual({ major: 1, minor }));

  it.each(['', 'unknown', 'v1', 'v1.x', '1.34 or so'])('%j is none', (text) => expect(parseKubernetesVersion(text)).toBeUndefined());
});

describe('skewProblems', () => {
  const problems = (kubelet: string) => skewProblems({ major: 1, minor: 34 }, [{ node: 'n1', kubelet }]);

  it.each(['v1.34.4', 'v1.31.0'])('%s goes with 1.34', (kubelet) => expect(problems(kubelet)).toEqual([]));

  it.each([
    ['v1.35.0', "node n1 has kubelet 1.35, which is newer than the API server's 1.34"],
    ['v1.30.9', "node n1 has kubelet 1.30, which is more than 3 minor versions behind the API server's 1.34"],
    ['v2.34.0', 'more than 3'],
    ['', 'does not say'],
  ])('%s does not', (kubelet, told) => expect(problems(kubelet)).toEqual([expect.stringContaining(told)]));
});
