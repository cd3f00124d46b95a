import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';

const prefix = 'wf-deploy-docker-';
/** What Docker keeps beside its credentials, and a private folder has to have too. */
const beside = ['cli-plugins', 'contexts', 'buildx'];

/**
 * A folder for Docker's configuration that only this user may enter, with the credentials of `original` in it. A login into it stays
 * there: credential stores, which belong to the whole machine, are kept only for the registries that are in them already.
 */
export async function privateCredentials(temporary: string, original: string, registry: string): Promise<string> {
  const folder = await mkdtemp(join(temporary, prefix));
  const config = await configOf(original);
  const { credsStore, credHelpers, ...rest } = config;
  const auths = recordOf(config['auths']) ?? {};
  const stored = typeof credsStore === 'string' ? Object.fromEntries(Object.keys(auths).map((host) => [host, credsStore])) : {};
  const helpers = Object.fromEntries(Object.entries({ ...stored, ...recordOf(credHelpers) }).filter(([host]) => host !== registry));
  const content = { ...rest, auths: Object.fromEntries(Object.entries(auths).filter(([host]) => host !== registry)), credHelpers: helpers };
  await writeFile(join(folder, 'config.json'), JSON.stringify(content), { mode: 0o600, flag: 'wx' });
  for (const name of beside) {
    const path = resolve(original, name);
    if (existsSync(path)) await symlink(path, join(folder, name));
  }
  return folder;
}

/** Removes such a folder, and nothing else: the path comes from a file that other steps can write. */
export async function forgetCredentials(temporary: string, folder: string): Promise<boolean> {
  if (dirname(resolve(folder)) !== resolve(temporary) || !basename(folder).startsWith(prefix)) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

async function configOf(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return {};
  return recordOf(jsonOf(await readFile(path, 'utf8'))) ?? {};
}
