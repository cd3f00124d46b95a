/** Something that goes on, and since when. */
export interface Lasting<What> {
  readonly what: What;
  readonly since: number;
}

/** Seconds that trouble must last: every pod is unready at first, and a first pull that failed may be a registry's hiccup. */
export const lastingFor = 5;

/** What is seen now goes on for as long as nothing else was seen. */
export const goesOn = <What>(before: Lasting<What> | undefined, what: What | undefined, at: number): Lasting<What> | undefined =>
  what === undefined ? undefined : what === before?.what ? before : { what, since: at };

export const hasLasted = (lasting: Lasting<unknown> | undefined, at: number, seconds: number): boolean =>
  lasting !== undefined && at - lasting.since >= seconds;
