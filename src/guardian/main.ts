import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../adapters/clock/system.ts';
import { kubernetesObjects } from '../adapters/cluster/kubernetes.ts';
import { notifiersFor } from '../adapters/notifier/index.ts';
import { readDestinations } from '../domain/alert/destination.ts';
import { guardianHolder } from '../domain/guardian/name.ts';
import { places } from '../domain/guardian/objects.ts';
import { readUndo } from '../domain/guardian/undo.ts';
import type { SplitLens } from '../domain/rollout/ordered.ts';
import { inClusterConnection } from './connection.ts';
import { firstMove, paceOf, step } from './guard.ts';
import type { Hands } from './hands.ts';
import { perform } from './perform.ts';

/** The guardian's whole life: looks at the Lease until it is relieved, or until the run that made it is gone and undone. */
export function main(lens: SplitLens): void {
  // As the first process of a container it would not hear a signal without this. Not 0: an evicted guardian has to be started again.
  process.on('SIGTERM', () => process.exit(143));
  guard(lens).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** Nothing that writes to a repository is told from here. */
const noForge = { api: '', repository: undefined };

const destinations = () => (existsSync(places.destinations) ? readDestinations(readFileSync(places.destinations, 'utf8')) : []);

async function guard(lens: SplitLens): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443', POD_NAME: pod = '' } = process.env;
  const undo = readUndo(readFileSync(places.undo, 'utf8'));
  const me = guardianHolder(pod);
  const plan = { me, epoch: undo.epoch, leaseSeconds: undo.leaseSeconds, restoreSeconds: undo.restoreSeconds };
  const connection = inClusterConnection({
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    timeoutSeconds: Math.max(2, paceOf(plan)),
  });
  const hands: Hands = {
    cluster: kubernetesObjects(connection),
    clock: systemClock(),
    lens,
    undo,
    pod,
    me,
    notifiers: notifiersFor(destinations(), { forge: noForge, patienceSeconds: Math.min(6, undo.leaseSeconds / 3) }),
    log: (line) => console.log(`${new Date().toISOString()} ${line}`),
  };
  let { state, action } = firstMove;
  while (action.do !== 'end') {
    const move = step(plan, state, await perform(hands, action));
    if (move.state.phase !== state.phase) hands.log(`${state.phase} → ${move.state.phase}`);
    ({ state, action } = move);
  }
}
