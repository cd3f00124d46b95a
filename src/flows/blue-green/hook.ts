import { isReady } from '../../domain/kubernetes/pod.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { DeployWish } from './plan.ts';
import { podsOf } from './pods.ts';
import type { Session } from './session.ts';

/**
 * The user's own command, such as a check of a migrated database. It gets what it may want to know in its environment, and nothing goes
 * through a shell. Throws HOOK_FAILED: then users stay where they are.
 */
export async function runHook(session: Session, plan: DeployWish, signal: AbortSignal): Promise<string> {
  const { world, namespace, port, to, from, image, pair } = session;
  const [program = ''] = plan.beforeSwitch;
  const pod = port === undefined ? undefined : (await podsOf(session, to, signal)).find(isReady);
  const forward =
    pod === undefined || port === undefined ? undefined : await world.pods.forward({ namespace, name: pod.metadata.name }, port);
  try {
    const { exitCode, tail } = await world.process.run(plan.beforeSwitch, {
      environment: {
        WF_DEPLOY_NAMESPACE: namespace,
        WF_DEPLOY_OLD: colouredName(pair.service, from),
        WF_DEPLOY_NEW: colouredName(pair.service, to),
        WF_DEPLOY_IMAGE: image,
        ...(forward === undefined ? {} : { WF_DEPLOY_URL: forward.url }),
      },
      timeoutSeconds: plan.beforeSwitchTimeout,
      signal,
    });
    signal.throwIfAborted();
    if (exitCode === 0) {
      world.log.line(`  ${program} ended with 0`);
      return `${program} ended with 0`;
    }
    const how = exitCode === undefined ? `was not done after ${durationText(plan.beforeSwitchTimeout)}` : `ended with ${exitCode}`;
    throw new Failure(
      'HOOK_FAILED',
      `\`before-switch\` stopped the switch: \`${program}\` ${how}.${tail === '' ? '' : ` Its last words: ${tail.slice(-500)}`}`,
      'Mend what the command found and start again. Users stayed where they were. What the command itself has changed is not taken back.',
    );
  } finally {
    await forward?.close();
  }
}
