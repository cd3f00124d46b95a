import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { severities } from '../ending.ts';
import { whereItRuns } from '../signature.ts';
import { tellOnly } from '../tell.ts';
import type { DeployResult } from './result.ts';

/** One message about the ending of the whole release. */
export async function alert(fleet: FleetWorld, { outcome, reason, release, version, clusters }: DeployResult): Promise<void> {
  const run = whereItRuns(fleet);
  await tellOnly(fleet, {
    severity: severities[outcome],
    service: release,
    namespace: [...new Set(clusters.map(({ namespace }) => namespace))].join(', '),
    run,
    title: `${release}: ${outcome}`,
    message: reason,
    facts: {
      release,
      ...(version === undefined ? {} : { version }),
      clusters: clusters.map(({ name, outcome: of }) => `${name} ${of}`).join(', '),
    },
    at: fleet.clock.now().toISOString(),
  });
}
