import { textTable } from '../../scripts/text-table.ts';
import type { ActionResult } from '../../test/actions/runner.ts';
import { type AuditEntry, auditEntries } from '../../test/lab/audit.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { startLoad } from '../../test/lab/load.ts';
import { runRollback } from '../../test/rollback/rollback-runs.ts';
import { runStage } from '../../test/rolling/stage-runs.ts';
import { deployExample, type ExampleService } from '../../test/rollout/example-service.ts';
import { printed, startCanary } from '../../test/rollout/rollouts.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { weightWrites } from '../route-writes.ts';
import { median, percentile, rounded } from '../statistics.ts';

/** Milliseconds from the start of the process. */
interface Times {
  /** Until the API server has accepted what moves the users. */
  readonly moved: number;
  readonly ended: number;
}

const rate = 100;

export const rollback: Bench = {
  about: 'milliseconds from the start of a rollback until the API server has accepted what moves the users',
  round: 'a rollback while a canary holds 50 %, and one of a version that everybody has',
  rounds: 10,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const [flying, promoted] = await Promise.all([
      deployExample(lab, 'flying', { replicas: 2 }),
      deployExample(lab, 'promoted', { replicas: 2 }),
    ]);
    const loads = [flying, promoted].map((app) => startLoad(app.load(rate)));
    const times = { canary: [] as Times[], release: [] as Times[] };
    for (let round = 1; round <= rounds; round += 1) {
      times.canary.push(await stopCanary(flying, await flying.version(`flying-${round}`)));
      times.release.push(await takeBack(lab, promoted, await promoted.version(`promoted-${round}`)));
      log(`${round}: ${JSON.stringify(times.canary.at(-1))} ${JSON.stringify(times.release.at(-1))}`);
    }
    const results = await Promise.all(loads.map((load) => load.stop()));
    const requests = results.reduce((sum, each) => sum + each.requests, 0);
    const failed = results.reduce((sum, each) => sum + each.failed, 0);
    const figures = Object.fromEntries(
      Object.entries(times).map(([name, all]) => {
        const moved = all.map((each) => each.moved);
        return [
          name,
          {
            median: rounded(median(moved)),
            p95: rounded(percentile(moved, 0.95)),
            max: Math.max(...moved),
            ended: rounded(median(all.map(({ ended }) => ended))),
            all,
          },
        ];
      }),
    );
    return {
      text: textTable(
        ['', 'median ms', 'p95 ms', 'max ms', 'whole run, median ms'],
        Object.entries(figures).map(([name, each]) => [name, each.median, each.p95, each.max, each.ended]),
      ),
      figures: { ...figures, requests, failedByTool: failed },
      goals: [
        ...Object.entries(figures).map(([name, { max }]) => ({
          what: `start to traffic moved (${name}), worst`,
          value: max,
          limit: 5000,
          unit: 'ms',
        })),
        { what: 'requests failed by the tool', value: failed, limit: 0, unit: 'requests' },
      ],
    };
  },
};

/** The users go back by the weight. */
async function stopCanary(app: ExampleService, image: string): Promise<Times> {
  const canary = startCanary(app, image, { stages: '50@5m 100@1m', drain: '0s' });
  await printed(canary, /^stage 1\/2, 50 % · /);
  const result = await runRollback(app, { drain: '0s' });
  await canary.result;
  const zero = weightWrites(await since(app.lab, result), 'agent', 'agent-canary').find(({ weight }) => weight === 0);
  return timesOf(result, zero?.completed);
}

/** The users go back with the pods: from there on it is the cluster's time. */
async function takeBack(lab: Lab, app: ExampleService, image: string): Promise<Times> {
  const staged = await runStage(app, { images: `agent-api: ${image}` });
  if (staged.outputs['outcome'] !== 'promoted') throw new Error(`The new version was not promoted:\n${staged.log}`);
  const result = await runRollback(app);
  const write = (await since(lab, result)).find(
    ({ resource, name, verb, code, dryRun }) =>
      resource === 'deployments' && name === 'agent' && verb === 'patch' && code === 200 && !dryRun,
  );
  return timesOf(result, write?.completed);
}

const since = (lab: Lab, { startedAt }: ActionResult): Promise<readonly AuditEntry[]> =>
  auditEntries(lab, { since: startedAt, userAgent: /^wf-deploy\// });

function timesOf(result: ActionResult, moved: Date | undefined): Times {
  if (moved === undefined || result.outputs['outcome'] !== 'rolled-back') throw new Error(`It was not rolled back:\n${result.log}`);
  return { moved: moved.getTime() - result.startedAt.getTime(), ended: Math.round(result.durationMs) };
}
