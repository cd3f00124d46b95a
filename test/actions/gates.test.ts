import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Ajv } from 'ajv';
import { findGo } from '../lab/go.ts';
import { pythonTools } from '../tools/python.ts';
import { type ActionResult, runAction } from './runner.ts';

jest.setTimeout(300_000);

const root = resolve(import.meta.dirname, '../..');
const schema = (name: string): object => JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8')) as object;
const isReport = new Ajv().compile(schema('gate-report'));
const bare = '/usr/bin:/bin';
let python = '';
let folder = '';
const all: string[] = [];
const at = (path: string): string => join(folder, 'workspace', path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: at('.'), encoding: 'utf8' }).trim();

/** Runs a gate in this test's workspace, and holds what is true of every run against it. */
async function gate(action: 'lint' | 'scan', inputs: Readonly<Record<string, string>>, path = `${python}:${bare}`): Promise<ActionResult> {
  const result = await runAction({ action, inputs, folder, env: { PATH: path } });
  expect(result.outputs['outcome']).toMatch(/^(passed|blocked|not-checked)$/);
  expect(result.exitCode).toBe(result.outputs['outcome'] === 'passed' ? 0 : 1);
  expect(result.commands.filter(({ name }) => name === 'error').length).toBeLessThanOrEqual(10);
  expect(result.commands.filter(({ name }) => name === 'warning').length).toBeLessThanOrEqual(10);
  if (result.report !== undefined) expect([isReport(result.report), isReport.errors]).toEqual([true, null]);
  return result;
}

const errors = ({ commands }: ActionResult) => commands.filter(({ name }) => name === 'error');
const told = (result: ActionResult): string => errors(result).at(-1)?.message ?? '';

beforeAll(async () => {
  python = await pythonTools();
}, 900_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-gates-'));
  all.push(folder);
  mkdirSync(at('.'), { recursive: true });
});
afterAll(() => {
  for (const each of all) rmSync(each, { recursive: true, force: true });
});

const good = 'def add(a: int, b: int) -> int:\n    return a + b\n';

describe('lint with the real tools of Python', () => {
  it('passes when all three have looked and found nothing', async () => {
    write('src/app.py', good);
    const result = await gate('lint', { preset: 'python' });
    expect(result.outputs).toMatchObject({ outcome: 'passed', findings: '0', blocking: '0' });
    expect(errors(result)).toEqual([]);
    expect(result.summary).toMatch(/^## ✅ lint: passed/);
    for (const tool of ['ruff', 'black', 'mypy']) expect(result.log).toContain(`${tool}: exit code 0`);
  });

  it('blocks on what each of them finds, at its line', async () => {
    write('src/app.py', `import os\n\n\n${good.replace('a + b', 'a+b')}\nx: int = add(1, "2")\n`);
    const result = await gate('lint', { preset: 'python' });
    expect(result.outputs).toMatchObject({ outcome: 'blocked', blocking: '3' });
    expect(errors(result).map(({ properties }) => [properties['title'], properties['file'], properties['line']])).toEqual(
      expect.arrayContaining([
        ['ruff: F401', 'src/app.py', '1'],
        ['black: format', 'src/app.py', undefined],
        ['mypy: arg-type', 'src/app.py', '7'],
        ['lint: blocked', undefined, undefined],
      ]),
    );
    expect(result.summary).toMatch(/^## ⛔ lint: blocked/);
  });

  it('shows no more annotations than GitHub does, and the rest in the summary', async () => {
    write('app.py', Array.from({ length: 30 }, (_, index) => `import module_${String(index).padStart(2, '0')}\n`).join(''));
    const result = await gate('lint', { tools: 'ruff' });
    expect(errors(result)).toHaveLength(10);
    expect(result.outputs['blocking']).toBe('30');
    expect(result.summary.match(/F401/g)).toHaveLength(30);
  });

  it('says of a missing tool how to install it, and what the others found', async () => {
    write('app.py', 'import os\n');
    symlinkSync(join(python, 'ruff'), join(folder, 'ruff'));
    const result = await gate('lint', { tools: 'ruff,mypy' }, `${folder}:${bare}`);
    expect(result.outputs).toMatchObject({ outcome: 'blocked', blocking: '1' });
    expect(told(result)).toContain('`mypy` could not be started');
    expect(result.summary).toContain('pip install mypy');
    const alone = await gate('lint', { tools: 'mypy' }, bare);
    expect(alone.outputs['outcome']).toBe('not-checked');
    expect(told(alone)).toContain('pip install mypy');
  });

  it('takes a folder without Python for not checked, whatever the tools say', async () => {
    write('readme.txt', 'hello\n');
    for (const tool of ['ruff', 'black', 'mypy', 'bandit']) {
      const result = await gate('lint', { tools: tool });
      expect([tool, result.outputs['outcome']]).toEqual([tool, 'not-checked']);
    }
  });

  it('looks only at the paths it is given, from the folder it is given', async () => {
    write('service/src/app.py', good);
    write('service/old.py', 'import os\n');
    expect((await gate('lint', { tools: 'ruff', 'working-directory': 'service', paths: 'src' })).outputs['outcome']).toBe('passed');
    const result = await gate('lint', { tools: 'ruff,black', 'working-directory': 'service' });
    expect(errors(result)[0]?.properties).toMatchObject({ title: 'ruff: F401', file: 'service/old.py', line: '1' });
  });
});

describe('lint of what changed', () => {
  it('lets old findings be and blocks on new ones, by the lines of git', async () => {
    git('init', '-q', '-b', 'main');
    write('app.py', `import os\n\n\n${good}`);
    git('add', '-A');
    git('commit', '-qm', 'first');
    const base = git('rev-parse', 'HEAD');
    write('app.py', `import os\n\n\n${good}\n\ny = 1\n`);
    git('commit', '-qam', 'second');
    const inputs = { tools: 'ruff', 'changed-only': 'true', base };
    const quiet = await gate('lint', inputs);
    expect(quiet.outputs).toMatchObject({ outcome: 'passed', findings: '1', blocking: '0' });
    expect(quiet.summary).toContain('on a line that did not change');
    write('app.py', `import os\nimport sys\n\n\n${good}\n\ny = 1\n`);
    git('commit', '-qam', 'third');
    const loud = await gate('lint', inputs);
    expect(loud.outputs).toMatchObject({ outcome: 'blocked', findings: '2', blocking: '1' });
    expect(errors(loud)[0]?.properties['line']).toBe('2');
  });

  it.each([
    ['the first push of a branch', '0'.repeat(40), 'there is no commit before this change'],
    ['the first push in a repository of SHA-256', '0'.repeat(64), 'there is no commit before this change'],
    ['a run by hand', '', 'there is no commit before this change'],
    ['a commit that a forced push took away', '0123456789abcdef0123456789abcdef01234567', 'git could not compare with'],
    ['a branch that shares nothing', 'other', 'git could not compare with'],
  ])('counts every line on %s, and says so', async (_, base, said) => {
    git('init', '-q', '-b', 'other');
    git('commit', '-qm', 'elsewhere', '--allow-empty');
    git('checkout', '-q', '--orphan', 'main');
    write('app.py', `import os\n\n\n${good}`);
    git('add', '-A');
    git('commit', '-qm', 'first');
    const result = await gate('lint', { tools: 'ruff', 'changed-only': 'true', base });
    expect(result.outputs).toMatchObject({ outcome: 'blocked', findings: '1', blocking: '1' });
    expect(result.summary).toContain(`every line counts, because ${said}`);
    expect(result.report).toMatchObject({ notes: [expect.stringContaining(said)] });
    expect(result.commands.filter(({ name }) => name === 'notice').map(({ message }) => message)).toEqual([expect.stringContaining(said)]);
  });

  it('is not checked when git cannot say', async () => {
    write('app.py', good);
    const inputs = { tools: 'ruff', 'changed-only': 'true', base: '0123456789012345678901234567890123456789' };
    const result = await gate('lint', inputs);
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(errors(result)[0]).toMatchObject({
      properties: { title: 'CHANGES_UNKNOWN' },
      message: expect.stringContaining('fetch-depth: 0'),
    });
  });
});

describe('suppressions and baseline', () => {
  const suppressed = (expires: string, id = 'F401') =>
    write('s.yml', `suppressions:\n  - {id: ${id}, reason: soon gone, owner: team-a, expires: "${expires}"}\n`);
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  it('let a finding be until its day, and block after it', async () => {
    write('app.py', 'import os\n');
    suppressed(inDays(2));
    const held = await gate('lint', { tools: 'ruff', suppressions: 's.yml' });
    expect(held.outputs).toMatchObject({ outcome: 'passed', findings: '1' });
    expect(held.summary).toContain('by team-a: soon gone');
    suppressed('2026-01-01');
    const expired = await gate('lint', { tools: 'ruff', suppressions: 's.yml' });
    expect(expired.outputs).toMatchObject({ outcome: 'blocked', blocking: '1' });
    expect(errors(expired)[0]?.message).toContain('has expired');
  });

  it('name a suppression that means nothing', async () => {
    write('app.py', good);
    suppressed(inDays(2), 'E501');
    const result = await gate('lint', { tools: 'ruff', suppressions: 's.yml' });
    expect(result.outputs['outcome']).toBe('passed');
    expect(result.summary).toContain('Suppressions that mean nothing');
  });

  it('stop everything when they cannot be read', async () => {
    write('app.py', good);
    for (const [text, why] of [
      ['suppressions: [{id: x}]', 'has no `reason`'],
      ['a: [', 'not YAML'],
      ['a: &x [1]\nb: *x\n', 'aliases'],
    ] as const) {
      write('s.yml', text);
      const result = await gate('lint', { tools: 'ruff', suppressions: 's.yml' });
      expect(result.outputs['outcome']).toBe('not-checked');
      expect(errors(result)[0]?.message).toContain(why);
    }
    expect((await gate('lint', { tools: 'ruff', baseline: 'none.json' })).outputs['outcome']).toBe('not-checked');
  });

  it('know the findings of a baseline when their lines have moved, and block on a new one', async () => {
    write('app.py', 'import os\n');
    const first = await gate('lint', { tools: 'ruff' });
    write('baseline.json', readFileSync(first.outputs['baseline-now'] ?? '', 'utf8'));
    write('app.py', '"""Moved."""\n\nimport os\n');
    expect((await gate('lint', { tools: 'ruff', baseline: 'baseline.json' })).outputs).toMatchObject({ outcome: 'passed', findings: '1' });
    write('app.py', '"""Moved."""\n\nimport os\nimport sys\n');
    const result = await gate('lint', { tools: 'ruff', baseline: 'baseline.json' });
    expect(result.outputs).toMatchObject({ outcome: 'blocked', findings: '2', blocking: '1' });
    expect(errors(result)[0]?.message).toContain('`sys`');
    write('app.py', good);
    expect((await gate('lint', { tools: 'ruff', baseline: 'baseline.json' })).summary).toContain('1 findings of the baseline are gone');
  });
});

describe('lint in other languages', () => {
  it('tsc of the project itself', async () => {
    write('node_modules/.bin/tsc', `#!/bin/sh\nexec ${process.execPath} ${join(root, 'node_modules/.bin/tsc')} "$@"\n`);
    chmodSync(at('node_modules/.bin/tsc'), 0o755);
    write('tsconfig.json', '{"compilerOptions": {"strict": true, "noEmit": true, "types": []}, "include": ["src"]}');
    write('src/a.ts', 'export const a: number = 1;\n');
    expect((await gate('lint', { tools: 'tsc' }, bare)).outputs['outcome']).toBe('passed');
    write('src/a.ts', 'export const a: number = "1";\n');
    expect(errors(await gate('lint', { tools: 'tsc' }, bare))[0]?.properties).toMatchObject({
      title: 'tsc: TS2322',
      file: 'src/a.ts',
      line: '1',
    });
  });

  it('gofmt and go vet', async () => {
    const go = (await findGo()) ?? '';
    const path = `${dirname(execFileSync('which', [go], { encoding: 'utf8' }).trim())}:${bare}`;
    const run = () => gate('lint', { preset: 'go' }, path);
    expect((await run()).outputs['outcome']).toBe('not-checked');
    write('go.mod', 'module example.com/svc\n\ngo 1.21\n');
    write('a.go', 'package svc\n\nfunc A() int {\n\treturn 1\n}\n');
    expect((await run()).outputs['outcome']).toBe('passed');
    write('a.go', 'package svc\n\nfunc A(x int) int {\n  x = x\n\treturn x\n}\n');
    const found = await run();
    expect(found.outputs['blocking']).toBe('2');
    expect(errors(found).map(({ properties }) => properties['title'])).toEqual(expect.arrayContaining(['gofmt: format', 'go-vet: assign']));
    write('a.go', 'package svc\n\nfunc A( {\n');
    expect((await run()).outputs['outcome']).toBe('not-checked');
  });
});

describe('programs of the user', () => {
  const command = (run: readonly string[], more = ''): string => `- name: own\n  run: ${JSON.stringify(run)}\n${more}`;
  const outcome = async (commands: string): Promise<string> => (await gate('lint', { commands })).outputs['outcome'] ?? '';

  it('decide by their exit code, or by their report', async () => {
    write('clean.sarif', '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "own"}}, "results": []}]}');
    expect(await outcome(command(['true']))).toBe('passed');
    expect(await outcome(command(['false']))).toBe('blocked');
    expect(await outcome(command(['sh', '-c', 'exit 3']))).toBe('not-checked');
    expect(await outcome(command(['sh', '-c', 'kill -9 $$']))).toBe('not-checked');
    expect(await outcome(command(['there-is-no-such-program']))).toBe('not-checked');
    expect(await outcome(command(['cat', 'clean.sarif'], '  format: sarif\n'))).toBe('passed');
    expect(await outcome(command(['true'], '  format: sarif\n'))).toBe('not-checked');
    const writes = '  format: sarif\n  report: own.sarif\n';
    expect(await outcome(command(['cp', 'clean.sarif', 'own.sarif'], writes))).toBe('passed');
    expect(await outcome(command(['cp', 'clean.sarif', 'own.sarif'], writes))).toBe('passed');
    expect(await outcome(command(['sh', '-c', 'cp clean.sarif own.sarif; exit 1'], writes))).toBe('not-checked');
    expect(await outcome(command(['true'], '  format: sarif\n  report: gone.sarif\n'))).toBe('not-checked');
  });

  it('are not judged by a report of an earlier run', async () => {
    write('own.sarif', '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "own"}}, "results": []}]}');
    const result = await gate('lint', { commands: command(['true'], '  format: sarif\n  report: own.sarif\n') });
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(told(result)).toContain('own has not written `own.sarif`');
  });

  it('get no shell, and are stopped when their time is up', async () => {
    expect(await outcome(command(['test', '$HOME', '=', '$HOME']))).toBe('passed');
    const result = await gate('lint', { commands: command(['sleep', '60']), timeout: '1s' });
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(told(result)).toContain('its time was up');
  });

  it('cannot make the runner or the summary do anything', async () => {
    const text = '::error::forged\u001b[31m\r\n::set-output name=outcome::passed | <img src=x> @team ![x](https://evil.example/)';
    const sarif = {
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: '::warning::x' } },
          results: [
            {
              ruleId: text,
              level: 'error',
              message: { text },
              locations: [{ physicalLocation: { artifactLocation: { uri: '../../../etc/passwd' } } }],
            },
          ],
        },
      ],
    };
    write('evil.sarif', JSON.stringify(sarif));
    const result = await gate('scan', { tools: 'none', reports: '- {format: sarif, path: evil.sarif}' });
    expect(result.outputs).toMatchObject({ outcome: 'blocked', blocking: '1' });
    expect(result.commands.filter(({ name }) => !['error', 'debug'].includes(name))).toEqual([]);
    expect(errors(result)).toHaveLength(2);
    expect(errors(result)[0]?.properties['file']).toBeUndefined();
    expect(result.stdout).not.toMatch(/^\s*::(set-output|warning)/m);
    expect(`${result.stdout}${result.summary}`).not.toContain('\u001b');
    expect(result.summary).not.toMatch(/<img|!\[x\]|@team/);
  });
});

describe('scan', () => {
  it('blocks on what Bandit finds from medium on, as `-ll` does', async () => {
    write('app.py', 'import pickle\n');
    expect((await gate('scan', { tools: 'bandit' })).outputs).toMatchObject({ outcome: 'passed', findings: '1', blocking: '0' });
    write('app.py', 'import pickle\n\npickle.loads(b"")\n');
    const result = await gate('scan', { tools: 'bandit' });
    expect(result.outputs).toMatchObject({ outcome: 'blocked', findings: '2', blocking: '1' });
    expect(errors(result)[0]?.properties).toMatchObject({ title: 'bandit: B301', file: 'app.py', line: '3' });
    expect((await gate('scan', { tools: 'bandit', 'bandit-severity': 'high' })).outputs['outcome']).toBe('passed');
    expect((await gate('scan', { tools: 'bandit', 'bandit-severity': 'low' })).outputs['blocking']).toBe('2');
  });

  it('is not checked when Bandit skipped a file, although Bandit ends with 0', async () => {
    write('app.py', 'def broken(:\n');
    const result = await gate('scan', { tools: 'bandit' });
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(told(result)).toContain('could not read ./app.py');
  });

  it('is not checked without Trivy', async () => {
    write('app.py', good);
    const result = await gate('scan', {});
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(told(result)).toContain('`trivy` could not be started');
  });

  it('reads reports of Trivy: severities, missing fixes, nothing scanned', async () => {
    const corpus = (name: string): void => write('trivy.json', readFileSync(join(root, 'test/corpus/findings', name), 'utf8'));
    const run = (more: Readonly<Record<string, string>> = {}) =>
      gate('scan', { tools: 'none', reports: '- {format: trivy, path: trivy.json}', ...more });
    corpus('trivy-findings.json');
    expect((await run()).outputs).toMatchObject({ outcome: 'blocked', findings: '3', blocking: '2' });
    expect((await run({ severity: 'critical' })).outputs['blocking']).toBe('1');
    corpus('trivy-unfixed.json');
    expect((await run()).outputs['outcome']).toBe('blocked');
    expect((await run({ 'ignore-unfixed': 'true' })).outputs).toMatchObject({ outcome: 'passed', findings: '1' });
    corpus('trivy-nothing.json');
    expect((await run()).outputs['outcome']).toBe('not-checked');
    symlinkSync('/etc/passwd', at('link.json'));
    expect(told(await run({ reports: '- {format: trivy, path: link.json}' }))).toContain('outside of the workspace');
    // Nobody writes into it: it would be waited for without an end.
    execFileSync('mkfifo', [at('pipe.json')]);
    expect(told(await run({ reports: '- {format: trivy, path: pipe.json}' }))).toContain('is not a file');
  });
});

describe('bad input', () => {
  it.each([
    ['lint', {}, 'nothing would be checked'],
    ['lint', { preset: 'cobol' }, '`python`'],
    ['lint', { tools: 'ruff flake8' }, 'flake8'],
    ['lint', { tools: 'ruff', paths: '../other' }, 'leads out of the workspace'],
    ['lint', { tools: 'ruff', paths: '--fix' }, 'looks like an option'],
    ['lint', { tools: 'ruff', 'changed-only': 'true', base: '--output=x' }, '`base`'],
    ['lint', { commands: '- {name: a, run: make lint}' }, 'a shell is never started'],
    ['lint', { commands: '- {name: a, run: [make], format: mypy}' }, '`format`'],
    ['lint', { commands: '- {name: a, run: [make]}\n- {name: a, run: [make]}' }, 'twice'],
    ['scan', { tools: 'none' }, 'nothing would be scanned'],
    ['scan', { tools: 'snyk' }, '`trivy`'],
    ['scan', { tools: 'none', reports: '- {format: sarif}' }, '`path`'],
    ['scan', { tools: 'none', reports: '- {format: sarif, path: /etc/x}' }, 'leads out of the workspace'],
    ['scan', { severity: 'blocker' }, '`critical`'],
  ] as const)('%s with %j', async (action, inputs, why) => {
    const result = await gate(action, inputs, bare);
    expect(result.outputs['outcome']).toBe('not-checked');
    expect(errors(result)).toEqual([
      expect.objectContaining({ properties: { title: 'INPUT_INVALID' }, message: expect.stringContaining(why) }),
    ]);
  });
});
