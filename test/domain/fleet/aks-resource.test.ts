import { describe, expect, it } from '@jest/globals';
import { aksResourceText, parseAksResource } from '../../../src/domain/fleet/aks-resource.ts';

const id =
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/ai-workflow-rg/providers/Microsoft.ContainerService/managedClusters/ai-workflow-aks';

describe('parseAksResource', () => {
  it('reads what it writes', () => {
    const result = parseAksResource(id);
    expect(result).toEqual({
      ok: true,
      value: { subscription: '0b1f6471-1bf0-4dda-aec3-cb9272f09590', group: 'ai-workflow-rg', name: 'ai-workflow-aks' },
    });
    expect(result.ok && aksResourceText(result.value)).toBe(id);
  });

  it('does not mind the case of the fixed parts', () => {
    expect(parseAksResource(id.replace('resourceGroups', 'resourcegroups').replace('Microsoft.', 'microsoft.')).ok).toBe(true);
  });

  it.each([
    '',
    'ai-workflow-aks',
    `https://management.azure.com${id}`,
    id.replace('0b1f6471', '0b1f647'),
    id.replace('ai-workflow-rg', '../x'),
    id.replace('ai-workflow-rg', 'ends-with.'),
    `${id}/agentPools/application`,
    id.replace('managedClusters', 'fleets'),
    `${id}-`,
  ])('refuses %j', (text) =>
    expect(parseAksResource(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('managedClusters') }),
  );
});
