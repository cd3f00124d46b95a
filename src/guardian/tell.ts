import { pinText } from '../domain/capacity/pins.ts';
import { Event } from '../domain/kubernetes/kinds.ts';
import { warningEvent } from '../domain/kubernetes/warning-event.ts';
import { readLease } from '../domain/rollout/lease.ts';
import type { LeaseChange } from '../domain/rollout/lease-writes.ts';
import { durationText } from '../domain/units/duration.ts';
import { Failure } from '../failure.ts';
import type { Alert } from '../ports/notifier.ts';
import { type Hands, hold, leaseRef } from './hands.ts';
import type { Did, Held } from './state.ts';

/**
 * Tells people at once, and answers with the names of those who know. It takes no longer than a part of the Lease's duration, in which the
 * Lease is held.
 */
export async function announce(hands: Hands, held: Held, did: Did): Promise<readonly string[]> {
  const alert = alertOf(hands, held, did);
  const knowing = held.found.told ?? [];
  const told = await Promise.all(
    hands.notifiers
      .filter(({ name }) => !knowing.includes(name))
      .map(async (notifier) => {
        try {
          await notifier.send(alert);
          return [notifier.name];
        } catch (error) {
          // A defect too is no reason not to give the Lease away. Its text may hold an address.
          hands.log(
            error instanceof Failure ? error.what : `${notifier.name}: a defect (${error instanceof Error ? error.name : typeof error})`,
          );
          return [];
        }
      }),
  );
  return [...knowing, ...told.flat()];
}

/**
 * Says what was done, in the Lease and as an Event, and gives the Lease away. The first is what the next run goes by and is tried again;
 * the other is for people, and when it fails nothing else depends on it.
 */
export async function tell(hands: Hands, held: Held, did: Did, told: readonly string[]): Promise<void> {
  await sayLast(hands, held, wordsOf(hands, held, did, told));
  if (did === 'nothing to move') return;
  const message = messageOf(hands, held, did);
  hands.log(message);
  await advisory(hands, () => writeEvent(hands, wentBack(did) ? 'CanaryTakenBack' : 'CanaryStateUnknown', message));
}

/** Where the answer was lost, the next try meets a Lease that is nobody's any more, or a successor's: our words in it tell. */
async function sayLast(hands: Hands, held: Held, words: LeaseChange): Promise<void> {
  try {
    await hold(hands, held, words);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
    const object = await hands.cluster.get(leaseRef(hands));
    const said = object === undefined ? undefined : readLease(object).guardian;
    if (said?.is !== 'acted' || said.pod !== hands.pod || said.epoch !== held.epoch) throw error;
  }
}

function alertOf(hands: Hands, held: Held, did: Did): Alert {
  const { service, namespace } = hands.undo.app;
  const { rollout, holder } = held.found;
  const run = rollout?.run ?? holder;
  return {
    severity: wentBack(did) ? 'warning' : 'critical',
    service,
    namespace,
    run,
    title: `${service}: ${did}`,
    message: messageOf(hands, held, did),
    facts: {
      service,
      namespace,
      ...(rollout === undefined
        ? {}
        : { image: rollout.image, 'previous-image': rollout.previousImage, 'weight-before': `${rollout.weight} %` }),
      ...(wentBack(did) ? { weight: '0' } : {}),
      run,
    },
    at: hands.clock.now().toISOString(),
  };
}

const wentBack = (did: Did): boolean => did === 'weight 0' || did === 'stable restored, weight 0';

function wordsOf({ pod, clock }: Hands, { epoch, found }: Held, did: Did, told: readonly string[]): LeaseChange {
  const { rollout } = found;
  return {
    guardian: { is: 'acted', pod, epoch, at: clock.now().toISOString(), after: found.holder, did },
    // Where the canary keeps its traffic the rollout has not ended: whoever ends it tells again.
    ...(wentBack(did) && rollout !== undefined ? { rollout: { ...rollout, phase: 'emptying', weight: 0 }, told } : {}),
    release: true,
  };
}

const deeds: Readonly<Record<Did, string>> = {
  'nothing to move': 'No traffic was on the canary: nothing was changed',
  'weight 0': 'All traffic was given back to stable (canary weight 0)',
  'stable restored, weight 0': 'Stable was given its old image again, and then all traffic (canary weight 0)',
  'stable not restored in time': 'Stable did not become Available with its old image: the canary still carries the traffic',
  'weight 0 not reached': 'The route still leads to the canary, which was to be taken back',
};

function messageOf({ undo }: Hands, { found, reason }: Held, did: Did): string {
  const { rollout } = found;
  const run = rollout?.run ?? found.holder;
  const left = `${reason === undefined ? '' : ` The last try: ${reason.slice(0, 500)} Nobody watches it any more: mend that, and run \`operation: abort\`.`}${leftPinned(found)}`;
  if (rollout?.phase === 'paused')
    return `${deeds[did]}, because nobody promoted or aborted the pause of ${undo.app.service} within ${durationText(rollout.deadline ?? 0)} after the run ${run} had ended.${left}`;
  return `${deeds[did]}, because the run ${run} gave no sign of life for ${found.durationSeconds} s. It was in the phase ${rollout?.phase ?? 'unknown'} of ${undo.app.service}.${left}`;
}

/** Only traffic is the guardian's. What costs no more than pods is put back by the next run. */
const leftPinned = ({ capacity }: Held['found']): string =>
  (capacity?.pins ?? []).map((pin) => ` The next run puts back: ${pinText(pin, 'former')}.`).join('');

/** `reason`: what Alertmanager calls it, too. */
async function writeEvent({ cluster, lens, undo, clock, pod }: Hands, reason: string, message: string): Promise<void> {
  const { namespace } = undo.app;
  const [ref] = lens.objects(undo.app);
  const about = ref === undefined ? undefined : await cluster.get(ref);
  if (about === undefined) return;
  const now = clock.now();
  const { name, uid } = about.metadata;
  const warning = { reason, message, source: { component: 'wf-deploy-guardian', host: pod } };
  const object = warningEvent({ apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid }, warning, now);
  await cluster.write({ do: 'create', kind: Event, namespace, object });
}

async function advisory({ log }: Hands, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log(error.what);
  }
}
