import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../failure.ts';
import type { Programs } from '../../ports/programs.ts';
import { foreignText } from '../foreign-text.ts';
import { download } from './download.ts';

const run = promisify(execFile);

/** @param temporary a folder that the runner empties after the job. */
export function verifiedPrograms(temporary: string, platform = `${process.platform}/${process.arch}`): Programs {
  return {
    platform,
    async fetched({ url, sha256, program }, signal) {
      const folder = await mkdtemp(join(temporary, 'wf-deploy-program-'));
      const archive = join(folder, 'archive');
      const found = await download(url, archive, signal);
      if (found !== sha256) {
        await rm(folder, { recursive: true, force: true });
        throw new Failure(
          'PROGRAM_UNVERIFIED',
          `What was downloaded as ${program} has the SHA-256 ${found}, not ${sha256}. It was deleted, and nothing of it was run.`,
          'Find out why before you change a checksum: it may have been replaced by somebody.',
        );
      }
      await unpack(archive, folder, program);
      await rm(archive);
      const path = join(folder, program);
      await chmod(path, 0o700);
      return path;
    },
  };
}

/** Only the one file, by its exact name: others of the archive are never written. */
async function unpack(archive: string, folder: string, program: string): Promise<void> {
  try {
    await run('tar', ['-xzf', archive, '-C', folder, '--', program]);
  } catch (error) {
    const why = foreignText((error as { readonly stderr?: string }).stderr ?? String(error), [], 200);
    throw new Failure(
      'PROGRAM_UNVERIFIED',
      `The archive of ${program} cannot be unpacked: ${why}`,
      'It has to be a .tar.gz with that file at its root.',
      error,
    );
  }
}
