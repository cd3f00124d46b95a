import { describe, expect, it } from '@jest/globals';
import type { FleetConnections } from '../../src/flows/flow.ts';
import { buildFleet } from '../../src/world/fleet.ts';
import type { Surroundings } from '../../src/world/surroundings.ts';
import { surroundingsOfNoBuild } from './no-build.ts';

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
  const around: Surroundings = {
    run: { holder: 'h', page: undefined, actor: undefined, commit: undefined },
    log: { line: () => undefined, debug: () => undefined, annotate: () => undefined },
    cancellation: { onRequest: () => () => undefined },
    handover: { save: () => undefined },
    mask: (secret) => masked.push(secret),
    workspace: '/nowhere',
    kubeconfigPath: '',
    dockerConfig: '',
    environment: {},
    version: '0.0.0',
    temporary: '/nowhere',
    idToken: undefined,
    building: surroundingsOfNoBuild,
  };
  return { fleet: buildFleet({ kubeconfig: '', kubeconfigs: {}, githubToken: undefined, notify: [], ...connections }, around), masked };
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

  it('a cluster without any is refused', () => {
    expect(() => build({}).fleet.reach({ cluster: 'east', context: '' })).toThrow(/There is no kubeconfig/);
  });
});
