import type { Inputs } from '../rollout/rollouts.ts';

/** A whole rollout whose every write is a moment to be killed at. */
export interface Journey {
  readonly name: string;
  readonly inputs: Inputs;
  readonly image: 'good' | 'bad';
  /** Someone interrupts it at the first write of this name. */
  readonly interruptedAt?: string;
  /** Stable fails from the first write of this name on: the image that was well as a canary is not as stable. */
  readonly stableFailsAt?: string;
  /** With a new configuration each time. */
  readonly configured?: true;
  /** What it has in common with another journey, which has the moments so far: all up to the first write of this name. */
  readonly sharedUpTo?: string;
  /** What is there of a canary when it begins: `at rest` where not said, applied by an earlier run. Where pods are the share, never one. */
  readonly canary?: 'none' | 'created';
  /** Its own moments, where only these are. */
  readonly only?: readonly string[];
  readonly outcome: 'promoted' | 'rolled-back' | 'aborted';
}

/** What only the first runs of a service write: the canary is created, and the next run makes itself its owner by apply. */
const firstCanaries = (stages: string, size: string, more: Partial<Journey> = {}): readonly Journey[] => [
  {
    name: 'the first canary',
    inputs: { stages },
    image: 'good',
    canary: 'none',
    only: ['deployments created', size],
    outcome: 'promoted',
    ...more,
  },
  {
    name: 'the second canary',
    inputs: { stages },
    image: 'good',
    canary: 'created',
    only: ['agent-canary owned by apply'],
    outcome: 'promoted',
    ...more,
  },
];

export const journeys: readonly Journey[] = [
  { name: 'stages and promotion', inputs: { stages: '50@1s 100@1s' }, image: 'good', outcome: 'promoted' },
  { name: 'back out of a stage', inputs: { stages: '50@60s' }, image: 'bad', sharedUpTo: 'route 50 %', outcome: 'rolled-back' },
  {
    name: 'back out of the promotion',
    inputs: { stages: '100@1s' },
    image: 'good',
    interruptedAt: 'agent image',
    sharedUpTo: 'agent image',
    outcome: 'aborted',
  },
  ...firstCanaries('50@1s', 'agent-canary replicas 1'),
];

/** Of an image that does harm when it is stable: its users go to the canary while stable gets its old one back. */
export const journeysBack: readonly Journey[] = [
  {
    name: 'back out of the return',
    inputs: { stages: '100@1s' },
    image: 'good',
    stableFailsAt: 'route 50 %',
    sharedUpTo: 'route 50 %',
    outcome: 'rolled-back',
  },
];

/** With the whole pod template. */
export const journeysConfigured: readonly Journey[] = [
  { name: 'promotion with manifests', inputs: { stages: '100@1s' }, image: 'good', configured: true, outcome: 'promoted' },
  {
    name: 'back out of the promotion with manifests',
    inputs: { stages: '100@1s' },
    image: 'good',
    configured: true,
    interruptedAt: 'agent template',
    sharedUpTo: 'agent template',
    outcome: 'aborted',
  },
  ...firstCanaries('100@1s', 'agent-canary replicas 2', { configured: true }),
];

/** Whether its image may be held after it. */
export const doesHarm = ({ image, stableFailsAt }: Journey): boolean => image === 'bad' || stableFailsAt !== undefined;

/** Of a canary that gets half of the users at most, and is promoted in place. */
export const journeysByPods: readonly Journey[] = journeys
  .filter(({ canary }) => canary === undefined)
  .map((journey) => ({
    ...journey,
    inputs: { ...journey.inputs, stages: journey.image === 'bad' ? '50@60s' : '50@1s' },
  }));

/**
 * Short of everything that can be short: what is tested is the order of writes, and not the measuring between them. What a machine that is
 * slow makes longer has its time.
 */
export const brief: Inputs = {
  interval: '1s',
  'min-requests': '8',
  drain: '1s',
  'no-data-timeout': '2m',
  'rollout-timeout': '3m',
  'lock-timeout': '4m',
};

/** One moment of a journey: after so many writes of one name. */
export interface Moment {
  readonly journey: Journey;
  readonly write: string;
  /** From 1 on. */
  readonly nth: number;
  /** Whether stable was written to by then. */
  readonly stableChanged: boolean;
  /** Whether there was a guardian that could deal with it: its Job was awake, and not yet dismissed. */
  readonly guarded: boolean;
}

const guardianWoken = 'wf-deploy-guardian-agent suspend false';

/** The moments that are a journey's own, by the writes of one that nobody disturbed. */
export function momentsOf(journey: Journey, writes: readonly string[]): readonly Moment[] {
  const own = journey.sharedUpTo === undefined ? 0 : writes.indexOf(journey.sharedUpTo) + 1;
  return writes.flatMap((write, index) => {
    if (index < own || journey.only?.includes(write) === false) return [];
    const until = writes.slice(0, index + 1);
    const nth = until.filter((each) => each === write).length;
    const guarded = until.includes(guardianWoken) && !until.some((each) => /^jobs .* deleted$/.test(each));
    return [{ journey, write, nth, stableChanged: until.some((each) => each === 'agent image' || each === 'agent template'), guarded }];
  });
}

export const momentText = ({ journey, write, nth }: Moment): string => `${journey.name}, ${write}${nth === 1 ? '' : ` (${nth})`}`;
