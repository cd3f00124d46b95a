import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../../test/actions/runner.ts';
import { pythonTools } from '../../test/tools/python.ts';
import type { BenchOptions, Measured } from '../bench.ts';
import { median } from '../statistics.ts';

const modules = 200;

/** The scan action with Bandit, and the same Bandit alone, one after the other. */
export async function overhead({ rounds, log }: BenchOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-bench-gates-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  for (let index = 0; index < modules; index += 1)
    writeFileSync(join(workspace, `module_${index}.py`), `def add_${index}(a: int, b: int) -> int:\n    assert a\n    return a + b\n`);
  try {
    const path = `${await pythonTools()}:/usr/bin:/bin`;
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const since = performance.now();
      execFileSync('bandit', ['-q', '-r', '-f', 'json', '--exit-zero', '.'], { cwd: workspace, env: { PATH: path }, stdio: 'ignore' });
      bare.push(performance.now() - since);
      const result = await runAction({ action: 'scan', inputs: { tools: 'bandit' }, folder, env: { PATH: path } });
      if (result.outputs['findings'] !== String(modules)) throw new Error(`Not all was found: ${result.log.slice(-500)}`);
      ours.push(result.durationMs);
      log(`overhead, round ${round}: Bandit ${bare.at(-1)?.toFixed(0)} ms, the action ${ours.at(-1)?.toFixed(0)} ms`);
    }
    const added = (median(ours) - median(bare)) / 1000;
    return {
      text: `Bandit over ${modules} files: alone ${median(bare).toFixed(0)} ms, in the action ${median(ours).toFixed(0)} ms (medians)`,
      figures: { bare, ours },
      goals: [{ what: 'time that the action adds to the tool, median', value: Number(added.toFixed(2)), limit: 0.5, unit: 's' }],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
