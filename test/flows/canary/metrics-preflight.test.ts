import { describe, expect, it } from '@jest/globals';
import { Pod, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { RecordedPhase } from '../../../src/domain/rollout/effect.ts';
import { Failure } from '../../../src/failure.ts';
import type { CanaryPlan } from '../../../src/flows/canary/plan.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { left } from '../operations/on-shop.ts';
import { planOf, type Shop, shop } from './shop.ts';

/** A service whose pods are so many seconds old; its metric store tells nothing of them for so many seconds more. */
function young({ old, silent }: { readonly old: number; readonly silent: number }): { readonly on: Shop; readonly world: World } {
  const on = shop();
  const { clock, cluster } = on;
  const creationTimestamp = new Date(clock.now().getTime() - old * 1000).toISOString();
  for (const pod of cluster.objectsOf(Pod)) cluster.put(Pod, { ...pod, metadata: { ...pod.metadata, creationTimestamp } });
  const from = clock.monotonic() + silent;
  const { query } = on.world.metrics;
  const metrics = { query: (promql: string) => (clock.monotonic() < from ? Promise.resolve([]) : query(promql)) };
  return { on, world: { ...on.world, metrics } };
}

/** What came of the preflight, and after how many seconds. */
async function came({ on, world }: ReturnType<typeof young>, plan: CanaryPlan = planOf()): Promise<readonly [string, number]> {
  const began = on.clock.monotonic();
  const text = await on.clock.until(preflight(world, plan)).then(
    () => 'passed',
    (error: Error) => error.message,
  );
  return [text, on.clock.monotonic() - began];
}

const unmeasured = expect.stringContaining('Stable cannot be measured: no series matches');

describe('stable that nobody has measured', () => {
  it('is waited for where its pods are too new for that', async () => {
    const here = young({ old: 5, silent: 25 });
    expect(await came(here)).toEqual(['passed', 30]);
    expect(here.on.lines.filter((line) => line.includes('cannot be measured yet'))).toHaveLength(3);
  });

  it('is refused as soon as its pods are no longer new', async () => {
    expect(await came(young({ old: 90, silent: 600 }))).toEqual([unmeasured, 30]);
    expect(await came(young({ old: 120, silent: 600 }))).toEqual([unmeasured, 0]);
  });

  it('is not waited for longer than the clock of a runner that is behind would have it, nor than no data is borne', async () => {
    expect(await came(young({ old: -600, silent: 600 }))).toEqual([unmeasured, 120]);
    expect(await came(young({ old: 0, silent: 600 }), planOf({ 'no-data-timeout': '40s' }))).toEqual([unmeasured, 40]);
  });

  it('is waited for shortly where the metric store does not answer', async () => {
    const on = shop();
    const began = on.clock.monotonic();
    const awayFor = (seconds: number): World => ({
      ...on.world,
      metrics: {
        query: (promql) =>
          on.clock.monotonic() < began + seconds
            ? Promise.reject(new Failure('METRICS_UNREACHABLE', 'It is restarted.', 'Look.'))
            : on.world.metrics.query(promql),
      },
    });
    expect(await came({ on, world: awayFor(15) })).toEqual(['passed', 20]);
    expect(await came({ on, world: awayFor(600) })).toEqual([expect.stringContaining('Stable cannot be measured: It is restarted.'), 20]);
  });

  it('is refused at once where something else is wrong too', async () => {
    const here = young({ old: 5, silent: 25 });
    here.on.cluster.remove(Service, 'agent-canary');
    expect(await came(here)).toEqual([expect.stringContaining('2 problems were found'), 0]);
  });

  it('is refused at once where it is measured, and what is wrong stays so', async () => {
    const same = 'pod=~"agent-[^c].*"';
    const plan = planOf({ 'stable-selector': same, 'canary-selector': same });
    expect(await came(young({ old: 5, silent: 0 }), plan)).toEqual([expect.stringContaining('measured by the same selector'), 0]);
  });

  it('is refused at once where one pod is no longer new', async () => {
    const here = young({ old: 5, silent: 25 });
    const [first] = here.on.cluster.objectsOf(Pod);
    if (first === undefined) throw new Error('There is no pod.');
    here.on.cluster.put(Pod, { ...first, metadata: { ...first.metadata, creationTimestamp: '2020-01-01T00:00:00Z' } });
    expect(await came(here)).toEqual([unmeasured, 0]);
  });

  it.each<readonly [RecordedPhase, number]>([
    ['stages', 0],
    ['restoring', 0],
    ['promoting', 30],
    ['returning', 30],
    ['emptying', 30],
  ])('beside users of a run that died in the phase %s is waited for %d s', async (phase, seconds) => {
    const here = young({ old: 5, silent: 25 });
    left(here.on, phase, 'run-0');
    expect((await came(here))[1]).toBe(seconds);
  });

  it('a cancel ends the wait', async () => {
    const here = young({ old: 5, silent: 600 });
    const work = came(here);
    await here.on.clock.pass(15);
    here.on.cancel('SIGTERM');
    const [text, seconds] = await work;
    expect(text).toContain('was cancelled (SIGTERM) before anything was written');
    expect(seconds).toBeLessThan(30);
  });
});
