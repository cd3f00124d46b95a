import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../../src/domain/rollout/request.ts';
import { asking } from '../../../src/flows/deploy/asking.ts';
import { handLock } from '../locks.ts';

const abort: Request = { id: 'person', what: 'abort', epoch: 3, who: 'Ann', why: 'stop it', at: 't', run: 'r' };
const nobody = { onRequest: () => () => undefined };

describe('the wish to end a release', () => {
  it('is heard through a lock, also where it was asked for before anybody listened', () => {
    const early = handLock(() => true, abort);
    const late = handLock();
    for (const lock of [early, late]) {
      const heard: string[] = [];
      const asked = asking(nobody);
      asked.onRequest((by) => heard.push(by));
      asked.hear(lock);
      if (lock === late) late.ask(abort);
      expect(heard).toEqual(['Ann asked for it: stop it']);
      expect(lock.answers).toEqual([{ id: 'person', is: 'accepted', text: 'The whole release ends.' }]);
      asked.stop();
    }
  });

  it('is nothing else than an abort', () => {
    const lock = handLock(() => true, { ...abort, what: 'pause' });
    const heard: string[] = [];
    const asked = asking(nobody);
    asked.onRequest((by) => heard.push(by));
    asked.hear(lock);
    expect([heard, lock.answers[0]?.is]).toEqual([[], 'refused']);
  });
});
