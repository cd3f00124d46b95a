import type { Undo } from '../../src/domain/guardian/undo.ts';
import { Deployment, HTTPRoute, Lease } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { firstMove, step } from '../../src/guardian/guard.ts';
import type { Hands } from '../../src/guardian/hands.ts';
import { perform } from '../../src/guardian/perform.ts';
import { app } from '../domain/traffic/httproute/fixtures.ts';
import { newImage, oldImage, type Shop, shop } from '../flows/canary/shop.ts';
import { left } from '../flows/operations/on-shop.ts';
import { handsOn } from './hands-on.ts';

export const undo: Undo = {
  router: 'gateway-api',
  app,
  stableDeployment: 'agent',
  lease: 'wf-deploy-agent',
  epoch: 5,
  leaseSeconds: 60,
  restoreSeconds: 600,
};

/** The whole life of a guardian, and why it ended. */
export async function guardianOn({ cluster, clock, lines }: Shop, more: Partial<Hands> = {}): Promise<string> {
  const hands: Hands = { ...handsOn(cluster, clock, undo), log: (line) => lines.push(`guardian: ${line}`), ...more };
  let { state, action } = firstMove;
  while (action.do !== 'end') ({ state, action } = step({ ...hands.undo, me: hands.me }, state, await perform(hands, action)));
  return state.phase === 'ended' ? state.because : state.phase;
}

/** A run has died: in its stages with 25 % on the canary, or in its promotion with everybody there and stable changed. */
export function died(phase: 'stages' | 'promoting'): Shop {
  const on = shop();
  left(on, phase, 'run-1');
  if (phase === 'stages') setWeight(on, 25);
  else {
    changed(on, Lease, 'wf-deploy-agent', (text) => text.replace(String.raw`\"weight\":25,\"container\":\"app\"`, promoting));
    setWeight(on, 100);
    setStable(on, newImage);
  }
  return on;
}

const promoting = String.raw`\"weight\":100,\"container\":\"agent\"`;

/** By whoever writes the route beside us. */
export const setWeight = (on: Shop, weight: number): void => {
  const { 'wf-deploy.io/epoch': epoch = '5', ...others } = on.cluster.find(HTTPRoute, 'agent')?.metadata.annotations ?? {};
  changed(on, HTTPRoute, 'agent', (text) => {
    const route = JSON.parse(text) as KubernetesObject & { readonly spec: { readonly rules: readonly Rule[] } };
    const rules = route.spec.rules.map((rule) => ({
      ...rule,
      backendRefs: rule.backendRefs.map((ref) => ({ ...ref, weight: ref.name === 'agent' ? 100 - weight : weight })),
    }));
    const annotations = { ...others, 'wf-deploy.io/epoch': epoch };
    return JSON.stringify({ ...route, metadata: { ...route.metadata, annotations }, spec: { ...route.spec, rules } });
  });
};

interface Rule {
  readonly backendRefs: readonly { readonly name: string; readonly weight: number }[];
}

/** By whoever writes stable beside us. */
export const setStable = (on: Shop, image: string): void =>
  changed(on, Deployment, 'agent', (text) => text.replaceAll(oldImage, image).replaceAll(newImage, image));

/** Someone else has taken the Lease. */
export const handOver = (on: Shop, holder: string, epoch: number): void =>
  changed(on, Lease, 'wf-deploy-agent', (text) => {
    const lease = JSON.parse(text) as KubernetesObject & { readonly spec: object };
    const annotations = { ...lease.metadata.annotations, 'wf-deploy.io/epoch': String(epoch) };
    return JSON.stringify({ ...lease, metadata: { ...lease.metadata, annotations }, spec: { ...lease.spec, holderIdentity: holder } });
  });

function changed({ cluster }: Shop, kind: typeof Lease, name: string, change: (text: string) => string): void {
  const found = cluster.find(kind, name);
  if (found === undefined) throw new Error(`There is a ${kind.kind} ${name}.`);
  cluster.reacting(cluster.put(kind, JSON.parse(change(JSON.stringify(found))) as KubernetesObject));
}
