/** A figure with what it should be. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

export interface Measured {
  /** Printed for people. */
  readonly text: string;
  /** Everything measured, for programs. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly goals: readonly Goal[];
}

export interface BenchOptions {
  readonly rounds: number;
  readonly log: (line: string) => void;
}

export interface Bench {
  readonly about: string;
  /** What one round is. */
  readonly round: string;
  readonly rounds: number;
  readonly onLab: boolean;
  run(options: BenchOptions): Promise<Measured>;
}

export const isMet = ({ value, limit }: Goal): boolean => value <= limit;

export const goalLine = (goal: Goal): string =>
  `${isMet(goal) ? 'met    ' : 'NOT MET'}  ${goal.what}: ${goal.value} ${goal.unit} (goal ≤ ${goal.limit} ${goal.unit})`;
