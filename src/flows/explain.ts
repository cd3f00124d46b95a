import type { Diagnosis } from '../domain/kubernetes/diagnosis.ts';
import { newestWarnings } from '../domain/kubernetes/event.ts';
import { Event } from '../domain/kubernetes/kinds.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { unlessFailed } from './unless-forbidden.ts';

/** What is in trouble. */
export interface Patient {
  readonly namespace: string;
  /** Whose events are shown where the diagnosis names no pod. */
  readonly workload: string;
  readonly diagnosis: Diagnosis | undefined;
}

/** What a person would look up next: the last log lines and the events of the pod in trouble. Advisory: what cannot be had is left out. */
export async function explain(world: World, patient: Patient): Promise<string> {
  const [log, events] = await Promise.all([lastLines(world, patient), eventsOf(world, patient)]);
  return [
    log === '' ? '' : `\n  Last log lines:\n${indented(log)}`,
    events.length === 0 ? '' : `\n  Events:\n${indented(events.join('\n'))}`,
  ].join('');
}

const indented = (text: string): string => text.replace(/^/gm, '    ');

async function lastLines(world: World, { namespace, diagnosis }: Patient): Promise<string> {
  if (diagnosis?.pod === undefined || diagnosis.container === undefined) return '';
  const pod = { namespace, name: diagnosis.pod };
  if (diagnosis.cause === 'image-pull' || diagnosis.cause === 'unschedulable' || diagnosis.cause === 'config') return '';
  const { container } = diagnosis;
  const log = (previous: boolean): Promise<string> => unlessFailed(world.pods.log(pod, container, { lines: 10, previous }), '');
  // A container that ended may have been started again already: then its last words are in the log before.
  const text = (diagnosis.cause === 'probe' ? '' : await log(true)) || (await log(false));
  return text.trimEnd().slice(-2000);
}

async function eventsOf(world: World, { namespace, workload, diagnosis }: Patient): Promise<readonly string[]> {
  const name = diagnosis?.pod ?? workload;
  const events = await unlessFailed(world.cluster.list(Event, namespace, { fields: `involvedObject.name=${name}`, limit: 50 }), []);
  return newestWarnings(events, 5);
}
