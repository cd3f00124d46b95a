/** A report that cannot be used. It never leaves this folder: the register makes an unusable `ToolReport` of it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly why: string;
  readonly remedy: string;

  /** @param why continues "The report …". */
  constructor(why: string, remedy: string) {
    super(why);
    this.why = why;
    this.remedy = remedy;
  }
}

export const runAgain = 'Look at the log of the tool, and run it again.';
