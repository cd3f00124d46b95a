import type { ToolReport } from '../../domain/gates/finding.ts';
import { trivyArchive, trivyPlatforms, trivyVersion } from '../../domain/gates/tools/trivy-release.ts';
import { Failure } from '../../failure.ts';
import type { GateWorld } from '../../ports/worlds/gate.ts';
import type { ToolSource } from './plan.ts';

type Fetched = { readonly is: 'there'; readonly path: string } | { readonly is: 'unusable'; readonly report: ToolReport };

/** A program by its checksum. One that cannot be had hides nothing of what other tools find. */
export async function fetchedProgram(tool: string, from: ToolSource, { programs, log }: GateWorld, signal: AbortSignal): Promise<Fetched> {
  const archive = from === 'pinned' ? trivyArchive(programs.platform) : from;
  if (archive === undefined) {
    const remedy = `Install it in an earlier step and set \`trivy: path\`, or give \`trivy-url\` and \`trivy-sha256\`. Known are ${trivyPlatforms.join(', ')}.`;
    return unusable(
      tool,
      `No checksum of ${tool} ${trivyVersion} is known for ${programs.platform}, and nothing is run without one.`,
      remedy,
    );
  }
  try {
    const path = await programs.fetched(archive, signal);
    log.line(`${tool}: ${archive.url} has the SHA-256 ${archive.sha256}`);
    return { is: 'there', path };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return unusable(tool, error.what, error.remedy);
  }
}

const unusable = (tool: string, why: string, remedy: string): Fetched => ({
  is: 'unusable',
  report: { state: 'unusable', tool, findings: [], why, remedy },
});
