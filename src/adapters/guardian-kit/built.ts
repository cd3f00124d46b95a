import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Destination } from '../../domain/alert/destination.ts';
import { Failure } from '../../failure.ts';
import type { GuardianKit } from '../../ports/guardian-kit.ts';

/** From dist/lib, where this ends up, and from the sources. */
const folders = ['../guardian', '../../../dist/guardian'];

/** The scripts that were built together with this one. */
export const builtGuardianKit = (tells: readonly Destination[]): GuardianKit => ({
  tells,
  async script(router) {
    for (const folder of folders) {
      try {
        return await readFile(join(import.meta.dirname, folder, `${router}.js`), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    throw new Failure('INTERNAL', `This build has no guardian for the router ${router}.`, 'Report this, and go on with `guardian: false`.');
  },
});
