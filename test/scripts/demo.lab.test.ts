import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { DemoRow } from '../../scripts/demo/outcome-table.ts';
import { findLab, startLab } from '../lab/lab.ts';
import { runtimeRoot } from '../lab/places.ts';

const root = resolve(import.meta.dirname, '../..');

interface Ended {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function demo(argv: readonly string[], onOutput: (stdout: string, interrupt: () => void) => void = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'scripts/demo.ts'), ...argv], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(stdout, () => child.kill('SIGINT'));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { pid: child.pid, code, stdout, stderr };
}

describe('npm run demo', () => {
  it('promotes the good version, takes the others back, fails no request, and ends with the table as JSON', async () => {
    const { code, stdout } = await demo([]);
    const rows = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as DemoRow[];
    expect(rows.map(({ version, outcome, failedByTool }) => [version, outcome, failedByTool])).toEqual([
      ['v2', 'promoted', 0],
      ['v3', 'rolled-back', 0],
      ['v4', 'rolled-back', 0],
    ]);
    expect(rows.every(({ servedByCanary }) => servedByCanary > 0)).toBe(true);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^\s*::/m);
    const folder = /Logs, summaries and reports: (.+)/.exec(stdout)?.[1] ?? '';
    for (const { version, outcome } of rows) {
      expect(readFileSync(join(folder, version, 'summary.md'), 'utf8')).toContain(outcome);
      expect(JSON.parse(readFileSync(join(folder, version, 'report.json'), 'utf8'))).toMatchObject({ outcome });
    }
    rmSync(folder, { recursive: true });
  }, 1_200_000);

  it('leaves nothing behind when it is interrupted in the middle of a stage', async () => {
    const interruptAt = (text: string, interrupt: () => void): void => {
      if (text.includes('route agent: canary 5 %')) interrupt();
    };
    const { pid, code, stdout } = await demo([], interruptAt);
    expect(code).toBe(130);
    expect(stdout).not.toContain('== v3');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`wf-deploy-demo-${pid}-`))).toEqual([]);
    expect(readdirSync(runtimeRoot()).filter((name) => name.startsWith(`demo-${pid}-`))).toEqual([]);
  }, 600_000);

  it('leaves the lab of an earlier demo alone', async () => {
    const mine = (await findLab('demo')) === undefined ? await startLab({ name: 'demo' }) : undefined;
    try {
      const { code, stderr } = await demo(['--keep']);
      expect(code).toBe(1);
      expect(stderr).toContain('A lab named demo is running.');
      expect((await findLab('demo'))?.directory).toBeDefined();
    } finally {
      await mine?.stop();
    }
  }, 600_000);

  it('refuses a cluster that is not local when nobody can be asked', async () => {
    const { code, stdout, stderr } = await demo(['--context', 'production']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('does not touch the cluster of the context production');
  });

  it('has one clear error for wrong arguments', async () => {
    expect(await demo(['--kepe'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: "Unknown option '--kepe' → See `npm run demo -- --help`.\n",
    });
  });
});
