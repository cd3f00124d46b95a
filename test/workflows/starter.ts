import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { ActRun } from './act.ts';
import { root } from './workflow-files.ts';

/** What a repository gives a workflow that it calls. One that is undefined is not given. */
export type Inputs = Readonly<Record<string, string | boolean | undefined>>;

interface Caller {
  readonly jobs: Readonly<Record<string, { readonly uses: string; readonly with: Inputs }>>;
}

/**
 * A starter of examples/workflows as a repository has it, with inputs of the test beside its own or in their place. A job `afterwards` is added, whose
 * step has the outputs of the workflow that was called, as a repository would go on with them.
 */
export function starter(name: string, inputs: Inputs): string {
  const workflow = parse(readFileSync(join(root, 'examples/workflows', name), 'utf8')) as Caller;
  const jobs = Object.entries(workflow.jobs).map(([id, job]) => {
    const given = Object.entries({ ...job.with, ...inputs }).filter(([, value]) => value !== undefined);
    return [id, { ...job, uses: job.uses.replace(/@0{40}$/, '@local'), with: Object.fromEntries(given) }] as const;
  });
  return stringify(
    { ...workflow, jobs: { ...Object.fromEntries(jobs), afterwards: afterwards(jobs.map(([id]) => id)) } },
    { lineWidth: 0 },
  );
}

const afterwards = (needs: readonly string[]) => ({
  ...{ needs, if: '${{ always() }}', 'runs-on': 'ubuntu-24.04' },
  steps: [
    {
      env: { OUTPUTS: `\${{ toJSON(needs.${needs[0]}.outputs) }}` },
      run: `printf 'outputs<<END\\n%s\\nEND\\n' "$OUTPUTS" >> "$GITHUB_OUTPUT"`,
    },
  ],
});

/** What the job `afterwards` was given. */
export const outputsOf = (run: ActRun): unknown => JSON.parse(run.outputs['afterwards']?.['outputs'] ?? 'null');
