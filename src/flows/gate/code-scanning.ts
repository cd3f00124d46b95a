import { type SarifDocument, sarifDocument } from '../../domain/gates/sarif-document.ts';
import type { Verdict } from '../../domain/gates/verdict.ts';
import { Failure } from '../../failure.ts';
import type { GateWorld } from '../../ports/worlds/gate.ts';
import type { GatePlan } from './plan.ts';

export interface Uploaded {
  /** Of the SARIF file, for later steps. */
  readonly path: string;
  readonly is: 'uploaded' | 'not-uploaded';
  /** Sentences for the summary. */
  readonly said: readonly string[];
}

/**
 * Shows the findings where the forge does. It never changes the verdict, and where it is not permitted the file is there and that is said.
 * @param answered names of the tools that gave an answer.
 */
export async function upload(
  plan: GatePlan,
  verdict: Verdict,
  answered: readonly string[],
  world: GateWorld,
): Promise<Uploaded | undefined> {
  if (plan.upload === 'never') return undefined;
  // A tool that gave no answer must not look as if what it had found before were mended.
  const judged = verdict.judged.filter(({ tool }) => answered.includes(tool));
  const document = sarifDocument(judged, answered, plan.action, (text) => world.digest.sha256(text));
  const path = await world.findings.keep('findings.sarif', document.sarif);
  const outcome = await tried(document, answered, world);
  const said = [
    ...(outcome === undefined
      ? [`${document.results} findings were uploaded to code scanning.`]
      : [
          `Not uploaded to code scanning: ${outcome} The results are in the file of the output sarif. It is gone with the job unless an artifact keeps it; service-pipeline.yml has one.`,
        ]),
    ...document.notes,
  ];
  for (const text of said) world.log.line(text);
  if (outcome !== undefined && plan.upload === 'always') world.log.annotate('warning', 'Not uploaded to code scanning', outcome);
  return { path, is: outcome === undefined ? 'uploaded' : 'not-uploaded', said };
}

/** Why not. */
async function tried({ sarif }: SarifDocument, answered: readonly string[], { codeScanning }: GateWorld): Promise<string | undefined> {
  if (answered.length === 0) return 'no tool gave an answer.';
  if (codeScanning.closed !== undefined) return `${codeScanning.closed}.`;
  try {
    await codeScanning.upload(sarif);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.what} ${error.remedy} In a private repository code scanning needs GitHub Advanced Security.`;
  }
}
