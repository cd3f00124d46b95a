import { describe, expect, it } from '@jest/globals';
import { parseClusterInputs } from '../../../src/flows/cluster/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const guid = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const aks = `/subscriptions/${guid}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c`;

describe('parseClusterInputs', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing', {}, ['`name`', '`kubeconfig`', '`aks`', 'none is given']],
    ['two ways', { aks, kubeconfig: 'k', 'azure-client-id': guid, 'azure-tenant-id': guid }, ['both are given']],
    ['a client without a tenant', { name: 'eastus', 'azure-client-id': guid }, ['only one of them']],
    ['AKS without a client', { aks }, ['`azure-client-id`']],
    [
      'a client that is no id',
      { aks, 'azure-client-id': 'my-app', 'azure-tenant-id': guid },
      ['`azure-client-id` = `my-app`', '8-4-4-4-12'],
    ],
    ['an id of something else', { aks: `${aks}/x`, 'azure-client-id': guid, 'azure-tenant-id': guid }, ['`aks`', 'managedClusters/NAME']],
    ['room that is none', { name: 'eastus', room: '5 pods' }, ['`room` = `5 pods`', '`5 x 500m/1Gi`']],
    ['cores that are none', { name: 'eastus', room: '5 x half/1Gi' }, ['`half` is not a quantity']],
    ['nodes without room', { name: 'eastus', 'node-selector': 'a=b' }, ['`room`']],
    ['a selector that is none', { name: 'eastus', room: '1 x 1/1', 'node-selector': 'a==b==c' }, ['`node-selector`', 'kubectl']],
    [
      'a sign-in without a management API',
      { name: 'a', 'azure-authority': 'https://login.example.com' },
      ['`azure-management`', 'only one'],
    ],
    ['a management API without a sign-in', { name: 'a', 'azure-management': 'https://api.example.com' }, ['`azure-authority`', 'only one']],
    [
      'a known cloud and one of its own',
      { name: 'a', 'azure-cloud': 'china', 'azure-authority': 'https://l.example.com', 'azure-management': 'https://m.example.com' },
      ['`azure-cloud`', 'both are given'],
    ],
    ['a cloud that is none', { name: 'a', 'azure-cloud': 'germany' }, ['`azure-cloud` = `germany`', '`us-government`']],
    [
      'a sign-in without TLS',
      { name: 'a', 'azure-authority': 'http://l.example.com', 'azure-management': 'https://m.example.com' },
      ['by https'],
    ],
    ['patience without an end', { name: 'a', 'wait-for-operation': '3h' }, ['`wait-for-operation` = `3h`']],
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
