import type { PinnedArchive } from '../domain/gates/tools/trivy-release.ts';

/** Programs that are not on this machine. */
export interface Programs {
  /** Such as `linux/x64`. */
  readonly platform: string;
  /** Path of the program. Throws PROGRAM_UNVERIFIED when the archive is another one, PROGRAM_UNREACHABLE when it cannot be had. */
  fetched(archive: PinnedArchive, signal?: AbortSignal): Promise<string>;
}
