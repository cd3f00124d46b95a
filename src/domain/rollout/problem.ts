import type { KubernetesObject } from '../kubernetes/object.ts';

/** Something the preflight found. `yaml` is paste-ready and mends it. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
  readonly yaml?: string;
  /** The whole object that is missing, or that something is missing in, as it should be: what `operation: prepare` writes. */
  readonly mended?: KubernetesObject;
}
