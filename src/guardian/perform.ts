import type { GuardianSign } from '../domain/guardian/sign.ts';
import { keepsChanging, mostConflicts } from '../domain/kubernetes/conflicts.ts';
import { nameOf } from '../domain/kubernetes/object.ts';
import { setTemplate } from '../domain/manifests/release.ts';
import { setImage } from '../domain/rollout/container-image.ts';
import { readLease } from '../domain/rollout/lease.ts';
import { type LeaseChange, signing, takenBy } from '../domain/rollout/lease-writes.ts';
import { type Order, ordered } from '../domain/rollout/ordered.ts';
import { sharesChange } from '../domain/traffic/weights/rule-shares.ts';
import { Failure } from '../failure.ts';
import { type Hands, hold, leaseRef } from './hands.ts';
import { mayServe, restoreStable, stableRef } from './stable.ts';
import type { Action, Held, Observation } from './state.ts';
import { announce, tell } from './tell.ts';

/** Carries one action out. Never throws for what the cluster does. */
export async function perform(hands: Hands, action: Exclude<Action, { do: 'end' }>): Promise<Observation> {
  if ('inSeconds' in action) await hands.clock.sleep(action.inSeconds);
  try {
    return await once(hands, action);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    hands.log(`${action.do}: ${error.what}`);
    const at = hands.clock.monotonic();
    if (error.code === 'CLUSTER_CONFLICT' || error.code === 'LOCK_LOST') return { on: 'overtaken', at };
    // A read that was refused has not been successful either.
    const silent = action.do === 'read' || isSilent(error);
    if (!silent && action.do === 'rehearse') await sayUnable(hands, error);
    if (error.code === 'DRIFT') return { on: 'undone', at, reason: error.what };
    return { on: silent ? 'unanswered' : 'refused', at, reason: error.what };
  }
}

async function once(hands: Hands, action: Exclude<Action, { do: 'end' }>): Promise<Observation> {
  const done = (): Observation => ({ on: 'done', at: hands.clock.monotonic() });
  switch (action.do) {
    case 'read': {
      const object = await hands.cluster.get(leaseRef(hands));
      const at = hands.clock.monotonic();
      if (object === undefined) return { on: 'lease-gone', at };
      const lease = readLease(object);
      return { on: 'lease', at, lease, signAge: ageOf(hands, lease.guardian) };
    }
    case 'rehearse':
      await rehearse(hands);
      await sign(hands, watching(hands));
      return done();
    case 'beat':
      if (action.pause === undefined) await sign(hands, watching(hands));
      else await sign(hands, { ...watching(hands), is: 'pausing', passed: Math.round(action.pause.passed) }, action.pause.epoch);
      return done();
    case 'take':
      await take(hands, action.found.resourceVersion);
      return done();
    case 'restore-stable':
      await hold(hands, action.held, restoringRecord(action.held));
      await order(hands, { epoch: action.held.epoch, weight: 'as-found' });
      await restoreStable(hands, action.held);
      return done();
    case 'look-at-stable': {
      await hold(hands, action.held, {});
      const available = await mayServe(hands, action.held);
      return { on: 'stable', at: hands.clock.monotonic(), available };
    }
    case 'empty':
      await empty(hands, action.held);
      return done();
    case 'announce':
      return { on: 'announced', to: await announce(hands, action.held, action.did), at: hands.clock.monotonic() };
    case 'tell':
      await tell(hands, action.held, action.did, action.told);
      return done();
  }
}

/** Another one each time: the runner compares it with the one before and reads no time from it. */
const watching = ({ pod, undo, clock }: Hands) =>
  ({
    is: 'watching',
    pod,
    epoch: undo.epoch,
    beat: clock.now().toISOString(),
  }) as const;

/** By the wall clock. */
function ageOf({ clock }: Hands, said: GuardianSign | undefined): number {
  const written = said?.is === 'pausing' ? Date.parse(said.beat) : Number.NaN;
  return Number.isNaN(written) ? 0 : Math.max(0, (clock.now().getTime() - written) / 1000);
}

async function sign(hands: Hands, said: GuardianSign, epoch = hands.undo.epoch): Promise<void> {
  await hands.cluster.write({ do: 'patch', ref: leaseRef(hands), operations: signing(epoch, said) });
}

/** So that the runner need not wait to learn why there will be no guardian. */
async function sayUnable(hands: Hands, refused: Failure): Promise<void> {
  try {
    await sign(hands, { is: 'unable', pod: hands.pod, epoch: hands.undo.epoch, reason: refused.what.slice(0, 500) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    hands.log(`rehearse: ${error.what}`);
  }
}

/** The writes that going back would make, up to the point where they would be stored. */
async function rehearse(hands: Hands): Promise<void> {
  const { cluster, undo } = hands;
  await order(hands, { epoch: undo.epoch + 1, weight: 0 }, true);
  const [lease, stable] = await Promise.all([cluster.get(leaseRef(hands)), cluster.get(stableRef(hands))]);
  const { rollout: record, template } = lease === undefined ? {} : readLease(lease);
  if (stable === undefined || record === undefined) return;
  const operations =
    template?.undo === undefined ? setImage(stable, record.container, record.previousImage) : setTemplate(stable, template.undo.previous);
  await cluster.write({ do: 'patch', ref: stableRef(hands), operations, dryRun: true });
}

async function take(hands: Hands, resourceVersion: string): Promise<void> {
  const { cluster, undo, clock, me } = hands;
  const found = await cluster.get(leaseRef(hands));
  if (found?.metadata.resourceVersion !== resourceVersion)
    throw new Failure('CLUSTER_CONFLICT', 'The Lease was written just now.', 'Watch it anew.');
  const taking = { holder: me, duration: undo.leaseSeconds, now: clock.now() };
  const { namespace } = undo.app;
  await cluster.write({ do: 'replace', ref: leaseRef(hands), object: takenBy(found, { namespace, name: undo.lease }, taking) });
}

const restoringRecord = ({ found: { rollout } }: Held): LeaseChange =>
  rollout === undefined ? {} : { rollout: { ...rollout, phase: 'restoring', weight: 100 } };

/** Guarded by resourceVersion and epoch, as the runner's writes are. A route that is gone sends nobody to the canary. */
async function order({ cluster, lens, undo }: Hands, { epoch, weight }: Order, dryRun = false): Promise<void> {
  for (const ref of lens.objects(undo.app)) {
    for (let attempt = 1; ; attempt += 1) {
      const found = await cluster.get(ref);
      const wanted = found === undefined ? undefined : ordered(lens, undo.app, { epoch, weight }, found);
      if (wanted === undefined) break;
      try {
        await cluster.write({ do: 'replace', ref, object: wanted, dryRun });
        break;
      } catch (error) {
        if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
        if (attempt >= mostConflicts) throw keepsChanging(nameOf(ref), 'DRIFT');
      }
    }
  }
}

/**
 * Users first. What fails may fail for long, so the Lease is renewed then; and where that is answered the API server is well: what is wrong is
 * the route, or what it is asked of, as by an admission webhook that is gone.
 */
async function empty(hands: Hands, held: Held): Promise<void> {
  try {
    await order(hands, { epoch: held.epoch, weight: 0 });
    await confirmEmpty(hands, held);
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'LOCK_LOST' || held.leaseGone) throw error;
    try {
      await hold(hands, held, {});
    } catch (notRenewed) {
      if (!(notRenewed instanceof Failure) || notRenewed.code === 'CLUSTER_CONFLICT') throw notRenewed;
      hands.log(`empty: ${notRenewed.what}`);
      throw error;
    }
    throw isSilent(error) ? new Failure('CLUSTER_REFUSED', error.what, error.remedy) : error;
  }
}

const isSilent = ({ code }: Failure): boolean => code === 'CLUSTER_UNREACHABLE' || code === 'CLUSTER_BROKEN';

/** A rule that has lost its stable side takes no order: its users stay on the canary. */
async function confirmEmpty({ cluster, lens, undo }: Hands, { found: { rollout } }: Held): Promise<void> {
  const refs = lens.objects(undo.app);
  const found = (await Promise.all(refs.map((ref) => cluster.get(ref)))).filter((object) => object !== undefined);
  if (found.length < refs.length) return;
  const change = sharesChange({ shares: [], fixed: rollout?.fixed ?? 0 }, lens.ruleShares(found, undo.app));
  if (change !== undefined)
    throw new Failure('DRIFT', `Weight 0 did not take: ${change}.`, 'See in the managedFields of the route who wrote it.');
}
