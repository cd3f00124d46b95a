import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runAction, startAction } from './runner.ts';

const root = mkdtempSync(join(tmpdir(), 'wf-deploy-runner-'));

/** An action of plain JavaScript, for what a runner does to any action. */
function action(name: string, main: string, post: string): void {
  for (const folder of [`actions/${name}`, `dist/${name}`]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(
    join(root, `dist/${name}/index.js`),
    `import { appendFileSync } from 'node:fs';\nimport { spawn } from 'node:child_process';\n${main}`,
  );
  writeFileSync(join(root, `dist/${name}/post.js`), post);
  const inputs = 'inputs:\n  say-what: {description: d, required: false, default: hello}\n  other: {description: d, required: false}\n';
  const runs = `runs: {using: node24, main: ../../dist/${name}/index.js, post: ../../dist/${name}/post.js}\n`;
  writeFileSync(join(root, `actions/${name}/action.yml`), `name: n\ndescription: d\nauthor: a\n${inputs}${runs}`);
}

beforeAll(() => {
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  action(
    'talk',
    `appendFileSync(process.env.GITHUB_OUTPUT, 'said<<END\\n' + process.env['INPUT_SAY-WHAT'] + '\\nEND\\n');
    appendFileSync(process.env.GITHUB_OUTPUT, 'report=' + process.env.RUNNER_TEMP + '/report.json\\n');
    appendFileSync(process.env.RUNNER_TEMP + '/report.json', '{"good": true}');
    appendFileSync(process.env.GITHUB_STATE, 'open=true\\n');
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# done');
    console.log('::add-mask::hidden');
    console.log(JSON.stringify(Object.keys(process.env).sort()));
    console.log('other=[' + process.env.INPUT_OTHER + '] in ' + process.cwd());
    console.error('::error title=T::bad');
    process.stdout.write('::error title=T::bad%0Aworse');
    process.exitCode = 3;`,
    "console.log('post of ' + process.env.STATE_open);",
  );
  action(
    'stubborn',
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log('got ' + signal));
    spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
    console.log('begun');
    setInterval(() => 0, 1000);`,
    "console.log('post ran');",
  );
  action('polite', "process.on('SIGINT', () => process.exit(7));\nconsole.log('begun');\nsetInterval(() => 0, 1000);", '');
  action(
    'careless',
    "spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit', detached: false });\nprocess.exit(0);",
    '',
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('an action, as the runner runs it', () => {
  it('gets its inputs and gives its results', async () => {
    const lines: string[] = [];
    const result = await runAction({ action: 'talk', inputs: { 'say-what': 'two\nlines' }, root, onLine: (line) => lines.push(line) });
    expect(result).toMatchObject({ exitCode: 3, signal: undefined, state: { open: 'true' }, summary: '# done', leftBehind: false });
    expect(result.outputs['said']).toBe('two\nlines');
    expect(result.report).toEqual({ good: true });
    expect(result.stdout).toContain('other=[] in ');
    expect(result.post).toMatchObject({ exitCode: 0, stdout: 'post of true\n' });
    expect(lines).toContain('::error title=T::bad%0Aworse');
    expect(lines.at(-1)).toBe('post of true');
  });

  it('takes defaults from action.yml', async () => {
    expect((await runAction({ action: 'talk', inputs: {}, root })).outputs['said']).toBe('hello');
  });

  it('reads commands from stdout alone and shows no secret that was handed over', async () => {
    const { commands, log, stderr } = await runAction({ action: 'talk', inputs: {}, root });
    expect(commands.filter(({ name }) => name === 'error')).toEqual([{ name: 'error', properties: { title: 'T' }, message: 'bad\nworse' }]);
    expect(log).not.toContain('hidden');
    expect(stderr).toBe('::error title=T::bad\n');
  });

  it('inherits nothing but PATH', async () => {
    process.env['SECRET_OF_THE_TESTER'] = 'x';
    try {
      const { stdout } = await runAction({ action: 'talk', inputs: {}, root, env: { EXTRA: '1' } });
      const names = JSON.parse(stdout.split('\n').find((line) => line.startsWith('[')) ?? '[]') as string[];
      expect(names).toEqual(expect.arrayContaining(['EXTRA', 'PATH', 'GITHUB_RUN_ID']));
      expect(names.filter((name) => !/^(GITHUB|RUNNER|INPUT)_|^(CI|EXTRA|HOME|PATH)$/.test(name))).toEqual([]);
    } finally {
      delete process.env['SECRET_OF_THE_TESTER'];
    }
  });

  it('keeps its folder only when it was given one', async () => {
    const folder = join(root, 'kept');
    const kept = await runAction({ action: 'talk', inputs: {}, root, folder });
    expect(existsSync(String(kept.outputs['report']))).toBe(true);
    const gone = await runAction({ action: 'talk', inputs: {}, root });
    expect(existsSync(String(gone.outputs['report']))).toBe(false);
  });

  it('names an action that is not there', () => expect(() => startAction({ action: 'nothing', inputs: {}, root })).toThrow('nothing'));
});

describe('the end of an action', () => {
  const begun = (lines: readonly string[]): boolean => lines.includes('begun');

  it('by its own answer to SIGINT', async () => {
    const result = await runAction({ action: 'polite', inputs: {}, root, cancelAfter: begun });
    expect(result).toMatchObject({ exitCode: 7, signal: undefined, cancelledAt: expect.any(Date), post: { exitCode: 0 } });
  });

  it('by SIGINT, SIGTERM, SIGKILL, its children included, and then post', async () => {
    const result = await runAction({ action: 'stubborn', inputs: {}, root, cancelAfter: begun });
    expect(result.stdout.split('\n')).toEqual(['begun', 'got SIGINT', 'got SIGTERM', '']);
    expect(result).toMatchObject({ exitCode: undefined, signal: 'SIGKILL', leftBehind: false, post: { stdout: 'post ran\n' } });
    expect(result.durationMs).toBeGreaterThan(10_000);
  });

  it('with the machine: no signal before, no post after', async () => {
    const result = await runAction({ action: 'stubborn', inputs: {}, root, killAfter: begun });
    expect(result).toMatchObject({ stdout: 'begun\n', signal: 'SIGKILL', cancelledAt: undefined, post: undefined });
  });

  it('with a child that stays: it is killed, and the result says so', async () => {
    expect(await runAction({ action: 'careless', inputs: {}, root })).toMatchObject({ exitCode: 0, leftBehind: true });
  });
});
