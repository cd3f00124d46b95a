import { expect, it } from '@jest/globals';
import type { Diagnosis } from '../../src/domain/kubernetes/diagnosis.ts';
import { Event } from '../../src/domain/kubernetes/kinds.ts';
import { explain } from '../../src/flows/explain.ts';
import { forbidden, stage } from './stand-ins.ts';

const crash: Diagnosis = { cause: 'crash-loop', fatal: true, pod: 'agent-1', container: 'api', what: 'It crashed.', remedy: 'Mend it.' };
const patient = { namespace: 'shop', workload: 'agent', diagnosis: crash };

it('shows the last log lines of the life before, and the warnings', async () => {
  const on = stage({ log: (_pod, _container, { previous }) => Promise.resolve(previous ? 'last words' : '') });
  on.cluster.put(Event, { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, type: 'Warning', reason: 'BackOff', message: 'again' });
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
