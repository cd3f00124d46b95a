import { begin, beginTakingBack } from '../../src/domain/rollout/begin.ts';
import { step } from '../../src/domain/rollout/canary.ts';
import { type Cause, cancelled } from '../../src/domain/rollout/cause.ts';
import { type Effect, type RecordedPhase, type RolloutEvent, recordedPhases } from '../../src/domain/rollout/effect.ts';
import { ladderToPromote, type RolloutPlan } from '../../src/domain/rollout/plan.ts';
import type { RouteView, Sample, StableView } from '../../src/domain/rollout/sample.ts';
import type { Ending, Move, Rollout } from '../../src/domain/rollout/state.ts';
import { statusLine } from '../../src/domain/rollout/status.ts';
import type { Watch } from '../../src/domain/rollout/watch.ts';
import { durationText, parseDuration } from '../../src/domain/units/duration.ts';
import type { Parsed } from '../../src/domain/units/parsed.ts';
import { parseRatio } from '../../src/domain/units/ratio.ts';
import { parseStages } from '../../src/domain/units/stages.ts';
import { type FailureCode, failureCodes } from '../../src/failure-codes.ts';
import { awaitedPods, blindSample, crash, planWith, sampleOf, silentReading, stableIs, Traffic } from '../domain/rollout/rollouts.ts';

/**
 * Replays a rollout that is written as a story. A line that begins with `#` is for the reader, one with four spaces is what the machine
 * answered, every other one is a command (README.md lists them). Answers with the same story and the answers of the machine as it is now.
 */
export function replay(story: string): string {
  const run = new Run();
  const lines: string[] = [];
  for (const line of story.split('\n')) {
    if (line.startsWith('    ')) continue;
    lines.push(line);
    if (line !== '' && !line.startsWith('#')) lines.push(...run.command(line).map((answer) => `    ${answer}`));
  }
  if (run.state.phase !== 'ended') throw new Error(`The story stops in the phase ${run.state.phase}.`);
  return lines.join('\n');
}

/** Requests a second of the whole service, where the story does not say otherwise. */
const usualRate = 100;

class Run {
  state: Rollout = { phase: 'claiming', next: 'prepare' };
  private plan: RolloutPlan = planWith();
  private effects: readonly Effect[] = [];
  private at = 0;
  private weight = 0;
  private readonly traffic = new Traffic();

  command(line: string): readonly string[] {
    const [verb = '', ...words] = line.split(/\s+/);
    switch (verb) {
      case 'plan':
        return this.settle(words);
      case 'begin':
        return this.started(begin({ phase: phaseNamed(words[0]), sameImage: words[1] !== 'other-image' }));
      case 'post':
        return this.started(beginTakingBack({ phase: phaseNamed(words[0]), sameImage: true }, cancelled('the run was ended from outside')));
      default:
        return this.repeat(verb, words);
    }
  }

  private settle(words: readonly string[]): readonly string[] {
    const {
      stages,
      promote,
      smoke,
      guardian,
      minima,
      'canary-autoscaler': autoscaler,
      replicas,
      drain,
      'no-data-timeout': noData,
      'rollout-timeout': rollout,
      'pause-limit': pause,
    } = fields(words);
    const given = stages === undefined ? this.plan.stages : value(parseStages(stages));
    const promotes = promote !== 'false';
    this.plan = {
      ...this.plan,
      promote: promotes,
      stages: promotes ? ladderToPromote(given, this.plan.interval) : given,
      smoke: smoke === 'true',
      guardian: guardian === 'true',
      minima: minima === 'true' || autoscaler === 'true',
      canaryAutoscaler: autoscaler === 'true',
      ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
      ...(drain === undefined ? {} : { drain: value(parseDuration(drain)) }),
      ...(noData === undefined ? {} : { noDataTimeout: value(parseDuration(noData)) }),
      ...(rollout === undefined ? {} : { rolloutTimeout: value(parseDuration(rollout)) }),
      ...(pause === undefined ? {} : { pauseLimit: value(parseDuration(pause)) }),
    };
    return [];
  }

  private started(move: Move): readonly string[] {
    this.weight = 'effects' in move && move.effects.some((effect) => effect.do === 'claim' && effect.weight === 'as-found') ? 100 : 0;
    return this.take(move);
  }

  /** `x19` at the end: so many times, in which nothing but the waiting may change. */
  private repeat(verb: string, words: readonly string[]): readonly string[] {
    const times = Number(/^x(\d+)$/.exec(words.at(-1) ?? '')?.[1] ?? 1);
    const rest = times === 1 ? words : words.slice(0, -1);
    for (let done = 1; done < times; done += 1) {
      const before = this.state;
      this.event(verb, rest);
      if (this.state.phase !== before.phase || this.effects.length !== 1)
        throw new Error(`${verb} changed the phase at its repetition ${done}.`);
    }
    return this.event(verb, rest);
  }

  private event(verb: string, words: readonly string[]): readonly string[] {
    const { in: passed, during } = fields(words);
    const last = this.effects.at(-1);
    if (last === undefined) throw new Error('The rollout is over: nothing happens any more.');
    this.pass(passed === undefined ? waitOf(last, words) : value(parseDuration(passed)), words);
    const event = this.eventOf(verb, words, last);
    const done =
      event.on === 'failed' || event.on === 'cancelled' || event.on === 'lock-lost' || event.on === 'asked'
        ? this.before(words[0], during)
        : this.effects;
    for (const effect of done) {
      if (effect.do === 'shift' || (effect.do === 'claim' && effect.weight !== 'as-found')) this.weight = Number(effect.weight);
    }
    const status = event.on === 'sample' ? statusLine(this.plan, this.state, event.sample) : undefined;
    return [...(status === undefined ? [] : [`"${status}"`]), ...this.take(step(this.plan, this.state, event))];
  }

  /** The effects that were done before the one in which something happened. */
  private before(failing: string | undefined, during: string | undefined): readonly Effect[] {
    const name = during ?? failing;
    const index = this.effects.findIndex((effect) => effect.do === name);
    if (index < 0) throw new Error(`Nothing does \`${name}\` now.`);
    return this.effects.slice(0, index);
  }

  private pass(seconds: number, words: readonly string[]): void {
    const { rate, errors, slow, 'stable-errors': stableErrors } = fields(words);
    const requests = seconds * Number(rate ?? usualRate);
    const canary = { errors: errors === undefined ? 0 : value(parseRatio(errors)), slow: slow === undefined ? 0 : value(parseRatio(slow)) };
    const stable = { errors: stableErrors === undefined ? 0 : value(parseRatio(stableErrors)) };
    this.traffic.pass((requests * this.weight) / 100, (requests * (100 - this.weight)) / 100, { canary, stable });
    this.at += seconds;
  }

  private eventOf(verb: string, words: readonly string[], last: Effect): RolloutEvent {
    const { at } = this;
    const given = fields(words);
    const reading = given['metrics'] === 'down' ? silentReading(at) : this.traffic.reading(at);
    switch (verb) {
      case 'done':
        if (last.do === 'observe' || last.do === 'measure' || isLooking(last)) throw new Error(`\`${last.do}\` is not simply done.`);
        return { on: 'done', at };
      case 'measured':
        if (last.do !== 'measure') throw new Error('Nothing is measured now.');
        return { on: 'measured', at, reading };
      case 'sample':
        if (last.do !== 'observe' && !isLooking(last)) throw new Error('Nothing is observed now.');
        return { on: 'sample', at, sample: sampleFrom(at, given, reading, isLooking(last)) };
      case 'fails':
        return { on: 'failed', at, cause: causeNamed(words[1] ?? '', words[2] ?? 'error'), doing: words[0] as Effect['do'] };
      case 'cancelled':
        return { on: 'cancelled', at, by: words[0] ?? '' };
      case 'asked':
        return {
          on: 'asked',
          at,
          request: { id: 'alice-1', what: words[0] as 'pause', epoch: 1, who: 'alice', why: 'the numbers look odd', at: '', run: '' },
        };
      case 'lock-lost':
        return { on: 'lock-lost', at, text: 'Lease shop/wf-deploy-agent was taken by run 8.' };
      default:
        throw new Error(`There is no command \`${verb}\`.`);
    }
  }

  private take(move: Move): readonly string[] {
    const turned = causeOf(move.state) !== undefined && causeOf(this.state)?.text !== causeOf(move.state)?.text;
    this.state = move.state;
    this.effects = move.effects;
    const cause = causeOf(move.state);
    return [
      `${clock(this.at)}  ${stateText(this.plan, move.state)}`,
      ...(turned && cause !== undefined ? [`         because (${cause.kind}, ${cause.code}): ${cause.text}`] : []),
      ...move.effects.map((effect) => `         → ${effectText(effect)}`),
    ];
  }
}

function sampleFrom(at: number, given: Fields, reading: Sample['reading'], looking: boolean): Sample {
  if (given['cluster'] === 'down') return blindSample(at, reading);
  const stable = given['stable']?.split('/');
  return sampleOf({
    at,
    reading,
    route: routes[given['route'] ?? 'ordered'] ?? { is: 'as-ordered' },
    readyEndpoints: given['canary'] === 'unready' ? 0 : 1,
    ...(given['canary'] === 'crash' ? { trouble: crash } : {}),
    ...(stable === undefined ? {} : { stable: stableIs(stable[0] as 'available', stable[1] as StableView['runs']) }),
    ...(looking ? { awaited: given['pods'] === 'missing' ? awaitedPods.missing : awaitedPods.there } : {}),
    ...(given['guardian'] === 'lost' ? { guardian: 'lost' } : {}),
  });
}

const routes: Readonly<Record<string, RouteView>> = {
  ordered: { is: 'as-ordered' },
  changed: { is: 'changed', what: 'the canary has 50 % instead of 25 %', by: 'kubectl-edit', fight: 1 },
  ...Object.fromEntries(
    [1, 2, 3].map((fight) => [
      `fight-${fight}`,
      { is: 'changed', what: 'the canary has 0 % instead of 25 %', by: 'argocd-controller', fight },
    ]),
  ),
  gone: { is: 'gone' },
  taken: { is: 'taken' },
};

type Fields = Readonly<Record<string, string | undefined>>;

const fields = (words: readonly string[]): Fields =>
  Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=', 2) as [string, string]));

function value<T>(result: Parsed<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.problem}. ${result.remedy}`);
}

function phaseNamed(name: string | undefined): RecordedPhase {
  const phase = recordedPhases.find((known) => known === name);
  if (phase === undefined) throw new Error(`There is no recorded phase \`${name}\`.`);
  return phase;
}

const causeNamed = (code: string, kind: string): Cause => ({
  kind: kind as Cause['kind'],
  code: code as FailureCode,
  text: failureCodes[code as FailureCode],
  remedy: 'See above.',
});

const isLooking = (effect: Effect): boolean => effect.do === 'await-canary' && effect.looking !== undefined;

function waitOf(effect: Effect, words: readonly string[]): number {
  if (effect.do === 'observe') return effect.inSeconds;
  return effect.do === 'await-canary' && fields(words)['pods'] === 'missing' ? (effect.looking?.inSeconds ?? 0) : 0;
}

const causeOf = (state: Rollout): Cause | undefined =>
  'cause' in state ? state.cause : 'ending' in state && 'cause' in state.ending ? state.ending.cause : undefined;

const clock = (at: number): string => durationText(Math.round(at)).padEnd(7);

function effectText(effect: Effect): string {
  switch (effect.do) {
    case 'claim':
      return `claim ${effect.weight === 'as-found' ? 'as found' : `${effect.weight} %`}`;
    case 'record':
      return `record ${effect.phase} ${effect.weight} %${effect.paused === true ? ', waits for a person' : ''}${effect.enough === undefined ? '' : `, ${effect.enough} ready pods of stable are enough`}`;
    case 'answer':
      return `answer ${effect.is}: ${effect.text}`;
    case 'set-canary':
      return `set-canary ${effect.replicas}`;
    case 'scale-canary':
    case 'await-canary':
      return `${effect.do} ${effect.replicas}${effect.autoscaled === true ? ' or more' : ''}${lookingText(effect)}`;
    case 'shift':
      return `shift ${effect.weight} %${effect.urgent ? ', urgent' : ''}`;
    case 'observe':
      return `observe in ${durationText(effect.inSeconds)}${effect.until === undefined ? '' : ', or when stable is available'}${effect.enough === undefined ? '' : ` or has ${effect.enough} ready`}`;
    case 'remark':
      return `remark: ${effect.text}`;
    default:
      return effect.do;
  }
}

function lookingText(effect: Effect): string {
  if (effect.do !== 'await-canary' || effect.looking === undefined) return '';
  const { inSeconds, last } = effect.looking;
  return `, and look in ${durationText(inSeconds)}${last ? ', for the last time' : ''}`;
}

function stateText(plan: RolloutPlan, state: Rollout): string {
  const again = 'again' in state && state.again ? ', then start again' : '';
  switch (state.phase) {
    case 'claiming':
      return `claiming, then ${state.next}${again}`;
    case 'scaling':
    case 'shifting':
      return `${state.phase} ${stageName(plan, state.stage)}`;
    case 'growing':
      return `growing to ${stageName(plan, state.stage)}, kept at ${stageName(plan, state.kept)}${watchText(state.watch, 'canary')}`;
    case 'holding':
      return `holding ${stageName(plan, state.stage)}${watchText(state.watch, 'canary')}`;
    case 'paused':
      return `paused ${state.stage < 0 ? 'before the first weight' : stageName(plan, state.stage)}${state.passed ? ', passed' : ''}${watchText(state.watch, 'canary')}`;
    case 'promoting':
      return `promoting${watchText(state.watch, 'canary')}`;
    case 'returning':
      return `returning${watchText(state.watch, 'stable')}`;
    case 'emptying':
    case 'draining':
    case 'resting':
    case 'ended':
      return `${state.phase}: ${endingText(state.ending)}${again}`;
    default:
      return `${state.phase}${again}`;
  }
}

const stageName = (plan: RolloutPlan, stage: number): string => `${stage + 1}/${plan.stages.length} (${plan.stages[stage]?.weight} %)`;
const endingText = ({ outcome }: Ending): string => outcome;

function watchText({ verdict, evidence, misses, silentSince }: Watch, arm: 'canary' | 'stable'): string {
  if (verdict === undefined) return '';
  const { requests, errors } = evidence[arm].total;
  const parts = [
    `${Math.round(requests)} requests`,
    ...(errors === 0 ? [] : [`${Math.round(errors)} errors`]),
    ...(misses === 0 ? [] : [`${misses} failing in a row`]),
    ...(silentSince === undefined ? [] : [`silent since ${durationText(Math.round(silentSince))}`]),
    verdict.is,
  ];
  return `: ${parts.join(', ')}`;
}
