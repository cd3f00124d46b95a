import { describe, expect, it } from '@jest/globals';
import { parseClusterInputs } from '../../../src/flows/cluster/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

describe('parseClusterInputs', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing', {}, ['`name`', '`kubeconfig`', 'none is given']],
    ['room that is none', { name: 'eastus', room: '5 pods' }, ['`room` = `5 pods`', '`5 x 500m/1Gi`']],
    ['cores that are none', { name: 'eastus', room: '5 x half/1Gi' }, ['`half` is not a quantity']],
    ['nodes without room', { name: 'eastus', 'node-selector': 'a=b' }, ['`room`']],
    ['a selector that is none', { name: 'eastus', room: '1 x 1/1', 'node-selector': 'a==b==c' }, ['`node-selector`', 'kubectl']],
    ['a name that is none', { name: 'East US' }, ['`name` = `East US`']],
  ])('refuses %s', (_, inputs, told) => {
    const failure = failureOf(() => parseClusterInputs(rawInputs(inputs)));
    expect(failure.code).toBe('INPUT_INVALID');
    for (const text of told) expect(failure.message).toContain(text);
  });

  it('shows no kubeconfig', () => {
    const failure = failureOf(() => parseClusterInputs(rawInputs({ kubeconfig: 'hunter2', name: 'East' })));
    expect(failure.message).not.toContain('hunter2');
  });

  it('keeps what is secret out of the plan', () => {
    const { plan, connections } = parseClusterInputs(
      rawInputs({ kubeconfig: 'hunter2', room: '2 x 1/1Gi', 'node-selector': 'pool in (a, b),!gpu', tolerated: 'one, two' }),
    );
    expect(connections.kubeconfig).toBe('hunter2');
    expect(JSON.stringify(plan)).not.toContain('hunter2');
    expect(plan).toMatchObject({
      room: { pods: 2, request: { cpu: 1, memory: 2 ** 30 } },
      nodes: {
        matchExpressions: [
          { key: 'pool', operator: 'In', values: ['a', 'b'] },
          { key: 'gpu', operator: 'DoesNotExist' },
        ],
      },
      tolerated: ['one', 'two'],
    });
  });
});
