import { describe, expect, it } from '@jest/globals';
import type { Connections } from '../../src/flows/flow.ts';
import { openWorld } from '../../src/world/cluster.ts';
import { failureOf } from '../flows/raw-inputs.ts';
import { surroundings } from './surroundings.ts';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: one
clusters:
  - { name: c, cluster: { server: "https://127.0.0.1:1" } }
users:
  - { name: u, user: { token: hunter-of-the-cluster } }
contexts:
  - { name: one, context: { cluster: c, user: u, namespace: shop } }
  - { name: two, context: { cluster: c, user: u } }
`;
const connections: Connections = {
  kubeconfig: { text: kubeconfig, context: '' },
  prometheus: {
    by: 'url',
    url: 'https://someone:hunter%20one@prometheus.example.com',
    token: undefined,
    ca: undefined,
    headers: { 'X-Scope-OrgID': 'hunter-two' },
  },
  notify: [
    { kind: 'slack', url: 'https://hooks.example.com/hunter-three' },
    { kind: 'github-issue', token: 'hunter-four', repository: 'o/r' },
  ],
  githubToken: undefined,
};

function build(more: Partial<Connections> = {}) {
  const masked: string[] = [];
  const around = surroundings({ mask: (secret) => masked.push(secret) });
  const world = openWorld({ ...connections, ...more }, around);
  world.close();
  return { world, masked };
}

describe('openWorld', () => {
  it('masks every secret before anyone is asked anything', () => {
    const { masked } = build();
    expect(masked).toEqual(
      expect.arrayContaining([
        'hunter-of-the-cluster',
        'hunter%20one',
        'hunter one',
        'hunter-two',
        'https://hooks.example.com/hunter-three',
      ]),
    );
    expect(masked).not.toContain('');
  });

  it('masks a token of the metric store', () => {
    expect(build({ prometheus: { by: 'url', url: 'https://p', token: 'hunter-four', ca: undefined, headers: {} } }).masked).toContain(
      'hunter-four',
    );
  });

  it('takes the namespace of the context, or `default`', () => {
    expect(build().world.defaultNamespace).toBe('shop');
    expect(build({ kubeconfig: { text: kubeconfig, context: 'two' } }).world.defaultNamespace).toBe('default');
  });

  it('notifies only where there is someone to notify', () => {
    expect(build().world.notifiers.map(({ name }) => name)).toEqual(['slack', 'github-issue']);
    expect(build({ notify: [] }).world.notifiers).toEqual([]);
  });

  it('gives the guardian nothing that writes to a repository', () => {
    expect(build().world.guardianKit.tells).toEqual([{ kind: 'slack', url: 'https://hooks.example.com/hunter-three' }]);
  });

  it('reads Prometheus in the cluster through the API server', () => {
    expect(build({ prometheus: { by: 'service', namespace: 'm', name: 'p', port: '9090' } }).world.metrics).toHaveProperty('query');
  });

  it('without a Prometheus has no data, and never a pass', async () => {
    await expect(build({ prometheus: undefined }).world.metrics.query('up')).rejects.toMatchObject({ code: 'METRICS_UNREACHABLE' });
  });

  it.each<readonly [string, Partial<Connections>, string]>([
    ['a kubeconfig that is none', { kubeconfig: { text: 'not: [a', context: '' } }, 'KUBECONFIG_INVALID'],
    ['a context that does not exist', { kubeconfig: { text: kubeconfig, context: 'three' } }, 'KUBECONFIG_INVALID'],
  ])('refuses %s', (_, more, code) => {
    expect(failureOf(() => build(more)).code).toBe(code);
  });
});
