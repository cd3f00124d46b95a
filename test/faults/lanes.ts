export interface CellKind<Subject, Cell> {
  /** Such as `kills of a release`. */
  readonly name: string;
  text(cell: Cell): string;
  /** Runs a cell on a subject that is at rest, and leaves it at rest. Answers with what is wrong, or throws it. */
  run(subject: Subject, cell: Cell): Promise<readonly string[]>;
}

/** Runs cells side by side on some subjects, one after the other on each. Answers with those that went wrong. A subject in disorder is given up. */
export async function runLanes<Subject, Cell>(
  { name, text, run }: CellKind<Subject, Cell>,
  subjects: readonly Subject[],
  cells: readonly Cell[],
): Promise<readonly string[]> {
  const waiting = [...cells];
  const failures: string[] = [];
  // One that throws must not hide what the others come to.
  const problemsOf = async (subject: Subject, cell: Cell): Promise<readonly string[]> => {
    try {
      return await run(subject, cell);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  };
  const lane = async (subject: Subject): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const problems = await problemsOf(subject, cell);
      if (problems.length === 0) continue;
      failures.push(`${text(cell)}: ${problems.join('; ')}`);
      process.stdout.write(`${name}: ${failures.at(-1)}\n`);
      return;
    }
  };
  await Promise.all(subjects.map(lane));
  for (const cell of waiting) failures.push(`${text(cell)}: not run, because no subject was left`);
  process.stdout.write(`${name}: ${cells.length} cells, ${failures.length} failures\n`);
  return failures;
}
