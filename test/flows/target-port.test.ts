import { describe, expect, it } from '@jest/globals';
import { declaredPort, targetPort } from '../../src/flows/target-port.ts';
import { service } from '../domain/rollout/deployments.ts';
import { deployment } from './workloads.ts';

const stable = deployment('agent', 'i', 1);

describe('targetPort', () => {
  it.each([
    ['a number', [{ port: 80, targetPort: 9090 }], 9090],
    ['a name of the pod template', [{ port: 80, targetPort: 'http' }], 8080],
    ['a name that no container has', [{ port: 81, targetPort: 'grpc' }], 81],
    ['no target', [{ port: 8081 }], 8081],
    [
      'several ports: the first',
      [
        { port: 80, targetPort: 1 },
        { port: 90, targetPort: 2 },
      ],
      1,
    ],
    ['no port at all', [], 80],
  ])('%s', (_, ports, expected) => {
    expect(targetPort(service('agent-canary', { app: 'x' }, ports), stable)).toBe(expected);
  });
});

describe('declaredPort', () => {
  const containers = (...ports: (readonly number[] | undefined)[]) => ({
    spec: {
      containers: ports.map((each, index) => ({
        name: `c${index}`,
        image: 'i',
        ...(each === undefined ? {} : { ports: each.map((containerPort) => ({ containerPort })) }),
      })),
    },
  });

  it.each([
    ['the first of the first container that declares one', containers(undefined, [9090, 9091], [1]), 9090],
    ['none where none is declared', containers(undefined, []), undefined],
    ['none of a template without containers', {}, undefined],
  ])('%s', (_, template, expected) => {
    expect(declaredPort(template)).toBe(expected);
  });
});
