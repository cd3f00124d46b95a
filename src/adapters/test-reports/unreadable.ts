import { foreignText } from '../foreign-text.ts';

/** A report that cannot be judged. Thrown by readers and caught where a report is opened; never leaves this folder. */
export class UnreadableReport extends Error {
  override readonly name = 'UnreadableReport';
  readonly remedy: string;

  constructor(problem: string, remedy = 'Look at the log of the command: it may have ended before the report was written to its end.') {
    super(foreignText(problem, [], 300));
    this.remedy = remedy;
  }
}
