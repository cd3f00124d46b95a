import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../src/domain/rollout/request.ts';
import type { StepEvent } from '../../src/domain/rollout/step-event.ts';
import { listenForCancel } from '../../src/flows/cancel.ts';
import { type Carrying, carryOut, hearAborts } from '../../src/flows/carry-out.ts';
import { handLock } from './locks.ts';
import { stage } from './stand-ins.ts';

type Effect = { readonly do: 'forward' } | { readonly do: 'back' } | { readonly do: 'record'; readonly phase: string };

const broken: StepEvent = { on: 'failed', cause: { kind: 'error', code: 'INTERNAL', text: 'Broken.', remedy: 'Mend it.' } };

function begin(pending?: Request) {
  const on = stage();
  const [lock, cancel] = [handLock(undefined, pending), listenForCancel(on.world)];
  const done: string[] = [];
  const carry = (effects: readonly Effect[], perform?: Carrying<Effect>['perform']) =>
    carryOut<Effect>({ world: on.world, lock }, effects, cancel, {
      interruptible: ['forward'],
      perform: async (effect, signal) => {
        done.push(effect.do);
        return (await perform?.(effect, signal)) ?? { on: 'done' };
      },
    });
  return { ...on, lock, cancel, done, carry, platform: on.cancel };
}

describe('carryOut', () => {
  it('goes on to the first event that says more than done', async () => {
    const { carry, done } = begin();
    const perform = async (effect: Effect): Promise<StepEvent> => (effect.do === 'back' ? broken : { on: 'done' });
    expect(await carry([{ do: 'forward' }, { do: 'back' }, { do: 'forward' }], perform)).toBe(broken);
    expect(done).toEqual(['forward', 'back']);
  });

  it('the way back is not blocked by a record of it, and any other record is', async () => {
    const { carry, done, lines } = begin();
    const perform = async (effect: Effect): Promise<StepEvent> => (effect.do === 'record' ? broken : { on: 'done' });
    expect(await carry([{ do: 'record', phase: 'returning' }, { do: 'back' }], perform)).toEqual({ on: 'done' });
    expect([done, lines]).toEqual([['record', 'back'], ['  Broken.']]);
    expect(await carry([{ do: 'record', phase: 'writing' }, { do: 'back' }], perform)).toBe(broken);
  });

  it('a cancel interrupts what moves forward, once, and never what leads back', async () => {
    const { carry, done, platform } = begin();
    const event = await carry([{ do: 'forward' }], async (_, signal) => {
      platform('SIGINT');
      signal.throwIfAborted();
      return { on: 'done' };
    });
    expect(event).toEqual({ on: 'cancelled', by: 'SIGINT' });
    const alive = async (_: Effect, signal: AbortSignal): Promise<StepEvent> => (signal.aborted ? broken : { on: 'done' });
    expect(await carry([{ do: 'back' }, { do: 'forward' }], alive)).toEqual({ on: 'done' });
    expect(done).toEqual(['forward', 'back', 'forward']);
  });

  it('before it has begun, what moves forward is not begun after a cancel', async () => {
    const { carry, done, platform } = begin();
    platform('SIGTERM');
    expect(await carry([{ do: 'back' }, { do: 'forward' }])).toEqual({ on: 'cancelled', by: 'SIGTERM' });
    expect(done).toEqual(['back']);
  });

  it('says that the lock is lost, and throws everything else', async () => {
    const { carry, lock } = begin();
    await expect(carry([{ do: 'back' }], () => Promise.reject(new Error('a defect')))).rejects.toThrow('a defect');
    const event = await carry([{ do: 'back' }], () => {
      lock.lose();
      return Promise.reject(new Error('gone'));
    });
    expect(event.on).toBe('lock-lost');
  });
});

describe('hearAborts', () => {
  const request = (what: Request['what'], why = 'orders fail'): Request =>
    ({ id: what, what, who: 'ada', why, at: '2026-01-01T00:00:00Z' }) as Request;
  const said = { accepted: 'It goes back.', refused: 'It can only be aborted.' };

  it('takes an abort for a cancel, says who and why, and refuses the rest', () => {
    const { world, lock, cancel } = begin();
    const stop = hearAborts({ world, lock }, cancel, said);
    lock.ask(request('pause'));
    expect(cancel.by).toBeUndefined();
    lock.ask(request('abort'));
    stop();
    lock.ask(request('promote'));
    expect(lock.answers).toEqual([
      { id: 'pause', is: 'refused', text: said.refused },
      { id: 'abort', is: 'accepted', text: said.accepted },
    ]);
    expect(cancel.by).toBe('ada asked for it: orders fail');
  });

  it('hears what was asked before it listened', () => {
    const { world, lock, cancel } = begin(request('abort', ''));
    hearAborts({ world, lock }, cancel, said);
    expect([cancel.by, lock.answers]).toEqual(['ada asked for it', [{ id: 'abort', is: 'accepted', text: said.accepted }]]);
  });
});
