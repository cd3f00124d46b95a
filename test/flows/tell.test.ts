import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/failure.ts';
import type { Notice } from '../../src/flows/notice.ts';
import { tell, tellOnly } from '../../src/flows/tell.ts';
import type { Alert, Notifier } from '../../src/ports/notifier.ts';

const message: Alert = {
  severity: 'warning',
  service: 'agent',
  namespace: 'shop',
  run: 'run-1',
  title: 't',
  message: 'm',
  facts: {},
  at: '',
};
const lost = new Failure('LOCK_LOST', 'Somebody has it.', 'Wait.');

function telling(failing: Readonly<Record<string, Error>> = {}, recording?: Failure) {
  const heard: string[] = [];
  const lines: string[] = [];
  const records: unknown[] = [];
  const notifiers: Notifier[] = ['slack', 'webhook'].map((name) => ({
    name,
    send: () => {
      const error = failing[name];
      if (error !== undefined) return Promise.reject(error);
      heard.push(name);
      return Promise.resolve();
    },
  }));
  const log = { line: (text: string) => lines.push(text), debug: (text: string) => lines.push(`debug: ${text}`) };
  const record = (change: unknown): Promise<void> => {
    records.push(change);
    return recording === undefined ? Promise.resolve() : Promise.reject(recording);
  };
  const session = { world: { notifiers, log } as never, lock: { record } as never, told: [] as readonly string[], notices: [] as Notice[] };
  return { session, heard, lines, records };
}
const about = { message, about: 'rolled-back', knowing: [], marking: true };

describe('tell', () => {
  it('tells everyone, and writes down who knows', async () => {
    const { session, heard, records } = telling();
    await tell(session, about);
    expect(heard).toEqual(['slack', 'webhook']);
    expect(session.told).toEqual(['slack', 'webhook']);
    expect(records.at(-1)).toEqual({ told: ['slack', 'webhook'] });
    expect(session.notices).toEqual([
      { notifier: 'slack', about: 'rolled-back', told: true },
      { notifier: 'webhook', about: 'rolled-back', told: true },
    ]);
  });

  it('tells nobody twice', async () => {
    const { session, heard } = telling();
    await tell(session, { ...about, knowing: ['slack'] });
    expect(heard).toEqual(['webhook']);
  });

  it('goes on where one cannot be told, says so, and does not write that they know', async () => {
    const { session, heard, lines } = telling({ slack: new Failure('NOTIFY_FAILED', 'Slack answered 500.', 'Try.') });
    await tell(session, about);
    expect([heard, session.told]).toEqual([['webhook'], ['webhook']]);
    expect(lines).toEqual(['  Not told: slack. Slack answered 500.']);
    expect(session.notices).toContainEqual({ notifier: 'slack', about: 'rolled-back', told: false, problem: 'Slack answered 500.' });
  });

  it('of a defect shows only its kind: its text may hold an address', async () => {
    const { session, lines } = telling({ slack: new TypeError('https://hooks.example.com/secret') });
    await tell(session, about);
    expect(lines).toEqual(['  Not told: slack. A defect in this notifier (TypeError).']);
  });

  it('remembers who knows where the Lease cannot be written now', async () => {
    const { session } = telling({}, lost);
    await tell(session, about);
    expect(session.told).toEqual(['slack', 'webhook']);
  });

  it('writes nothing down where that is not wished', async () => {
    const { session, records } = telling();
    await tell(session, { ...about, marking: false });
    expect([session.told, records]).toEqual([[], []]);
  });
});

it('tellOnly tells everyone, and says who could not be', async () => {
  const { session, heard, lines } = telling({ webhook: new Failure('NOTIFY_FAILED', 'It answered 404.', 'Try.') });
  await tellOnly(session.world, message);
  expect([heard, lines]).toEqual([['slack'], ['  Not told: webhook. It answered 404.']]);
});
