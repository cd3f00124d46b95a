import type { World } from '../../ports/worlds/cluster.ts';
import { runCommand } from '../smoke.ts';
import type { CommandCheck } from './release-file.ts';

const asked = { who: 'the release', remedy: 'Mend the new version.' };

/** The checks of the whole release, when every service is as wanted. Throws SMOKE_FAILED. */
export async function runCommands(
  world: Pick<World, 'process' | 'log'>,
  checks: readonly CommandCheck[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const check of checks) {
    const line = await runCommand(world, check, { environment, signal, asked });
    lines.push(line);
    world.log.line(`smoke: ${line}`);
  }
  return lines;
}
