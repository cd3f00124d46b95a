import { expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { ownershipFindings, rollingChanges } from '../../../src/domain/rollout/ownership-findings.ts';

const deployment = (name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop', labels },
});
const changed = rollingChanges([undefined, deployment('own'), deployment('web', { 'argocd.argoproj.io/instance': 'shop' })]);
const told = {
  what: "Deployment web belongs to Argo CD (shop). Argo CD's Application `shop` will set the pod template of Deployment web back to what Git says: at its next sync, or within seconds when selfHeal is on.",
  yaml: expect.stringContaining('ignoreDifferences'),
};

it('who else writes an object is a problem where that is refused, with what accepts it', () => {
  const { problems, warnings } = ownershipFindings('refuse', changed);
  expect(problems).toMatchObject([
    { ...told, remedy: expect.stringMatching(/^Set `gitops: accept` after this: Write what is rolled out/) },
  ]);
  expect(warnings).toEqual([]);
});

it('and a warning where it is accepted, which asks for nothing that was given', () => {
  const { problems, warnings } = ownershipFindings('accept', changed);
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([{ ...told, remedy: expect.stringMatching(/^Write what is rolled out/) }]);
});
