import type { Selectors } from '../../domain/analysis/arm.ts';
import { extend, startEvidence } from '../../domain/analysis/evidence.ts';
import { heardLate } from '../../domain/analysis/known-counters.ts';
import { podSelector } from '../../domain/analysis/selector.ts';
import { judge, type Verdict } from '../../domain/analysis/verdict.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { type Colour, colouredName } from '../../domain/rollout/layout.ts';
import { durationText } from '../../domain/units/duration.ts';
import type { Parsed } from '../../domain/units/parsed.ts';
import { measure } from '../measure.ts';
import type { DeployWish, MeasureWish } from './plan.ts';
import { podsOf } from './pods.ts';
import type { Session } from './session.ts';

const hashLabel = 'pod-template-hash';

export interface Arms {
  readonly service: string;
  readonly namespace: string;
  readonly route: string;
  /** The old colour is measured as stable, the new one as the canary. */
  readonly from: Colour;
  readonly to: Colour;
}

/** The label matchers of both colours: what the preset takes, or the pods that run now, told apart by their ReplicaSets' hashes. */
export function selectorsOf(
  { source }: MeasureWish,
  { service, namespace, route, from, to }: Arms,
  pods: { readonly from: readonly KubernetesObject[]; readonly to: readonly KubernetesObject[] },
): Parsed<Selectors> {
  const deployments = { stable: colouredName(service, from), canary: colouredName(service, to) };
  if (source.kind === 'labelled' && source.armSelector !== undefined) {
    const names = { namespace, route, canaryService: deployments.canary, deployments };
    return { ok: true, value: { stable: source.armSelector('stable', names), canary: source.armSelector('canary', names) } };
  }
  const of = (deployment: string, its: readonly KubernetesObject[]): Parsed<string> =>
    podSelector(
      { namespace, deployment, hashes: [...new Set(its.flatMap((pod) => pod.metadata.labels?.[hashLabel] ?? []))] },
      source.podLabel,
    );
  const stable = of(deployments.stable, pods.from);
  if (!stable.ok) return stable;
  const canary = of(deployments.canary, pods.to);
  // Without a pod there is no series: no pod has a name that ends in a hyphen.
  const nobody = `namespace="${namespace}",${source.podLabel}="${deployments.canary}-"`;
  return { ok: true, value: { stable: stable.value, canary: canary.ok ? canary.value : nobody } };
}

/** What the metrics say while the new colour is watched. */
export interface Judging {
  /** One reading more. Answers with what speaks against the new colour, if anything does. */
  look(signal: AbortSignal): Promise<Cause | undefined>;
  /** Every required criterion was measured and kept. */
  passed(): boolean;
  said(): string;
}

/** Begins with a reading that only says where counting begins. */
export async function startJudging(session: Session, plan: DeployWish, wish: MeasureWish, signal: AbortSignal): Promise<Judging> {
  const { world, namespace, from, to } = session;
  const pods = { from: await podsOf(session, from, signal), to: await podsOf(session, to, signal) };
  const selectors = selectorsOf(wish, { service: plan.service, namespace, route: plan.route, from, to }, pods);
  const present = new Set([...pods.from, ...pods.to].map(({ metadata }) => metadata.name));
  const measurement = { source: wish.source, criteria: wish.criteria, namespace };
  const read = (by: AbortSignal) =>
    selectors.ok ? measure(world.metrics, measurement, selectors.value, world.clock.monotonic(), by) : undefined;
  const began = world.clock.monotonic();
  let evidence = startEvidence(await read(signal));
  let verdict: Verdict | undefined;
  let misses = 0;
  let silentSince: number | undefined;
  const texts = (): string => (verdict?.findings ?? []).map(({ text }) => text).join('; ');
  return {
    passed: () => verdict?.is === 'pass',
    said: () => texts(),
    async look(by) {
      const reading = await read(by);
      if (reading !== undefined) {
        const { last } = evidence;
        evidence = extend(last === undefined ? evidence : { ...evidence, last: heardLate(last, reading, present) }, reading);
      }
      verdict = judge(wish.criteria, evidence, 'canary', { minRequests: wish.minRequests });
      world.log.line(`  ${texts()} · ${verdict.is === 'pass' ? 'PASS' : verdict.is === 'fail' ? 'FAIL' : 'NO DATA'}`);
      const now = world.clock.monotonic();
      misses = verdict.is === 'fail' ? misses + 1 : verdict.is === 'pass' ? 0 : misses;
      silentSince = verdict.is === 'no-data' && verdict.cause === 'silent' ? (silentSince ?? now) : undefined;
      if (verdict.is === 'fail' && misses >= plan.failureThreshold) return harm(texts(), misses);
      const unjudged = verdict.is === 'no-data' && now - began - plan.watch >= wish.noDataTimeout;
      const silent = silentSince !== undefined && now - silentSince >= wish.noDataTimeout;
      return silent || unjudged ? noData(texts(), now - (silentSince ?? began)) : undefined;
    },
  };
}

const harm = (text: string, times: number): Cause => ({
  kind: 'harm',
  code: 'CRITERIA_FAILED',
  text: `The new colour failed its criteria${times === 1 ? '' : `, ${times} looks in a row`}: ${text}.`,
  remedy: 'Compare the logs and traces of the new version with the old one at the time shown. Users are back on the old colour.',
});

/** Neither harm nor health. */
const noData = (text: string, seconds: number): Cause => ({
  kind: 'no-data',
  code: 'NO_DATA',
  text: `The new colour could not be judged for ${durationText(Math.round(seconds))}: ${text}.`,
  remedy: 'See that the metric store answers and that the service gets traffic, or raise `no-data-timeout`.',
});
