import { startAction } from '../../test/actions/runner.ts';
import { deployGuarded, untilWeight } from '../../test/guardian/guarded.ts';
import { auditEntries } from '../../test/lab/audit.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { startLoad } from '../../test/lab/load.ts';
import { leaseOf, printed } from '../../test/rollout/rollouts.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { percentile, rounded } from '../statistics.ts';

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** @param lease seconds that the Lease lasts. @param limit goal for the 95th percentile, in seconds. */
const killedWith = (lease: number, limit: number): Bench => ({
  about: `seconds from SIGKILL of the runner until the guardian has written canary weight 0, with a Lease of ${lease} s`,
  round: 'a canary whose runner is killed while it holds 25 %, at another moment between two renewals each time',
  rounds: 20,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const app = await deployGuarded(lab, 'shop');
    const image = await app.version('v2');
    const load = startLoad(app.load(50));
    const inputs = { ...app.inputs, image, stages: '25@20m 100@1m', drain: '0s', interval: '5s', 'lease-duration': `${lease}s` };
    const times: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const action = startAction({ action: 'canary', inputs });
      await printed(action, /^stage 1\/2, 25 % · .* requests/);
      await wait(((round - 1) / rounds) * (lease / 3));
      const killed = new Date();
      action.kill();
      await action.result;
      await untilWeight(app, 0, 5 * lease);
      times.push(((await emptied(lab, killed)).getTime() - killed.getTime()) / 1000);
      await lab.client.waitFor('a Lease that is given away', async () => (await leaseOf(app))?.['spec'].holderIdentity === '');
      log(`${round}: ${times.at(-1)} s`);
    }
    const { failed, requests } = await load.stop();
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

/** When the API server got the first write of the route by a guardian after a moment: rehearsals are before it. */
async function emptied(lab: Lab, since: Date): Promise<Date> {
  const [write] = await auditEntries(lab, { since, userAgent: 'wf-deploy-guardian', verbs: ['update'], resources: ['httproutes'] });
  if (write === undefined) throw new Error('No write of a guardian in the audit log.');
  return write.at;
}

export const guardian: Bench = killedWith(60, 90);
/** For a quick look. */
export const guardianQuick: Bench = killedWith(5, 15);
