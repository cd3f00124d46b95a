import { type AuditEntry, auditEntries } from '../lab/audit.ts';
import type { ExampleService } from './example-service.ts';

/** Everything that runs of wf-deploy asked the API server for about a namespace, in order. What was refused is there too. */
export async function callsOf({ lab, namespace }: ExampleService, since?: Date): Promise<AuditEntry[]> {
  const entries = await auditEntries(lab, { userAgent: /^wf-deploy\//, ...(since === undefined ? {} : { since }) });
  return entries.filter((entry) => entry.namespace === namespace);
}

/** What they wrote, one sentence each. Renewals of the Lease, which fall anywhere, are left out. */
export async function storyOf(app: ExampleService, since?: Date): Promise<string[]> {
  return tell(await callsOf(app, since), await firstEpochOf(app)).map(({ text }) => text);
}

/** Of the first run: a new Lease begins with the time. */
export async function firstEpochOf(app: ExampleService): Promise<number> {
  return firstEpochIn(await callsOf(app));
}

function firstEpochIn(calls: readonly AuditEntry[]): number {
  const taken = calls.filter(({ resource, code, requestObject }) => resource === 'leases' && code < 300 && !Array.isArray(requestObject));
  const epochs = taken.map(({ requestObject }) => Number((requestObject as Body)?.metadata?.annotations?.['wf-deploy.io/epoch']));
  return Math.min(...epochs.filter((epoch) => epoch > 0));
}

export interface Told {
  readonly at: Date;
  readonly text: string;
}

/** Epochs are counted from the first run's, which is 1. */
export function tell(calls: readonly AuditEntry[], first = firstEpochIn(calls)): Told[] {
  const lease: LeaseSeen = { holder: '', rollout: '', first };
  return calls
    .filter(({ verb, code }) => ['create', 'update', 'patch', 'delete'].includes(verb) && code < 300)
    .flatMap((entry) => sentences(entry, lease).map((text) => ({ at: entry.at, text })));
}

interface LeaseSeen {
  holder: string;
  rollout: string;
  readonly first: number;
}

const counted = ({ first }: LeaseSeen, epoch: unknown): number => Number(epoch) - first + 1;

// Bodies as they were sent: JSON patches are lists, everything else is the object or a part of it.
// biome-ignore lint/suspicious/noExplicitAny: bodies of every kind.
type Body = any;

function sentences({ resource, name, verb, requestObject }: AuditEntry, lease: LeaseSeen): readonly string[] {
  const body = requestObject as Body;
  if (verb === 'delete') return [`${resource} ${name} deleted`];
  if (resource === 'leases') return leaseSentences(body, lease);
  if (resource === 'httproutes')
    return [`route ${canaryWeight(body)} %, epoch ${counted(lease, body.metadata.annotations['wf-deploy.io/epoch'])}`];
  if (resource !== 'deployments') return [`${resource} ${name} written`];
  if (!Array.isArray(body)) return [`${name} ${verb === 'create' ? 'created' : 'applied'}, ${pods(body.spec.replicas)}`];
  return body.flatMap(({ op, path, value }: Body) => {
    if (op === 'test' || path.startsWith('/metadata/')) return [];
    return [path === '/spec/replicas' ? `${name} ${pods(value)}` : `${name} gets ${value}`];
  });
}

/** The Lease is taken by replacing it, and renewed by a JSON patch with what changed. */
function leaseSentences(body: Body, seen: LeaseSeen): readonly string[] {
  const { rollout = seen.rollout, holder = seen.holder, epoch } = Array.isArray(body) ? patchedLease(body) : wholeLease(body);
  const told: string[] = [];
  if (rollout !== seen.rollout) {
    const { phase, weight } = JSON.parse(rollout) as { phase: string; weight: number };
    told.push(`lease says ${phase} ${weight} %`);
  }
  if (holder !== seen.holder) told.push(holder === '' ? 'lease released' : `lease taken, epoch ${counted(seen, epoch)}`);
  seen.holder = holder;
  seen.rollout = rollout;
  return told;
}

type LeaseWords = { readonly [name in 'rollout' | 'holder' | 'epoch']?: string };

const wholeLease = ({ spec, metadata }: Body): LeaseWords => {
  const { 'wf-deploy.io/rollout': rollout = '', 'wf-deploy.io/epoch': epoch } = metadata.annotations;
  return { rollout, epoch, holder: spec.holderIdentity ?? '' };
};

function patchedLease(operations: readonly Body[]): LeaseWords {
  const added = (path: string): string | undefined => operations.find((each) => each.op === 'add' && each.path === path)?.value;
  const rollout = added('/metadata/annotations/wf-deploy.io~1rollout');
  const holder = added('/spec/holderIdentity');
  return { ...(rollout === undefined ? {} : { rollout }), ...(holder === undefined ? {} : { holder }) };
}

const pods = (count: number): string => `${count} ${count === 1 ? 'pod' : 'pods'}`;

/** Of the rule that has both backends. */
export function canaryWeight(route: Body): number {
  for (const { backendRefs = [] } of route.spec.rules) {
    const canary = backendRefs.find((backend: Body) => backend.name.endsWith('-canary'));
    if (backendRefs.length > 1 && canary !== undefined) return canary.weight;
  }
  throw new Error('No rule of the route has both backends.');
}
