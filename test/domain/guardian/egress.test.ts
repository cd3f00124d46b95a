import { describe, expect, it } from '@jest/globals';
import { apiPortsOf, inspectEgress, otherPolicies, unreadPolicies, unseenPolicies } from '../../../src/domain/guardian/egress.ts';
import { labelsOf } from '../../../src/domain/guardian/objects.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const place = { service: 'agent', namespace: 'shop' };
const policy = (spec: object, name = 'deny'): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
});
const everyPod = { podSelector: {} };
const egress = (...rules: readonly object[]) => policy({ ...everyPod, policyTypes: ['Egress'], egress: rules });
const address = { ipBlock: { cidr: '10.0.0.0/8' } };

const verdict = (...policies: readonly KubernetesObject[]) => {
  const { problems, warnings } = inspectEgress(policies, place);
  return problems.length > 0 ? 'cut' : warnings.length > 0 ? 'not checked' : 'open';
};

describe('the way to the API server', () => {
  it.each([
    ['no policy', 'open', []],
    ['ingress only', 'open', [policy({ ...everyPod, ingress: [] })]],
    ['other pods only', 'open', [policy({ podSelector: { matchLabels: { app: 'agent' } }, policyTypes: ['Egress'] })]],
    ['everything denied', 'cut', [policy({ ...everyPod, policyTypes: ['Egress'] })]],
    ['denied without saying the type', 'cut', [policy({ ...everyPod, egress: [] })]],
    ['everything allowed', 'open', [egress({})]],
    ['every address allowed', 'open', [egress({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] })]],
    ['DNS only', 'cut', [egress({ ports: [{ protocol: 'UDP', port: 53 }] })]],
    ['443 to everyone', 'open', [egress({ ports: [{ port: 443 }] })]],
    ['a range of ports', 'open', [egress({ ports: [{ port: 6000, endPort: 7000 }] })]],
    ['443 by UDP', 'cut', [egress({ ports: [{ protocol: 'UDP', port: 443 }] })]],
    ['pods only', 'cut', [egress({ to: [{ podSelector: {} }] })]],
    ['some addresses', 'not checked', [egress({ to: [address] })]],
    ['denied by one and allowed by another', 'open', [egress(), egress({ ports: [{ port: 6443 }] })]],
  ])('%s: %s', (_, expected, policies) => expect(verdict(...policies)).toBe(expected));

  it('names the policy and gives the one that mends it', () => {
    const denied = policy({ ...everyPod, policyTypes: ['Egress'] }, 'default-deny');
    const [problem] = inspectEgress([denied], place).problems;
    expect(problem?.what).toBe('NetworkPolicy default-deny cuts the guardian off: no rule lets its pod reach the API server.');
    expect(problem?.yaml).toContain('wf-deploy.io/track: guardian');
    const mend = policy({
      podSelector: { matchLabels: labelsOf('agent') },
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 443 }, { port: 6443 }] }],
    });
    expect(verdict(denied, mend)).toBe('open');
  });

  it('goes by the ports of the API server where they are known', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes' }, spec: { ports: [{ port: 443 }] } };
    const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'kubernetes' }, ports: [{ port: 16443 }] };
    const ports = apiPortsOf(service, [slice]);
    expect(ports).toEqual([443, 16443]);
    expect(apiPortsOf(undefined, [])).toEqual([443, 6443]);
    const to = (port: number) => [egress({ ports: [{ port }] })];
    expect(inspectEgress(to(16443), place, ports)).toEqual({ problems: [], warnings: [] });
    const [problem] = inspectEgress(to(6443), place, ports).problems;
    expect(problem?.yaml).toContain('port: 16443');
    expect(problem?.yaml).not.toContain('port: 6443');
  });

  it('says of policies of other kinds that they were not read', () => {
    expect(unreadPolicies([], 'agent')).toEqual([]);
    const cilium = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: 'deny', namespace: 'shop' } };
    expect(unreadPolicies([cilium], 'agent')).toEqual([
      {
        what: 'Not checked: whether policies of other kinds let the guardian reach the API server (CiliumNetworkPolicy deny).',
        remedy:
          'See that they let pods with the labels wf-deploy.io/service=agent,wf-deploy.io/track=guardian reach the API server (the Service kubernetes of namespace default, and the port behind it) by TCP. Without that no weight will be moved.',
      },
    ]);
  });

  it('says of those that may not be seen which they are', () => {
    expect(unseenPolicies([], 'yaml')).toEqual([]);
    expect(unseenPolicies([otherPolicies[1]], 'yaml')).toEqual([
      {
        what: 'Not checked for lack of permission: whether policies of other kinds cut the guardian off from the API server (NetworkPolicy of crd.projectcalico.org).',
        remedy: 'If one does, no weight will be moved. Grant this to have it checked as well:',
        yaml: 'yaml',
      },
    ]);
  });
});
