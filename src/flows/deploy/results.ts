import type { ReleaseEnding, ReleaseOutcome } from '../../domain/fleet/release.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import type { ClusterRun } from './cluster-run.ts';
import type { FleetGround } from './fleet-preflight.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterResult, DeployResult } from './result.ts';
import { serviceResult } from './service-result.ts';
import { backupText } from './tell-release.ts';

interface Raw {
  readonly plan: DeployPlan;
  readonly fleet: FleetWorld;
  readonly started: string;
  readonly ground: FleetGround;
}

const shared = ({ plan, fleet, started, ground }: Raw) => ({
  dryRun: plan.dryRun,
  release: ground.file.name,
  version: plan.version,
  waves: ground.waves,
  lineage: ground.lineage,
  started,
  ended: fleet.clock.now().toISOString(),
  run: fleet.run.page,
});

/** Several clusters may warn of the same. */
const warningsOf = ({ plan, ground }: Raw, clusters: readonly Pick<ClusterRun, 'target' | 'warnings'>[]): readonly string[] => [
  ...ground.warnings.map(briefText),
  ...clusters.flatMap(({ target, warnings }) =>
    warnings.map(briefText).map((text) => (plan.clusters === undefined ? text : `${target.name}: ${text}`)),
  ),
];

const rehearsed = 'A dry run: everything was rehearsed on the API servers and nothing was written.';

export const idleResult = (raw: Raw): DeployResult => ({
  ...shared(raw),
  outcome: 'not-started',
  code: undefined,
  reason: rehearsed,
  remedy: undefined,
  backup: backupText(raw.plan, raw.ground),
  warnings: warningsOf(raw, raw.ground.grounds),
  clusters: raw.ground.grounds.map(({ target, parts }) => ({
    name: target.name,
    region: target.region,
    share: raw.ground.shareOf(target),
    namespace: target.namespace,
    outcome: 'not-started',
    code: undefined,
    reason: rehearsed,
    backup: undefined,
    smoke: [],
    services: parts.map(({ part, ground, there }) =>
      serviceResult({ name: part.name, settings: part.settings, there, ground, session: undefined, state: 'waiting', reason: undefined }),
    ),
  })),
});

/** The worst of all clusters first: what one came to is never hidden behind another. */
const severity: readonly ReleaseOutcome[] = ['unknown', 'stopped', 'rolled-back', 'aborted', 'not-started', 'promoted'];

interface Ended extends Raw {
  readonly runs: readonly ClusterRun[];
  /** What was found in clusters when everything was ready there, and nobody takes back with `stop`. */
  readonly found: ReadonlyMap<string, Cause>;
  readonly cause: Cause | undefined;
}

export function endedResult(raw: Ended): DeployResult {
  const { runs, found, cause, plan, ground } = raw;
  const clusters = runs.map((each) => clusterResult(each, ground, found.get(each.target.name), cause));
  const worst = severity.find((outcome) => clusters.some((each) => each.outcome === outcome)) ?? 'promoted';
  // With `stop`, what is done in some clusters stays: while others did not get it, or nobody saw whether it is still there.
  const mixed = worst === 'promoted' ? cause !== undefined : worst !== 'unknown' && clusters.some(({ outcome }) => outcome === 'promoted');
  const outcome = mixed ? 'stopped' : worst;
  const changed = runs.some(({ parts }) => parts.some(({ there }) => !there));
  return {
    ...shared(raw),
    outcome,
    code: cause?.code,
    reason:
      cause?.text ??
      (changed ? 'Every service is available with what was wanted.' : 'Everything is as wanted already: nothing had to be done.'),
    remedy: cause?.remedy,
    backup: changed ? backupText(plan, ground) : undefined,
    warnings: warningsOf(raw, runs),
    clusters,
  };
}

function clusterResult(run: ClusterRun, { shareOf, file }: FleetGround, found: Cause | undefined, cause: Cause | undefined): ClusterResult {
  const { target, parts } = run;
  const state = run.state();
  const ending = endingOf(state, found);
  const why = ending === undefined ? cause : causeIn(ending);
  return {
    name: target.name,
    region: target.region,
    share: shareOf(target),
    namespace: target.namespace,
    outcome: ending?.outcome ?? 'not-started',
    code: why?.code,
    reason: why === undefined ? '' : ending === undefined ? `Its turn did not come. ${why.text}` : why.text,
    backup: run.backup(),
    smoke: run.smoke,
    services: parts.map((part) =>
      serviceResult({
        name: part.name,
        settings: part.name === file.name,
        there: part.there,
        ground: part.ground,
        session: part.session,
        state: state?.parts[part.name] ?? 'waiting',
        reason: part.reason,
      }),
    ),
  };
}

const causeIn = (ending: ReleaseEnding): Cause | undefined => (ending.outcome === 'promoted' ? undefined : ending.cause);

/** What was done in a cluster and taken back by somebody meanwhile, or not seen since, is not promoted. */
function endingOf(state: ReturnType<ClusterRun['state']>, found: Cause | undefined): ReleaseEnding | undefined {
  if (state?.phase !== 'ended') return undefined;
  return state.outcome === 'promoted' && found !== undefined ? { outcome: 'stopped', cause: found } : state;
}
