import { nothingChanged } from '../../domain/capacity/record.ts';
import { restartsOf } from '../../domain/kubernetes/health.ts';
import type { World } from '../../ports/worlds/cluster.ts';
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
    stableOrdered: 'old',
    stablePods: ground.stablePods,
    canaryPods: [],
    unheard: new Map(),
    canaryReplicas: undefined,
    fights: 0,
    guarded: false,
    restarts: restartsOf([]),
    unheardSince: undefined,
    trouble: undefined,
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
