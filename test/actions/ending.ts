import { isDeepStrictEqual } from 'node:util';
import type { ActionResult } from './runner.ts';

/** Holds a run to the outputs named, and shows its whole log where it ended otherwise: what a diff of two outcomes leaves unsaid. */
export function expectEnding(run: ActionResult, outputs: Readonly<Record<string, string>>): void {
  const found = Object.fromEntries(Object.keys(outputs).map((name) => [name, run.outputs[name]]));
  if (isDeepStrictEqual(found, outputs)) return;
  throw new Error(`The run ended with ${JSON.stringify(found)}, and not with ${JSON.stringify(outputs)}:\n${run.log}`);
}
