import type { IdTokenSource } from '../adapters/azure/id-token-source.ts';
import type { BuildContext } from '../domain/build/context.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { Handover } from '../ports/handover.ts';
import type { Log } from '../ports/log.ts';
import type { RunIdentity } from '../ports/worlds/workspace.ts';

/** What only the front door knows. */
export interface Surroundings {
  readonly run: RunIdentity;
  readonly log: Log;
  readonly cancellation: Cancellation;
  readonly handover: Handover;
  /** Keeps a secret out of everything that is shown from now on. */
  readonly mask: (secret: string) => void;
  /** The folder that an earlier step checked the repository out into. */
  readonly workspace: string;
  /** A folder that the runner empties after the job, outside of the workspace. */
  readonly temporary: string;
  /** Where to find a kubeconfig when the input is empty. */
  readonly kubeconfigPath: string;
  /** Text of a docker config.json, empty when there is none. */
  readonly dockerConfig: string;
  readonly building: BuildSurroundings;
  /** What other programs may see: no input and no token of this run. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where this job gets tokens that say which workflow it is; `undefined` without `id-token: write`. */
  readonly idToken: IdTokenSource | undefined;
  readonly version: string;
}

/** What only a flow that builds images needs. */
export interface BuildSurroundings {
  /** What this run is for. */
  readonly context: BuildContext;
  /** Docker's folder of configuration. */
  readonly dockerFolder: string;
  /** The platform's own cache, for the builder alone. Empty where there is none. */
  readonly cacheAccess: Readonly<Record<string, string>>;
}
