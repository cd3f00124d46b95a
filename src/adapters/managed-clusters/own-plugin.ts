import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PluginCall } from '../../domain/fleet/aks-kubeconfig.ts';
import type { AksPlace } from '../../domain/fleet/aks-place.ts';
import { Failure } from '../../failure.ts';

/** From dist/lib, where this ends up, and from the sources. */
const scripts = ['../credential.js', '../../../dist/credential.js'];

/** The plugin that was built together with this, on the Node that runs this. Its arguments hold no secret. */
export function ownPlugin({ client, tenant }: { readonly client: string; readonly tenant: string }) {
  const script = scripts.map((path) => resolve(join(import.meta.dirname, path))).find((path) => existsSync(path));
  if (script === undefined) throw new Failure('INTERNAL', 'This build has no credential plugin.', 'Report this.');
  return ({ cloud }: AksPlace, server: string): PluginCall => ({
    command: process.execPath,
    args: [
      script,
      ...['--tenant', tenant],
      ...['--client', client],
      ...['--server', server],
      ...['--authority', cloud.authority],
      ...['--audience', cloud.audience],
    ],
  });
}
