import type { Forge } from '../forge.ts';
import type { PullRequests } from '../pull-requests.ts';
import type { Registry } from '../registry.ts';
import type { Workspace } from './workspace.ts';

/** The ports of a flow that asks the forge, and no cluster. */
export interface ForgeWorld extends Workspace {
  /** `undefined` without a token. */
  readonly forge: Forge | undefined;
  /** `undefined` without a token. */
  readonly pullRequests: PullRequests | undefined;
  readonly registry: Registry;
}
