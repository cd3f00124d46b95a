import type { Destination } from '../domain/alert/destination.ts';
import type { Failure } from '../failure.ts';
import type { AccessWorld } from '../ports/worlds/access.ts';
import type { BuildWorld } from '../ports/worlds/build.ts';
import type { World } from '../ports/worlds/cluster.ts';
import type { FleetWorld } from '../ports/worlds/fleet.ts';
import type { ForgeWorld } from '../ports/worlds/forge.ts';
import type { GateWorld } from '../ports/worlds/gate.ts';
import type { Workspace } from '../ports/worlds/workspace.ts';

/** Where a flow works: how that is reached, and the ports it gets. */
export interface Places {
  readonly cluster: { readonly connections: Connections; readonly world: World };
  readonly workspace: { readonly connections: WorkspaceConnections; readonly world: Workspace };
  readonly gate: { readonly connections: ForgeConnections; readonly world: GateWorld };
  readonly build: { readonly connections: RegistryConnections; readonly world: BuildWorld };
  /** Before there is a cluster: what is needed to get to one. */
  readonly access: { readonly connections: AccessConnections; readonly world: AccessWorld };
  readonly fleet: { readonly connections: FleetConnections; readonly world: FleetWorld };
  readonly forge: { readonly connections: ForgeConnections; readonly world: ForgeWorld };
}

export type Place = keyof Places;

/**
 * One action. `inputs`, `plan` and `report` are pure; `execute` alone waits, reads and writes.
 * What goes wrong before anything was written leaves `execute` as a `Failure`; everything later is a result.
 */
export interface Flow<Inputs extends { readonly connections: Places[At]['connections'] }, Plan, Result, At extends Place = 'cluster'> {
  readonly name: string;
  readonly place: At;
  /** Every input of action.yml, in its order. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The inputs that hold YAML. */
  readonly documentNames: readonly string[];
  /** The inputs that are masked as they are, before anything is read. What else is secret is masked where it is parsed. */
  readonly secretNames: readonly string[];
  /** Throws one `Failure` INPUT_INVALID that names every bad input. */
  inputs(raw: RawInputs): Inputs;
  plan(inputs: Inputs): Plan;
  execute(plan: Plan, world: Places[At]['world']): Promise<Result>;
  report(plan: Plan, result: Result): Report;
  /** The report when nothing was started. */
  refused(failure: Failure): Report;
  /** Missing where a run leaves nothing behind: its action.yml names no `post`. */
  readonly post?: Post<Plan, Places[At]['world']>;
}

/** What is left to do when `main` did not get to its end. */
export interface Post<Plan, W> {
  /** From what `execute` handed over. Answers `undefined` when there is nothing to do. */
  run(plan: Plan, handedOver: Readonly<Record<string, string>>, world: W): Promise<Report | undefined>;
  /** The report of a `post` step that could not find out, or not mend, what its run left behind. */
  unconfirmed(failure: Failure): Report;
}

/** Inputs as they came. A missing one is the empty string. */
export interface RawInputs {
  text(name: string): string;
  /** A YAML input, parsed: plain values. `undefined` when the input is empty; `error` when it is no YAML. */
  document(name: string): { readonly value: unknown } | { readonly error: string } | undefined;
}

/** How the outside is reached. Holds secrets: never logged, never in a plan. */
export interface Connections {
  readonly kubeconfig: { readonly text: string; readonly context: string };
  readonly prometheus: PrometheusConnection | undefined;
  /** Who is told of the ending. */
  readonly notify: readonly Destination[];
  /** Of the forge. */
  readonly githubToken: string | undefined;
}

/** Nothing outside of the runner. */
export type WorkspaceConnections = Readonly<Record<never, never>>;

/** A login of this run's own; without one, an earlier step's is used. */
export interface RegistryConnections {
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** The forge of the repository that runs. */
export interface ForgeConnections {
  readonly githubToken: string | undefined;
}

/** A kubeconfig (empty when none was given), and who this workflow is for Azure. */
export interface AccessConnections {
  readonly kubeconfig: string;
  readonly azure: AzureIdentity | undefined;
}

/** The application of Microsoft Entra ID that trusts this workflow's own token. Holds no secret. */
export interface AzureIdentity {
  readonly client: string;
  readonly tenant: string;
}

/** One kubeconfig for all clusters, one for each that has its own, by its name, and who this workflow is for Azure. Secret. */
export interface FleetConnections {
  readonly kubeconfig: string;
  readonly kubeconfigs: Readonly<Record<string, string>>;
  readonly azure: AzureIdentity | undefined;
  readonly githubToken: string | undefined;
  readonly notify: readonly Destination[];
}

export type PrometheusConnection =
  | {
      readonly by: 'url';
      readonly url: string;
      readonly token: string | undefined;
      readonly ca: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly by: 'service'; readonly namespace: string; readonly name: string; readonly port: string };

/** What a run leaves for people and for later steps. Holds no secret. */
export interface Report {
  readonly outputs: Readonly<Record<string, string>>;
  /** GitHub-flavoured Markdown. */
  readonly summary: string;
  /** The report file's content; the front door writes it and sets the output `report`. */
  readonly file: Readonly<Record<string, unknown>> | undefined;
  readonly annotation: Annotation | undefined;
  /** Further ones, each at its place in a file. The platform shows ten of a level for a step and drops the others. */
  readonly annotations?: readonly (Annotation & { readonly at: { readonly file: string; readonly line: number } })[];
  readonly succeeded: boolean;
  /** What the later steps of the job find in their environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error';
  readonly title: string;
  readonly text: string;
}
