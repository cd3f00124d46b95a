import type { KubernetesObject } from '../kubernetes/object.ts';

/** Something the preflight found. `yaml` is paste-ready and mends it. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
  readonly yaml?: string;
  /** The whole object that is missing, or that something is missing in, as it should be: what `operation: prepare` writes. */
  readonly mended?: KubernetesObject;
}

/** What one check of a preflight says. No problem and no warning is a pass. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** A check that found these, and nothing to warn of. */
export const problemsOnly = (...problems: readonly Problem[]): Findings => ({ problems, warnings: [] });

/** As an item of a list. The YAML stands by itself, six spaces to the right. */
export const problemText = ({ what, remedy, yaml }: Problem): string =>
  `- ${what}\n  → ${remedy}${yaml === undefined ? '' : `\n\n${indented(yaml)}\n`}`;

/** On a line of the log, with the YAML below it. */
export const warningText = ({ what, remedy, yaml }: Problem): string =>
  `  warning: ${what} → ${remedy}${yaml === undefined ? '' : `\n\n${indented(yaml)}\n`}`;

/** In a line, where the YAML has no room. */
export const briefText = ({ what, remedy }: Problem): string => `${what} ${remedy.replace(/:$/, '.')}`;

const indented = (yaml: string): string => yaml.trimEnd().replace(/^/gm, '      ');
