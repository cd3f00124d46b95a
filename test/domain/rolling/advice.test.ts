import { describe, expect, it } from '@jest/globals';
import { advice } from '../../../src/domain/rolling/advice.ts';
import { ref, workload } from './objects.ts';

const good = { name: 'api', ports: [{ containerPort: 8080 }], readinessProbe: {}, lifecycle: { preStop: { sleep: { seconds: 15 } } } };
const said = (container: object, spec: object = {}, word = 'deployment', more: object = {}) =>
  advice(ref(word), workload(word, { template: { spec: { containers: [container], ...spec } }, ...more })).map(({ what }) => what);

it('is silent about a workload that has everything', () => expect(said(good)).toEqual([]));
it('is silent about a container that nobody sends requests', () => expect(said({ name: 'worker' })).toEqual([]));

describe('says what is missing', () => {
  it.each<readonly [object, object, RegExp]>([
    [{ ...good, readinessProbe: undefined }, {}, /has no readinessProbe/],
    [{ ...good, lifecycle: undefined }, {}, /has no preStop/],
    [good, { terminationGracePeriodSeconds: 15 }, /sleeps 15 s in its preStop, and terminationGracePeriodSeconds is 15/],
    [{ ...good, lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'sleep 30'] } } } }, {}, /sleeps 30 s/],
    [{ ...good, lifecycle: { preStop: { exec: { command: ['sleep', '45'] } } } }, {}, /sleeps 45 s/],
  ])('%j %j', (container, spec, text) => expect(said(container, spec)).toEqual([expect.stringMatching(text)]));

  it('Recreate', () =>
    expect(said(good, {}, 'deployment', { strategy: { type: 'Recreate' } })).toEqual([expect.stringMatching(/no pod at all/)]));
  it('a partition', () =>
    expect(said(good, {}, 'statefulset', { updateStrategy: { rollingUpdate: { partition: 2 } } })).toEqual([
      expect.stringMatching(/a partition of 2/),
    ]));
  it.each(['statefulset', 'daemonset'])('%s with OnDelete is not waited for', (word) =>
    expect(said({ name: 'api' }, {}, word, { updateStrategy: { type: 'OnDelete' } })).toEqual([expect.stringMatching(/not waited for/)]),
  );
});
