import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { isolationWarnings } from '../../../src/domain/rollout/canary-isolation.ts';

const sides = {
  namespace: 'shop',
  stable: { app: 'agent', version: 'stable' },
  canary: { app: 'agent', version: 'canary', 'wf-deploy.io/track': 'canary' },
  canarySelector: { matchLabels: { app: 'agent', 'wf-deploy.io/track': 'canary' } },
};

const policy = (name: string, podLabels: object, spec: object): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec: { podSelector: { matchLabels: podLabels }, ...spec },
});
const deny = (...policyTypes: readonly string[]) => policy('deny', {}, { policyTypes });
const ingress = (...rules: readonly object[]) => ({ policyTypes: ['Ingress'], ingress: rules });
const egress = (...rules: readonly object[]) => ({ policyTypes: ['Egress'], egress: rules });
const stable = { version: 'stable' };
const gateway = { from: [{ namespaceSelector: { matchLabels: { name: 'gateway' } } }] };
const database = { to: [{ podSelector: { matchLabels: { app: 'database' } } }], ports: [{ port: 5432 }] };

const said = (...policies: readonly KubernetesObject[]) => isolationWarnings(policies, sides).map(({ what }) => what);

describe('NetworkPolicies that know stable by a label that the canary does not have', () => {
  it('let nobody in to it', () => {
    expect(said(deny('Ingress'), policy('web', stable, ingress(gateway)))).toEqual([
      "NetworkPolicy web lets requests in to stable's pods and does not select the canary's, which deny isolates: users who are sent to the canary get no answer.",
    ]);
  });

  it('let it reach nothing', () => {
    expect(
      said(
        deny('Ingress', 'Egress'),
        policy('database', stable, egress(database)),
        policy('dns', stable, egress({ ports: [{ port: 53 }] })),
      ),
    ).toEqual([
      "NetworkPolicy database, dns lets requests out of stable's pods and does not select the canary's, which deny isolates: the canary reaches nothing that it needs.",
    ]);
  });

  it('may lack something where other rules allow something', () => {
    const dns = policy('dns', {}, egress({ ports: [{ port: 53 }] }));
    const monitoring = policy('monitoring', {}, ingress({ from: [{ podSelector: {} }] }));
    expect(
      said(dns, monitoring, policy('web', stable, { ...ingress(gateway), ...egress(database), policyTypes: ['Ingress', 'Egress'] })),
    ).toEqual([
      "NetworkPolicy web lets requests in to stable's pods and does not select the canary's, which monitoring isolates: other rules let some requests in to them, and it may be that not all users who are sent to the canary get an answer.",
      "NetworkPolicy web lets requests out of stable's pods and does not select the canary's, which dns isolates: other rules let some requests out of them, and it may be that the canary does not reach all that it needs.",
    ]);
  });

  it('are mended by what is printed', () => {
    const policies = [
      deny('Ingress', 'Egress'),
      policy('web', stable, { policyTypes: ['Ingress', 'Egress'], ingress: [gateway], egress: [database] }),
      policy('dns', stable, egress({ ports: [{ port: 53 }] })),
    ];
    const warnings = isolationWarnings(policies, sides);
    const printed = warnings.flatMap(({ yaml = '' }) => parseAllDocuments(yaml).map((each) => each.toJS() as KubernetesObject));
    expect(printed.map(({ metadata }) => metadata.name)).toEqual(['web-canary-ingress', 'web-canary-egress', 'dns-canary-egress']);
    expect(printed[0]).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web-canary-ingress', namespace: 'shop' },
      spec: { podSelector: sides.canarySelector, policyTypes: ['Ingress'], ingress: [gateway] },
    });
    expect(said(...policies, ...printed)).toEqual([]);
    expect(warnings.every(({ remedy }) => remedy.endsWith(':'))).toBe(true);
  });
});

describe('nothing is said', () => {
  it.each([
    ['without policies', []],
    ['where nothing isolates the canary', [policy('web', stable, ingress(gateway))]],
    ['where it is isolated in the other direction', [deny('Egress'), policy('web', stable, ingress(gateway))]],
    ['where stable is allowed nothing either', [deny('Ingress', 'Egress'), policy('none', stable, ingress())]],
    ['where the policy selects both', [deny('Ingress'), policy('web', { app: 'agent' }, ingress(gateway))]],
    ['of policies for other pods', [deny('Ingress'), policy('other', { app: 'other' }, ingress(gateway))]],
    ['where the canary has the same rule', [policy('both', { app: 'agent' }, ingress(gateway)), policy('web', stable, ingress(gateway))]],
    ['where the canary is allowed everything', [policy('all', {}, ingress({})), policy('web', stable, ingress(gateway))]],
    [
      'where it is allowed the same on every port',
      [policy('all', {}, egress({ to: database.to, ports: [] })), policy('web', stable, egress(database))],
    ],
  ])('%s', (_, policies) => expect(said(...policies)).toEqual([]));
});
