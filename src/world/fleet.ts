import { setFlagsFromString } from 'node:v8';
import { notifiersFor } from '../adapters/notifier/index.ts';
import { ociRegistry } from '../adapters/registry/oci.ts';
import { secretsOf } from '../domain/alert/destination.ts';
import type { FleetConnections } from '../flows/flow.ts';
import type { FleetWorld } from '../ports/worlds/fleet.ts';
import { aks } from './access.ts';
import { openWorld } from './cluster.ts';
import { forgeFor } from './forge.ts';
import { forgePlace } from './forge-place.ts';
import type { Surroundings } from './surroundings.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of a flow that works on several clusters. Asks nobody anything yet. */
export function openFleetWorld(
  { kubeconfig, kubeconfigs, azure, notify, githubToken }: FleetConnections,
  around: Surroundings,
): FleetWorld & { close(): void } {
  keepYoungGenerationSmall();
  // As base64 each is one secret; the secrets inside are masked when its cluster is reached.
  for (const text of Object.values(kubeconfigs)) if (!text.includes(':')) around.mask(text);
  for (const secret of notify.flatMap(secretsOf)) if (secret !== undefined && secret !== '') around.mask(secret);
  if (githubToken !== undefined) around.mask(githubToken);
  const opened: { close(): void }[] = [];
  return {
    ...buildWorkspace(around),
    registry: ociRegistry({ dockerConfig: around.dockerConfig }),
    forge: forgeFor(githubToken, around),
    notifiers: notifiersFor(notify, { forge: forgePlace(around.environment) }),
    managed: azure === undefined ? undefined : aks(azure, around),
    given: new Set(Object.keys(kubeconfigs)),
    reach({ cluster, context: asked, opened: called }, ofCloud) {
      const own = cluster === undefined ? undefined : kubeconfigs[cluster];
      const context = own === undefined ? (called ?? asked) : asked;
      const world = openWorld(
        { kubeconfig: { text: ofCloud ?? own ?? kubeconfig, context }, prometheus: undefined, notify: [], githubToken: undefined },
        around,
      );
      opened.push(world);
      return { world, server: world.server };
    },
    close: () => {
      for (const each of opened) each.close();
    },
  };
}

/**
 * What a release of a thousand services learns outlives many collections, for which V8 doubles its young generation up to 128 MB of mostly
 * nothing. Without, a release needs a third less memory, and about as much time on the processors (`npm run bench -- fleet`).
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
