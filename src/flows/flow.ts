import type { Destination } from '../domain/alert/destination.ts';
import type { Failure } from '../failure.ts';
import type { World } from '../ports/world.ts';

/**
 * One action. `inputs`, `plan` and `report` are pure; `execute` alone waits, reads and writes.
 * What goes wrong before anything was written leaves `execute` as a `Failure`; everything later is a result.
 */
export interface Flow<Inputs extends { readonly connections: Connections }, Plan, Result> {
  readonly name: string;
  /** Every input of action.yml, in its order. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Throws one `Failure` INPUT_INVALID that names every bad input. */
  inputs(raw: RawInputs): Inputs;
  plan(inputs: Inputs): Plan;
  execute(plan: Plan, world: World): Promise<Result>;
  report(plan: Plan, result: Result): Report;
  /** The report when nothing was started. */
  refused(failure: Failure): Report;
  /** The report of a `post` step that could not find out, or not mend, what its run left behind. */
  unconfirmed(failure: Failure): Report;
  /** What is left to do in the `post` step, from what `execute` handed over. Answers `undefined` when there is nothing. */
  after(plan: Plan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined>;
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
  readonly annotation: { readonly level: 'notice' | 'warning' | 'error'; readonly title: string; readonly text: string } | undefined;
  readonly succeeded: boolean;
}
