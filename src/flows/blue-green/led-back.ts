import { isLedBack } from '../../domain/blue-green/led-back.ts';
import type { BlueGreenRecord } from '../../domain/blue-green/record.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import type { Kind } from '../../domain/kubernetes/object.ts';
import { podLabels } from '../../domain/kubernetes/workload.ts';
import { containerOf, imageOf } from '../../domain/rollout/container-image.ts';
import { holdOfImage } from '../../domain/rollout/hold.ts';
import { type Colour, colouredName } from '../../domain/rollout/layout.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { isSameImage } from '../../domain/rollout/same-image.ts';
import { otherColour } from '../../domain/traffic/switchers/colours.ts';
import { shown } from '../../domain/units/shown.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { RollbackWish } from './plan.ts';
import type { Seen } from './survey.ts';

/** Why nothing is switched, and how to go further all the same. */
export interface LedBack {
  readonly live: Colour;
  readonly image: string;
  readonly images: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly remedy?: string;
}

/** What the answer stands on: read only where the answer may be yes. The preflight does not ask for it again. */
export async function seenForLedBack(world: World, plan: RollbackWish, namespace: string, lease: LeaseView | undefined): Promise<Seen> {
  if (plan.image === undefined && lease?.blueGreen?.phase !== 'resting') return { lease };
  const get = (kind: Kind, name: string) => unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  const [route, blue, green] = await Promise.all([
    get(plan.switcher.kind, plan.route),
    get(Deployment, colouredName(plan.service, 'blue')),
    get(Deployment, colouredName(plan.service, 'green')),
  ]);
  return { lease, route, blue, green };
}

/**
 * Users are where a rollback would lead them: two people have pressed the button, or somebody presses it after an automatic way back. An
 * image that is asked for by name is gone to whatever was done before, unless users have it. `undefined`: go on.
 */
export function ledBack(plan: RollbackWish, namespace: string, { lease, route, blue, green }: Seen): LedBack | undefined {
  if (route === undefined || blue === undefined || green === undefined) return undefined;
  const { service, switcher, route: name } = plan;
  const live = switcher.live(route, { service, namespace, route: name, pods: { blue: podLabels(blue), green: podLabels(green) } });
  if (live.is !== 'one') return undefined;
  const colours = { blue, green };
  const container = containerOf(colours[live.colour], plan.container);
  if (!container.ok) return undefined;
  const [image, further] = [live.colour, otherColour(live.colour)].map((each) => imageOf(colours[each], container.value) ?? '');
  if (image === undefined || further === undefined) return undefined;
  const users = `Users are on ${colouredName(service, live.colour)} (${shown(image, 300)})`;
  const there = { live: live.colour, image, images: { [container.value]: image } };
  if (plan.image !== undefined)
    return isSameImage(image, plan.image) ? { ...there, reason: `${users} already: nothing was switched.` } : undefined;
  const record = lease?.blueGreen;
  if (!isLedBack(record, live.colour)) return undefined;
  const held = holdOfImage(lease?.holds, further, undefined) !== undefined;
  return {
    ...there,
    reason: `${users} again since ${whatLedBack(record)}: nothing was switched.`,
    remedy: `To lead them on to ${colouredName(service, otherColour(live.colour))} all the same, name what it runs: \`image: ${shown(further, 300)}\` (\`to\` of rollback.yml).${
      held ? ' That one is held: lift its hold first, by `operation: unhold` of actions/rollback.' : ''
    }`,
  };
}

function whatLedBack({ operation, image, since, run }: BlueGreenRecord): string {
  const when = `${shown(since, 40)} (${shown(run, 300)})`;
  return operation === 'rollback' ? `the rollback of ${when}` : `the deployment of ${shown(image, 300)} was taken back, ${when}`;
}
