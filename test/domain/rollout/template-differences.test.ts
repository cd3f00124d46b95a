import { describe, expect, it } from '@jest/globals';
import { templateDifferences } from '../../../src/domain/rollout/template-differences.ts';
import { stable } from './deployments.ts';

const agent = { name: 'agent', image: 'shop/agent:1', env: [{ name: 'MODE', value: 'fast' }], resources: { limits: { memory: '1Gi' } } };
const proxy = { name: 'proxy', image: 'shop/proxy:3' };
const canary = (containers: readonly object[]) => {
  const made = stable({ containers, labels: { app: 'agent-canary' } });
  return { ...made, metadata: { name: 'agent-canary' } };
};
const against = (...containers: readonly object[]) => templateDifferences(stable(), canary(containers), 'agent');

describe('how a canary differs from stable', () => {
  it('not by its labels, the image of the container, or the order of containers', () => {
    expect(against({ ...proxy }, { ...agent, image: 'shop/agent:2' })).toEqual([]);
  });

  it.each<readonly [string, readonly object[], readonly string[]]>([
    [
      'the image of another container',
      [agent, { ...proxy, image: 'shop/proxy:4' }],
      ['containers.proxy.image is shop/proxy:3 in agent and shop/proxy:4 in agent-canary.'],
    ],
    [
      'a value',
      [{ ...agent, resources: { limits: { memory: '2Gi' } } }, proxy],
      ['containers.agent.resources.limits.memory is 1Gi in agent and 2Gi in agent-canary.'],
    ],
    [
      'something that only the canary has',
      [{ ...agent, tty: true }, proxy],
      ['containers.agent.tty is set in agent-canary and not in agent.'],
    ],
    [
      'something that only stable has',
      [{ name: 'agent', env: agent.env }, proxy],
      ['containers.agent.resources is set in agent and not in agent-canary.'],
    ],
    ['a container that is missing', [agent], ['containers.proxy is set in agent and not in agent-canary.']],
    [
      'an environment variable, without its value',
      [{ ...agent, env: [{ name: 'MODE', value: 'hunter2' }] }, proxy],
      ['containers.agent.env.MODE.value is not the same in agent and agent-canary.'],
    ],
    [
      'arguments, without their values',
      [{ ...agent, args: ['--token=hunter2'] }, proxy],
      ['containers.agent.args is set in agent-canary and not in agent.'],
    ],
  ])('%s', (_, containers, expected) => {
    expect(against(...containers)).toEqual(expected);
  });

  it('compares lists without names by place', () => {
    const one = stable({ containers: [{ name: 'agent', command: ['a', 'b'], ports: [{ containerPort: 80 }] }] });
    const other = canary([{ name: 'agent', command: ['a', 'c'], ports: [{ containerPort: 81 }] }]);
    expect(templateDifferences(one, other, 'agent')).toEqual([
      'containers.agent.command.1 is not the same in agent and agent-canary.',
      'containers.agent.ports.0.containerPort is 80 in agent and 81 in agent-canary.',
    ]);
  });

  it('lists twenty and counts the rest', () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`field${index}`, index]));
    const found = against({ ...agent, ...many }, proxy);
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe('There are 5 more differences.');
  });
});
