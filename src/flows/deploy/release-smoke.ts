import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { CommandCheck } from './release-file.ts';

/** The checks of the whole release, when every service is as wanted. Throws SMOKE_FAILED. */
export async function runCommands(
  world: Pick<World, 'process' | 'log'>,
  checks: readonly CommandCheck[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { argv, timeoutSeconds } of checks) {
    const [program = ''] = argv;
    const { exitCode, tail } = await world.process.run(argv, { environment, timeoutSeconds, signal });
    signal.throwIfAborted();
    if (exitCode !== 0) {
      const how = exitCode === undefined ? `was not done after ${timeoutSeconds} s` : `ended with ${exitCode}`;
      const said = tail === '' ? '' : ` Its last words: ${shown(tail.slice(-500), 500)}`;
      throw new Failure(
        'SMOKE_FAILED',
        `A smoke check of the release failed: \`${shown(program)}\` ${how}.${said}`,
        'Mend the new version.',
      );
    }
    lines.push(`${program} ended with 0`);
    world.log.line(`smoke: ${program} ended with 0`);
  }
  return lines;
}
