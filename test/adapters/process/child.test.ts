import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { childProcesses } from '../../../src/adapters/process/child.ts';
import type { RunOptions, RunResult } from '../../../src/ports/process.ts';
import { until } from '../../lab/await.ts';
import { everythingIn, failureOf } from '../thrown.ts';

const lines: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-process-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  lines.length = 0;
});
const processes = childProcesses({ line: (text) => lines.push(text), environment: { PATH: process.env['PATH'], BASE: 'base' } });
const run = (argv: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> =>
  processes.run(argv, { environment: {}, timeoutSeconds: 30, ...options });
const node = (script: string, options: Partial<RunOptions> = {}): Promise<RunResult> => run([process.execPath, '-e', script], options);
const sh = (script: string, options: Partial<RunOptions> = {}): Promise<RunResult> => run(['/bin/sh', '-c', script], options);

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie has ended, and only waits for somebody to hear of it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a program whose output goes into files', () => {
  it('leaves log and tail to the other stream, and the file to this user alone', async () => {
    const stdout = join(folder, 'answer.json');
    expect(await sh('echo answer; echo words >&2', { into: { stdout } })).toEqual({ exitCode: 0, tail: 'words\n' });
    expect(lines).toEqual(['words']);
    expect(readFileSync(stdout, 'utf8')).toBe('answer\n');
    expect(statSync(stdout).mode & 0o777).toBe(0o600);
  });

  it('is not started when the file is there already', async () => {
    const stderr = join(folder, 'there.txt');
    writeFileSync(stderr, 'before');
    expect((await failureOf(sh('echo words >&2', { into: { stderr } }))).code).toBe('COMMAND_FAILED');
    expect(readFileSync(stderr, 'utf8')).toBe('before');
  });
});

describe('a program', () => {
  it('gets its arguments as they are: there is no shell', async () => {
    expect(await run(['/usr/bin/printf', '%s\n', '$HOME', '; rm -rf /', 'a b'])).toEqual({ exitCode: 0, tail: '$HOME\n; rm -rf /\na b\n' });
    expect(lines).toEqual(['$HOME', '; rm -rf /', 'a b']);
  });

  it('gets the base environment and its own, and nothing else', async () => {
    expect((await sh('env | grep -vE "^(PATH|PWD|SHLVL|_)=" | sort', { environment: { CANARY_URL: 'http://127.0.0.1:1' } })).tail).toBe(
      'BASE=base\nCANARY_URL=http://127.0.0.1:1\n',
    );
  });

  it('has nothing to read', async () => {
    expect((await sh('cat; echo end')).tail).toBe('end\n');
  });

  it('ends with its exit code, or with that of the signal that ended it', async () => {
    expect((await sh('exit 7')).exitCode).toBe(7);
    expect((await sh('kill -SEGV $$')).exitCode).toBe(139);
  });

  it('is read line by line from both outputs, an unfinished last line included', async () => {
    await sh('printf "one\\r\\ntw"; sleep 0.1; printf "o\\n\\nlast"; echo error >&2');
    expect(lines.filter((line) => line !== 'error')).toEqual(['one', 'two', '', 'last']);
    expect(lines).toContain('error');
  });

  it('is read right where a character is split between two writes', async () => {
    await node('process.stdout.write(Buffer.from([0xe2, 0x82])); setTimeout(() => process.stdout.write(Buffer.from([0xac, 10])), 100)');
    expect(lines).toEqual(['€']);
  });

  it('cannot flood: long lines are cut, and the tail is the last 4 KiB', async () => {
    const { tail } = await node("process.stdout.write('x'.repeat(3_000_000) + '\\n' + 'y'.repeat(5000) + 'end')");
    expect(lines.map((line) => `${line.slice(0, 1)} ${line.length} ${line.at(-1)}`)).toEqual(['x 4097 …', 'y 4097 …']);
    expect(tail).toBe(`${'y'.repeat(4093)}end`);
  });
});

describe('a program that cannot be started', () => {
  it.each([
    ['none', []],
    ['an empty name', ['']],
    ['one that is not there', ['/nowhere/smoke-test', '--token=sesame-open']],
    ['one that may not be executed', [folder, '--token=sesame-open']],
    ['one with an argument that cannot be', ['/bin/echo', 'sesame-open\0']],
  ])('is COMMAND_FAILED: %s', async (_, argv) => {
    const failure = await failureOf(run(argv));
    expect(failure.code).toBe('COMMAND_FAILED');
    expect(everythingIn(failure)).not.toContain('sesame-open');
  });

  it('is named', async () => {
    expect((await failureOf(run(['no-such-smoke-test']))).what).toContain(
      '`no-such-smoke-test` could not be started: there is no such program',
    );
  });
});

describe('a program that takes too long', () => {
  it('is ended with all that it started', async () => {
    const pids = join(folder, 'pids');
    const result = await sh(`sleep 1000 & echo $! > ${pids}; echo $$ >> ${pids}; echo started; wait`, { timeoutSeconds: 6 });
    expect(result).toEqual({ exitCode: undefined, tail: 'started\n' });
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(2);
    // A process that was killed has closed its output a moment before it is gone.
    await until('the end of both', async () => !started.some(alive), { seconds: 30 });
  });

  it('may clear up first', async () => {
    const abort = new AbortController();
    const script =
      "process.on('SIGTERM', () => { console.log('cleared up'); process.exit(0); }); setInterval(() => {}, 1000); console.log('ready')";
    const ended = node(script, { signal: abort.signal });
    while (!lines.includes('ready')) await new Promise((resolve) => setTimeout(resolve, 10));
    abort.abort(new Error('cancelled'));
    expect(await ended).toEqual({ exitCode: undefined, tail: 'ready\ncleared up\n' });
  });

  it('cannot refuse to end', async () => {
    const pid = join(folder, 'stubborn');
    const result = await sh(`trap '' TERM; echo $$ > ${pid}; while true; do sleep 0.1; done`, { timeoutSeconds: 6 });
    expect(result.exitCode).toBeUndefined();
    expect(alive(Number(readFileSync(pid, 'utf8')))).toBe(false);
  });

  it('is not started once the signal has aborted', async () => {
    const file = join(folder, 'not-there');
    expect(await sh(`echo > ${file}`, { signal: AbortSignal.abort() })).toEqual({ exitCode: undefined, tail: '' });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('does not hold up the end when it leaves somebody behind who holds its output', async () => {
    writeFileSync(join(folder, 'left'), '');
    const { exitCode } = await sh(`setsid sleep 1000 & echo $! > ${folder}/left; exit 3`);
    expect(exitCode).toBe(3);
    process.kill(Number(readFileSync(join(folder, 'left'), 'utf8')), 'SIGKILL');
  });
});
