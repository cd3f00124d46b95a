import { runningDigest } from '../../domain/rollback/running-digest.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { type Hold, heldAs, heldFor } from '../../domain/rollout/hold.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { notHeld } from '../hold-images.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { podsOf } from './pods.ts';
import type { Session } from './session.ts';

/** An image that did harm or crashed is held, so that nothing brings it back by itself. */
export async function heldFrom(session: Session): Promise<Hold | undefined> {
  const { cause, image, to, world, operation } = session;
  const by = cause === undefined ? undefined : heldFor(cause);
  // What a rollback could not bring back did no harm now.
  if (cause === undefined || by === undefined || operation === 'rollback') return undefined;
  const pods = await podsSeen(session, to);
  const hold = holdOn(session, {
    image,
    pods,
    by,
    why: cause.text,
    who: `wf-deploy blue-green${world.run.actor === undefined ? '' : `, started by ${world.run.actor},`}`,
  });
  if (hold === undefined) session.remarks.push(notHeld(image));
  return hold;
}

/** Advisory on a way back: what cannot be read is only not known. */
async function podsSeen(session: Session, to: Session['to']): ReturnType<typeof podsOf> {
  try {
    return await podsOf(session, to);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    session.world.log.line(`  The pods of ${to} could not be read, which say what digest they run: ${error.what}`);
    return [];
  }
}

interface Holding {
  readonly image: string;
  readonly pods: Parameters<typeof runningDigest>[1];
  readonly by: Hold['by'];
  readonly who: string;
  readonly why: string;
}

function holdOn(
  { world, plan, namespace }: { readonly world: World; readonly plan: Session['plan']; readonly namespace: string },
  { image, pods, by, who, why }: Holding,
): Hold | undefined {
  const digest = runningDigest(image, pods);
  if (digest === undefined) {
    world.log.line(`  ${notHeld(image)}`);
    return undefined;
  }
  return {
    environment: environmentOf(plan, namespace),
    ...heldAs(image, digest),
    who,
    why,
    run: whereItRuns(world),
    at: world.clock.now().toISOString(),
    by,
  };
}

/** By a person, through `operation: rollback`. */
export const heldByHand = (
  where: { readonly world: World; readonly plan: Session['plan']; readonly namespace: string },
  image: string,
  pods: Holding['pods'],
  { text }: Pick<Cause, 'text'>,
): Hold | undefined => holdOn(where, { image, pods, by: 'rollback', who: whoActs(where.world), why: text });
