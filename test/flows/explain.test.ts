import { expect, it } from '@jest/globals';
import type { Diagnosis } from '../../src/domain/kubernetes/diagnosis.ts';
import { Event } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { explain } from '../../src/flows/explain.ts';
import { forbidden } from './memory-cluster/failures.ts';
import { stage } from './stand-ins.ts';

const crash: Diagnosis = { cause: 'crash-loop', fatal: true, pod: 'agent-1', container: 'api', what: 'It crashed.', remedy: 'Mend it.' };
const patient = { namespace: 'shop', workload: 'agent', diagnosis: crash };

/** A warning about a pod. */
const warning = (name: string, pod: string, message: string, namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace },
  involvedObject: { kind: 'Pod', namespace, name: pod },
  type: 'Warning',
  reason: 'BackOff',
  message,
});

it('shows the last log lines of the life before, and the warnings about this pod alone', async () => {
  const on = stage({ log: (_pod, _container, { previous }) => Promise.resolve(previous ? 'last words' : '') });
  on.cluster.put(Event, warning('e', 'agent-1', 'again'));
  on.cluster.put(Event, warning('f', 'agent-2', 'of another'));
  on.cluster.put(Event, warning('e', 'agent-1', 'of another namespace', 'other'));
  expect(await explain(on.world, patient)).toBe('\n  Last log lines:\n    last words\n  Events:\n    BackOff: again');
});

it('asks for no log where there can be none', async () => {
  const on = stage({ log: () => Promise.resolve('a log') });
  expect(await explain(on.world, { ...patient, diagnosis: { ...crash, cause: 'image-pull' } })).toBe('');
  expect(await explain(on.world, { ...patient, diagnosis: undefined })).toBe('');
});

it('what cannot be had is left out', async () => {
  const on = stage({ log: () => Promise.reject(forbidden()) });
  on.cluster.failing = () => forbidden();
  expect(await explain(on.world, patient)).toBe('');
});
