import { kubernetesConnection } from '../../src/adapters/cluster/connection.ts';
import { loadKubeconfig } from '../../src/adapters/cluster/kubeconfig.ts';
import { kubernetesObjects } from '../../src/adapters/cluster/kubernetes.ts';
import type { Application, Router } from '../../src/domain/traffic/router.ts';
import { Failure } from '../../src/failure.ts';
import type { Lock } from '../../src/flows/held-lock.ts';
import { acquireLock } from '../../src/flows/lock.ts';
import { shift } from '../../src/flows/shift.ts';
import type { Hands } from '../../src/guardian/hands.ts';
import { perform } from '../../src/guardian/perform.ts';
import type { Held } from '../../src/guardian/state.ts';
import type { World } from '../../src/ports/worlds/cluster.ts';
import { openWorld } from '../../src/world/cluster.ts';
import type { Lab } from '../lab/lab.ts';
import { surroundings } from '../world/surroundings.ts';

/** Two who write one route: each has a connection, a name and a clock of its own, as two processes have. */
export interface Place {
  readonly lab: Lab;
  readonly router: Router;
  readonly app: Application;
}

const quiet = () => undefined;
const leaseSeconds = 60;

/** The ports of a run, with its name as user agent, so that the audit log tells the writers apart. */
export function worldOf({ lab }: Place, name: string): World & { close(): void } {
  return openWorld(
    {
      kubeconfig: { text: '', context: '' },
      prometheus: { by: 'url', url: lab.prometheusUrl, token: undefined, ca: undefined, headers: {} },
      notify: [],
      githubToken: undefined,
    },
    surroundings({
      run: { holder: name, page: undefined, actor: undefined, commit: undefined },
      workspace: lab.directory,
      temporary: lab.directory,
      kubeconfigPath: lab.kubeconfig,
      version: name,
    }),
  );
}

export const takeLock = ({ app }: Place, world: World, successorOf?: string): Promise<Lock> =>
  acquireLock(world, {
    service: app.service,
    namespace: app.namespace,
    duration: leaseSeconds,
    timeout: 60,
    ...(successorOf === undefined ? {} : { successorOf }),
  });

export const order = ({ router, app }: Place, world: World, epoch: number, weight: number) =>
  shift(world, { router, app, epoch, weight, acceptWithin: 30, unheard: new Map() });

/**
 * A run that moves weight as fast as it can, until it learns that the lock is someone else's. Answers with how many orders it gave.
 * @param begun is told when it has given the first.
 */
export async function moveWeight(place: Place, world: World, lock: Lock, begun: () => void): Promise<number> {
  const weights = [10, 25, 50, 75];
  for (let orders = 0; ; orders += 1) {
    const weight = weights[orders % weights.length] ?? 10;
    try {
      // A run renews its Lease much more rarely than this: most of its orders have the route's epoch as their only guard.
      if (orders % 4 === 0) await lock.record({ rollout: recordOf(world, weight) });
      await order(place, world, lock.epoch, weight);
      if (orders === 0) begun();
    } catch (error) {
      if (error instanceof Failure && error.code === 'LOCK_LOST') return orders;
      throw error;
    }
  }
}

const recordOf = ({ run }: World, weight: number) =>
  ({ phase: 'stages', weight, container: 'agent-api', image: 'new', previousImage: 'old', run: run.holder, since: '' }) as const;

/** A guardian's own hands, at the moment at which it takes the Lease's holder for dead. */
export function handsOf({ lab, router, app }: Place, name: string): Hands & { close(): void } {
  const connection = kubernetesConnection({ kubeconfig: loadKubeconfig({ path: lab.kubeconfig }), version: name });
  return {
    cluster: kubernetesObjects(connection),
    clock: { monotonic: () => performance.now() / 1000, now: () => new Date(), sleep: async () => undefined },
    lens: router,
    undo: {
      router: router.name,
      app,
      stableDeployment: app.service,
      lease: `wf-deploy-${app.service}`,
      epoch: 0,
      leaseSeconds,
      restoreSeconds: leaseSeconds,
    },
    pod: name,
    me: `guardian/${name}`,
    notifiers: [],
    log: quiet,
    close: () => connection.close(),
  };
}

/** Takes the Lease, writes weight 0, says so and gives the Lease away. `overtaken`: another successor was faster. */
export async function guard(hands: Hands, dead: string): Promise<'acted' | 'overtaken'> {
  for (;;) {
    const seen = await perform(hands, { do: 'read', inSeconds: 0 });
    if (seen.on !== 'lease') throw new Error(`The Lease was answered with ${seen.on}.`);
    if (seen.lease.holder !== dead) return 'overtaken';
    // Every renewal in between refuses it: the run is alive in fact.
    if ((await perform(hands, { do: 'take', found: seen.lease })).on !== 'done') continue;
    const held: Held = { epoch: seen.lease.epoch + 1, found: seen.lease, leaseGone: false };
    for (const action of [
      { do: 'empty', held, inSeconds: 0 },
      { do: 'tell', held, did: 'weight 0', told: [], inSeconds: 0 },
    ] as const) {
      const did = await perform(hands, action);
      if (did.on !== 'done') throw new Error(`${action.do}: ${did.on}${'reason' in did ? `, ${did.reason}` : ''}`);
    }
    return 'acted';
  }
}

/** Another run that knows the first one to be dead, as its `post` step does. */
export async function succeed(place: Place, world: World, dead: string): Promise<'acted' | 'overtaken'> {
  const lock = await takeLock(place, world, dead);
  try {
    // The other successor had it before, and has given it away.
    const first = lock.found?.holder === dead;
    await order(place, world, lock.epoch, 0);
    await lock.record({ release: true });
    return first ? 'acted' : 'overtaken';
  } finally {
    lock.stop();
  }
}
