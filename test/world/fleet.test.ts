import { describe, expect, it } from '@jest/globals';
import type { FleetConnections } from '../../src/flows/flow.ts';
import { openFleetWorld } from '../../src/world/fleet.ts';
import { surroundings } from './surroundings.ts';

const kubeconfig = (host: string, token: string): string => `apiVersion: v1
kind: Config
current-context: one
clusters:
  - { name: c, cluster: { server: "https://${host}" } }
users:
  - { name: u, user: { token: ${token} } }
contexts:
  - { name: one, context: { cluster: c, user: u, namespace: shop } }
  - { name: two, context: { cluster: c, user: u, namespace: other } }
`;

function build(connections: Partial<FleetConnections>) {
  const masked: string[] = [];
  const around = surroundings({ mask: (secret) => masked.push(secret) });
  return {
    fleet: openFleetWorld(
      { kubeconfig: '', kubeconfigs: {}, azure: undefined, githubToken: undefined, notify: [], ...connections },
      around,
    ),
    masked,
  };
}

describe('a fleet', () => {
  it('reaches each cluster by its own kubeconfig, and the others by the one for all', () => {
    const { fleet, masked } = build({
      kubeconfig: kubeconfig('all.example.com:6443', 'hunter-all'),
      kubeconfigs: { east: Buffer.from(kubeconfig('east.example.com', 'hunter-east')).toString('base64') },
    });
    const server = (cluster: string | undefined, context = ''): string => fleet.reach({ cluster, context }).server;
    expect([server('east'), server('west'), server(undefined)]).toEqual([
      'east.example.com',
      'all.example.com:6443',
      'all.example.com:6443',
    ]);
    expect(fleet.reach({ cluster: 'west', context: 'two' }).world.defaultNamespace).toBe('other');
    expect(masked).toEqual(expect.arrayContaining(['hunter-all', 'hunter-east']));
    expect(masked.some((each) => each.length > 200)).toBe(true);
    fleet.close();
  });

  it('a kubeconfig of a cluster’s own is used as it stands, whatever an earlier step would have called it', () => {
    const { fleet } = build({ kubeconfig: kubeconfig('all.example.com', 't'), kubeconfigs: { east: kubeconfig('east.example.com', 't') } });
    expect(fleet.reach({ cluster: 'east', context: '', opened: 'subscription/group/east' }).server).toBe('east.example.com');
    expect(() => fleet.reach({ cluster: 'west', context: '', opened: 'subscription/group/west' })).toThrow(/subscription\/group\/west/);
    fleet.close();
  });

  it('a kubeconfig of its cloud goes before those that were given', () => {
    const { fleet, masked } = build({ kubeconfig: kubeconfig('all.example.com', 't'), azure: { client: 'c', tenant: 't' } });
    expect(fleet.reach({ cluster: 'east', context: '' }, kubeconfig('azure.example.com', 'hunter-azure')).server).toBe('azure.example.com');
    expect(masked).toContain('hunter-azure');
    expect([fleet.managed === undefined, build({}).fleet.managed]).toEqual([false, undefined]);
    expect(build({ kubeconfigs: { east: kubeconfig('a', 't') } }).fleet.given).toEqual(new Set(['east']));
    fleet.close();
  });

  it('a cluster without any is refused', () => {
    expect(() => build({}).fleet.reach({ cluster: 'east', context: '' })).toThrow(/There is no kubeconfig/);
  });
});
