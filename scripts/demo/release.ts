import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningAction, startAction } from '../../test/actions/runner.ts';
import { indented, isShown } from './shown-lines.ts';

export interface Release {
  readonly inputs: Readonly<Record<string, string>>;
  /** Gets the log, the summary and the report. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

export interface Released {
  readonly outcome: string;
}

let running: RunningAction | undefined;
let ended = false;

/** Ends an action that is under way as if its machine went away, and lets no other begin. */
export function endReleases(): void {
  ended = true;
  running?.kill();
}

/** Runs actions/canary from dist as GitHub's runner does, and shows what the run's page would show. */
export async function release({ inputs, folder, log }: Release): Promise<Released> {
  assertNotEnded();
  const work = join(folder, 'runner');
  mkdirSync(work, { recursive: true });
  const shown: string[] = [];
  running = startAction({
    action: 'canary',
    inputs,
    folder: work,
    onLine(line) {
      if (!isShown(line)) return;
      shown.push(line);
      log(indented(line));
    },
  });
  try {
    const { outputs, summary, post } = await running.result;
    assertNotEnded();
    writeFileSync(join(folder, 'log.txt'), `${shown.join('\n')}\n`);
    writeFileSync(join(folder, 'summary.md'), `${summary}${post?.summary ?? ''}`);
    if (outputs['report']) cpSync(outputs['report'], join(folder, 'report.json'));
    const { outcome = 'no outcome' } = { ...outputs, ...post?.outputs } as { readonly outcome?: string };
    return { outcome };
  } finally {
    running = undefined;
    rmSync(work, { recursive: true });
  }
}

function assertNotEnded(): void {
  if (ended) throw new Error('The demo was interrupted.');
}
