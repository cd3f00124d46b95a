import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const source = resolve(import.meta.dirname, '../../scripts/interruption.ts');

/** Runs a program around the function until its end; `signalAt` is a text after which it gets SIGINT. */
async function run(work: string, clearUp: string, signalAt?: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = `import { untilInterrupted } from ${JSON.stringify(source)};
    await untilInterrupted(async () => { ${work} }, async () => { ${clearUp} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (signalAt !== undefined && stdout.includes(signalAt)) child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout, stderr };
}

describe('untilInterrupted', () => {
  it('ends with the code of the work, after clearing up', async () => {
    expect(await run('return 3;', "console.log('cleared');")).toMatchObject({ code: 3, stdout: 'cleared\n' });
  });

  it('clears up after a signal too, and ends with its code', async () => {
    const { code, stdout } = await run(
      "console.log('working'); await new Promise(() => setInterval(() => undefined, 1000));",
      "console.log('cleared');",
      'working',
    );
    expect({ code, stdout }).toEqual({ code: 130, stdout: 'working\ncleared\n' });
  });

  it('clears up after work that throws, and shows why', async () => {
    const { code, stdout, stderr } = await run("throw new Error('no cluster');", "console.log('cleared');");
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'cleared\n' });
    expect(stderr).toContain('no cluster');
  });

  it('is no success when clearing up fails', async () => {
    const { code, stderr } = await run('return 0;', "throw new Error('the lab is stuck');");
    expect(code).toBe(1);
    expect(stderr).toContain('the lab is stuck');
  });
});
