import type { ObjectRef } from '../kubernetes/object.ts';
import { parseName } from '../units/name.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { shown } from '../units/shown.ts';
import { workloadKinds } from './workloads/index.ts';
import type { WorkloadKind } from './workloads/workload-kind.ts';

/** A workload as an input names it: `deployment/agent`. */
export interface WorkloadRef {
  readonly of: WorkloadKind;
  readonly name: string;
}

const known = Object.keys(workloadKinds)
  .map((word) => `\`${word}/name\``)
  .join(', ');

/** `deployment`, `Deployment`, `deployments`, `deploy`, and with the group behind it as kubectl prints it: `deployment.apps`. */
export function parseWorkloadKind(word: string): Parsed<WorkloadKind> {
  const plain = word.toLowerCase().replace(/\.(?:apps|batch)$/, '');
  const found = Object.values(workloadKinds).find(
    ({ kind, short }) => plain === kind.kind.toLowerCase() || plain === kind.resource || plain === short,
  );
  return found === undefined
    ? refused(`names the kind \`${shown(word, 40)}\`, which is not rolled out`, `Write one of ${known}.`)
    : parsed(found);
}

export function parseWorkload(text: string): Parsed<WorkloadRef> {
  const [, word, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (word === undefined || name === undefined)
    return refused(`has \`${shown(text, 80)}\`, which is not kind/name`, `Write one of ${known}.`);
  const of = parseWorkloadKind(word);
  if (!of.ok) return of;
  const named = parseName(name);
  return named.ok
    ? parsed({ of: of.value, name: named.value })
    : refused(`has \`${shown(text, 80)}\`, whose name ${named.problem}`, named.remedy);
}

/** Separated by commas, spaces or new lines. None twice. */
export function parseWorkloads(text: string): Parsed<readonly WorkloadRef[]> {
  const refs: WorkloadRef[] = [];
  for (const item of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const ref = parseWorkload(item);
    if (!ref.ok) return ref;
    if (refs.some((other) => isSame(other, ref.value))) return refused(`names \`${shown(item, 80)}\` twice`, 'Name each workload once.');
    refs.push(ref.value);
  }
  return refs.length === 0 ? refused('names nothing', `Write one or more of ${known}.`) : parsed(refs);
}

export const isSame = (one: WorkloadRef, other: WorkloadRef): boolean => one.of === other.of && one.name === other.name;

/** `Deployment agent`, for sentences. */
export const workloadName = ({ of, name }: WorkloadRef): string => `${of.kind.kind} ${name}`;
/** `deployment/agent`, as inputs name it. */
export const workloadWord = ({ of, name }: WorkloadRef): string => `${of.kind.kind.toLowerCase()}/${name}`;

export const refOf = ({ of, name }: WorkloadRef, namespace: string): ObjectRef => ({ kind: of.kind, namespace, name });
