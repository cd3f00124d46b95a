import { refOf, workloadName } from '../../domain/rolling/workload-ref.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { ReleaseFile } from './release-file.ts';

/** Whether somebody would see that the new versions are ill. Only ever a warning: the release is done. */
export async function missingMonitoring(
  { cluster }: Pick<World, 'cluster'>,
  monitoring: ReleaseFile['monitoring'],
): Promise<readonly Problem[]> {
  if (monitoring === undefined) return [];
  const { namespace, workloads } = monitoring;
  const found = await Promise.all(
    workloads.map(async (ref): Promise<readonly Problem[]> => {
      const who = `Monitoring: ${workloadName(ref)} in ${namespace}`;
      try {
        const object = await cluster.get(refOf(ref, namespace));
        if (object === undefined) return [{ what: `${who} is not there.`, remedy: 'Install it, or correct `monitoring`.' }];
        const status = ref.of.status(object);
        return status.is === 'available' ? [] : [{ what: `${who} is not available.`, remedy: 'Read the events of its pods.' }];
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return [{ what: `${who}: not checked. ${error.what}`, remedy: error.remedy }];
      }
    }),
  );
  return found.flat();
}
