import { nothingChanged } from '../../domain/capacity/record.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { noTroubles } from '../await-rollout.ts';
import type { Lock } from '../held-lock.ts';
import { whereItRuns } from '../signature.ts';
import type { Ground } from './ground.ts';
import type { CanaryPlan } from './plan.ts';
import type { Session } from './session.ts';

export function open(world: World, plan: CanaryPlan, ground: Ground, lock: Lock): Session {
  return {
    world,
    plan,
    ground,
    lock,
    route: undefined,
    lookedAt: undefined,
    seenAt: undefined,
    routeSeen: false,
    stableOrdered: 'old',
    stablePods: ground.stablePods,
    canaryPods: [],
    unheard: new Map(),
    canaryReplicas: undefined,
    fights: 0,
    guarded: false,
    restarts: undefined,
    stableRestarts: {},
    troubles: noTroubles(),
    unheardSince: undefined,
    trouble: undefined,
    counted: undefined,
    selectors: undefined,
    writes: [],
    smoke: [],
    capacity: lock.found?.capacity ?? nothingChanged,
    template: lock.found?.template ?? { copies: [] },
    remarks: [],
    cause: undefined,
    hold: undefined,
    ending: undefined,
    figures: undefined,
    run: whereItRuns(world),
    told: [],
    notices: [],
    telling: Promise.resolve(),
  };
}
