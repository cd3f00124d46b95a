import { describe, expect, it } from '@jest/globals';
import { neverReady, unreadySince } from '../../../src/domain/rolling/never-ready.ts';

const pod = ({ started = true, ready = false, startupProbe = true, readinessProbe = {} as object, leaving = false } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'agent-1', ...(leaving ? { deletionTimestamp: 'x' } : {}) },
  spec: { containers: [{ name: 'api', readinessProbe, ...(startupProbe ? { startupProbe: {} } : {}) }] },
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [{ name: 'api', started, state: { running: {} } }],
  },
});

describe('a pod that has started by its own probe', () => {
  it('will not become ready after a minute', () => {
    const since = unreadySince({}, [pod()], 100);
    expect(since).toEqual({ 'agent-1': 100 });
    // 10 s period, 3 failures: five times 30 s.
    expect(neverReady(since, [pod()], 249)).toBeUndefined();
    expect(neverReady(since, [pod()], 250)).toMatchObject({
      cause: 'probe',
      fatal: true,
      pod: 'agent-1',
      what: expect.stringContaining('150 s'),
    });
  });

  it('has a minute even where its probe is quick, and more where it is slow', () => {
    const quick = [pod({ readinessProbe: { periodSeconds: 1, failureThreshold: 1 } })];
    expect([neverReady({ 'agent-1': 0 }, quick, 59), neverReady({ 'agent-1': 0 }, quick, 60)]).toEqual([undefined, expect.anything()]);
    const slow = [pod({ readinessProbe: { initialDelaySeconds: 30, periodSeconds: 10, failureThreshold: 3 } })];
    expect([neverReady({ 'agent-1': 0 }, slow, 299), neverReady({ 'agent-1': 0 }, slow, 300)]).toEqual([undefined, expect.anything()]);
  });

  it('begins anew once it was ready', () => {
    const before = unreadySince({ 'agent-1': 1 }, [pod({ ready: true })], 50);
    expect(unreadySince(before, [pod()], 60)).toEqual({ 'agent-1': 60 });
  });
});

it.each([
  ['without a startup probe', { startupProbe: false }],
  ['that has not started', { started: false }],
  ['that is ready', { ready: true }],
  ['that leaves', { leaving: true }],
])('nothing is said about a pod %s', (_, more) => expect(unreadySince({ 'agent-1': 0 }, [pod(more)], 1000)).toEqual({}));
