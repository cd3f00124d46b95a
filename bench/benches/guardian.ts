import { startAction } from '../../test/actions/runner.ts';
import { deployGuarded, untilWeight } from '../../test/guardian/guarded.ts';
import { auditEntries } from '../../test/lab/audit.ts';
import { type LoadResult, startLoad } from '../../test/lab/load.ts';
import type { ExampleService } from '../../test/rollout/example-service.ts';
import { leaseOf, printed } from '../../test/rollout/rollouts.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { percentile, rounded } from '../statistics.ts';

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** So many services side by side: a round is mostly waiting, and they do not get in each other's way. */
const services = 10;
/** Requests a second on each. */
const rate = 10;

/** @param lease seconds that the Lease lasts. @param limit goal for the 95th percentile, in seconds. */
const killedWith = (lease: number, limit: number): Bench => ({
  about: `seconds from SIGKILL of the runner until the guardian has written canary weight 0, with a Lease of ${lease} s`,
  round: 'a canary whose runner is killed while it holds 25 %, at another moment between two renewals each time',
  rounds: 20,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const waiting = Array.from({ length: rounds }, (_, index) => index);
    const lane = async (_: unknown, index: number): Promise<Lane> => {
      const app = await deployGuarded(lab, `shop-${index + 1}`);
      const image = await app.version('v2');
      const load = startLoad(app.load(rate));
      const seconds: number[] = [];
      for (let round = waiting.shift(); round !== undefined; round = waiting.shift()) {
        seconds.push(await killed(app, image, lease, round / rounds));
        log(`${app.namespace}: ${seconds.at(-1)} s`);
      }
      return { seconds, load: await load.stop() };
    };
    const lanes = await Promise.all(Array.from({ length: Math.min(services, rounds) }, lane));
    const times = lanes.flatMap(({ seconds }) => seconds);
    const total = (of: (load: LoadResult) => number): number => lanes.reduce((sum, { load }) => sum + of(load), 0);
    const [requests, failed] = [total((load) => load.requests), total((load) => load.failed)];
    const [p50, p95] = [rounded(percentile(times, 0.5), 1), rounded(percentile(times, 0.95), 1)];
    return {
      text: `p50 ${p50} s, p95 ${p95} s, longest ${rounded(Math.max(...times), 1)} s; ${requests} requests, ${failed} failed by the tool`,
      figures: { lease, p50, p95, max: Math.max(...times), requests, failedByTool: failed, seconds: times },
      goals: [
        { what: 'SIGKILL to weight 0, p95', value: p95, limit, unit: 's' },
        { what: 'requests failed by the tool', value: failed, limit: 0, unit: 'requests' },
      ],
    };
  },
});

interface Lane {
  readonly seconds: readonly number[];
  readonly load: LoadResult;
}

/** One round. @param share of the time between two renewals at which the runner is killed. */
async function killed(app: ExampleService, image: string, lease: number, share: number): Promise<number> {
  const { lab } = app;
  const inputs = { ...app.inputs, image, stages: '25@20m 100@1m', drain: '0s', interval: '5s', 'lease-duration': `${lease}s` };
  const action = startAction({ action: 'canary', inputs });
  await printed(action, /^stage 1\/2, 25 % · .* requests/);
  await wait(share * (lease / 3));
  const at = new Date();
  action.kill();
  await action.result;
  await untilWeight(app, 0, 5 * lease);
  const seconds = ((await emptied(app, at)).getTime() - at.getTime()) / 1000;
  await lab.client.waitFor('a Lease that is given away', async () => (await leaseOf(app))?.['spec'].holderIdentity === '');
  return seconds;
}

/** When the API server got the first write of the route by a guardian after a moment: rehearsals are before it. */
async function emptied({ lab, namespace }: ExampleService, since: Date): Promise<Date> {
  const entries = await auditEntries(lab, { since, userAgent: 'wf-deploy-guardian', verbs: ['update'], resources: ['httproutes'] });
  const write = entries.find((entry) => entry.namespace === namespace);
  if (write === undefined) throw new Error('No write of a guardian in the audit log.');
  return write.at;
}

export const guardian: Bench = killedWith(60, 90);
/** For a quick look. */
export const guardianQuick: Bench = killedWith(5, 15);
