import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { parseRollbackInputs } from '../../../src/flows/rollback/inputs.ts';
import type { BackPlan, UnholdPlan } from '../../../src/flows/rollback/plan.ts';
import type { BackResult } from '../../../src/flows/rollback/result.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { rawInputs } from '../raw-inputs.ts';
import { deployPlan, next, shop } from '../stage/shop.ts';
import type { Settings, Stage } from '../stand-ins.ts';

export const backPlan = (inputs: Readonly<Record<string, string>> = {}): BackPlan =>
  parseRollbackInputs(rawInputs({ service: 'agent', ...inputs })).plan as BackPlan;
export const unholdPlan = (inputs: Readonly<Record<string, string>>): UnholdPlan =>
  parseRollbackInputs(rawInputs({ service: 'agent', operation: 'unhold', ...inputs })).plan as UnholdPlan;

export const back = (on: Stage, inputs: Readonly<Record<string, string>> = {}): Promise<BackResult> =>
  on.clock.until(rollBack(backPlan(inputs), on.world));

/** The registry has everything. */
export const full: NonNullable<Settings['resolve']> = (image) =>
  Promise.resolve({ is: 'found', digest: image.digest ?? `sha256:${'7'.repeat(64)}` });

/** A service that was updated from `old` to `next`, the last thing that happened to it. */
export async function updated(settings: Settings = {}): Promise<Stage> {
  const on = shop({ resolve: full, ...settings });
  await on.clock.until(executeStage(deployPlan({ images: `api: ${next}` }), on.world));
  on.cluster.calls.length = 0;
  on.handedOver.length = 0;
  on.alerts.length = 0;
  return on;
}

export const leaseOf = ({ cluster }: Stage) => {
  const lease = cluster.find(Lease, leaseName('agent'));
  if (lease === undefined) throw new Error('There is no Lease.');
  return readLease(lease);
};

export const annotationsOf = ({ cluster }: Stage): Readonly<Record<string, string>> =>
  cluster.find(Deployment, 'agent')?.metadata.annotations ?? {};

/** Writes but for access reviews and rehearsals. */
export const written = ({ cluster }: Stage): readonly string[] => cluster.writes().filter((each) => !each.includes('SelfSubject'));

/** What a work was refused with. */
export const failure = async (on: Stage, work: Promise<unknown>): Promise<Failure> =>
  await on.clock.until(
    work.then(
      () => Promise.reject(new Error('Nothing failed.')),
      (error: unknown) => {
        if (error instanceof Failure) return error;
        throw error;
      },
    ),
  );
