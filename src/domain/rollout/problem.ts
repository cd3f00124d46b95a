/** Something the preflight found. `yaml` is paste-ready and mends it. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
  readonly yaml?: string;
}
