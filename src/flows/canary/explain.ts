import type { Diagnosis } from '../../domain/kubernetes/diagnosis.ts';
import { explain as explainPatient } from '../explain.ts';
import type { Session } from './session.ts';

/** The last log lines and the events of the pod in trouble. */
export const explain = ({ world, ground }: Session, workload: string, diagnosis: Diagnosis | undefined): Promise<string> =>
  explainPatient(world, { namespace: ground.app.namespace, workload, diagnosis });

/** Says in the log what a person would ask about pods that made the rollout go back. It comes after weight 0, so it delays nothing. */
export async function explainTrouble(session: Session): Promise<void> {
  const { ending, trouble, plan, world } = session;
  if (ending === undefined || !('cause' in ending) || trouble === undefined || !ending.cause.text.includes(trouble.what)) return;
  const details = await explain(session, plan.canaryDeployment, trouble);
  if (details !== '') world.log.line(details.slice(1));
}
