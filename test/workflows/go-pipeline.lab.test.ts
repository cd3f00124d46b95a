import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { standing, underLoad } from '../rollout/rollouts.ts';
import { storyOf } from '../rollout/story.ts';
import { type ActRun, ended } from './act.ts';
import { type GoLab, startGoLab } from './go-lab.ts';

// The real service-pipeline.yml, run by act on the Go example: real gofmt, go vet, go test by gotestsum, buildx, registry and cluster. And the way with
// `promote-environment`: the canary ends as `analysed` with everybody on stable, and a job of its own promotes. act knows no environment, so nobody is
// asked in between: what is shown is what each of the two jobs does and leaves, and what the second is given by the first.
jest.setTimeout(1_200_000);
let on: GoLab;
beforeAll(async () => {
  on = await startGoLab('go-pipeline');
}, 900_000);
afterAll(async () => await on?.stop());

const approved = { 'promote-environment': 'production-promote' };
const unchecked = {
  skip: 'lint test scan',
  'allow-skip': 'lint: shown elsewhere\ntest: shown elsewhere\nscan: Trivy cannot be had here',
};
/** Changes a file of the service, where it says `from`. */
const edit = (file: string, from: string, to: string) => (folder: string) => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
  writeFileSync(path, text.replace(from, to));
};
const row = (run: ActRun, gate: string): string =>
  new RegExp(`\\| ${gate} \\| (.*) \\|`).exec(run.summaries['summary'] ?? '')?.[1]?.trim() ?? '';

describe('the gates of Go', () => {
  it.each([
    ['lint, by gofmt', edit('config.go', '\n\n', '\n\n  \n'), 'lint', { outcome: 'blocked' }, 'gofmt'],
    [
      'lint, by go vet',
      edit('main.go', 'func main() {', 'func main() {\n\tfmt.Printf("%d\\n", "text")'),
      'lint',
      { outcome: 'blocked' },
      'Printf',
    ],
    [
      'test, by a failing test',
      (folder: string) => appendFileSync(join(folder, 'main_test.go'), '\nfunc TestSums(t *testing.T) {\n\tt.Error("one and one")\n}\n'),
      'test',
      { outcome: 'blocked', failures: '1' },
      'TestSums',
    ],
  ] as const)('%s blocks, and nothing after it is done', async (_, change, gate, outputs, shown) => {
    on.commit('main', change);
    const run = await on.push('main');
    on.undo();
    expect(run.code).toBe(1);
    expect(ended(run)).toEqual(gate === 'lint' ? { lint: 'failure' } : { lint: 'success', test: 'failure' });
    expect(run.outputs[gate]).toMatchObject(outputs);
    expect(run.summaries[gate]).toContain(shown);
  });

  it('what does not compile is not built: the summary has the compiler’s words', async () => {
    on.commit('main', edit('main.go', 'func main() {', 'func main() {\n\tnowhere()'));
    const run = await on.push('main', unchecked);
    on.undo();
    expect(ended(run)).toEqual({ build: 'failure' });
    expect(run.outputs['build']).toMatchObject({ outcome: 'failed', image: '', reason: expect.stringContaining('undefined: nowhere') });
  });
});

describe('with a promotion of its own', () => {
  it('develop goes to staging through the gates of Go', async () => {
    on.commit('develop', edit('main.go', 'func main() {', '// Changed.\nfunc main() {'));
    const run = await on.push('develop', approved);
    expect(ended(run)).toEqual({ lint: 'success', test: 'success', build: 'success', stage: 'success' });
    expect(run.outputs['lint']).toMatchObject({ outcome: 'passed', reason: 'gofmt, go-vet: nothing was found.' });
    expect(run.outputs['test']).toMatchObject({
      outcome: 'passed',
      tests: '74',
      passed: '74',
      coverage: expect.stringMatching(/^(?:8[1-9]|9)/),
    });
    expect(run.outputs['build']).toMatchObject({ outcome: 'built', image: expect.stringContaining(`${on.image}@sha256:`) });
    expect(await standing(on.staging)).toMatchObject({ stable: run.outputs['build']?.['image'] });
    expect(await standing(on.production)).toMatchObject({ stable: on.production.image });
    expect(row(run, 'scan')).toBe('⏭️ skipped');
  });

  it('main: the canary ends with everybody on stable, and the next job promotes what it has analysed', async () => {
    on.merge('develop', 'main');
    const { stable: staged } = await standing(on.staging);
    const since = new Date();
    const run = await underLoad(on.production, 40, () => on.push('main', approved));
    expect(ended(run)).toEqual({
      ...{ lint: 'success', test: 'success', build: 'success', evidence: 'success', canary: 'success', promote: 'success' },
    });
    expect(run.outputs['build']).toMatchObject({ outcome: 'reused', image: staged });
    expect(run.outputs['canary']).toMatchObject({ outcome: 'analysed', weight: '0', image: staged });
    expect(run.outputs['promote']).toMatchObject({ outcome: 'promoted', image: staged, 'previous-image': on.production.image });
    expect([row(run, 'canary'), row(run, 'promote'), row(run, 'rollback')]).toEqual([
      '✅ success analysed',
      '✅ success promoted',
      '⏭️ skipped',
    ]);
    expect(run.load.failed).toBe(0);
    const story = await storyOf(on.production, since);
    const handedOver = story.indexOf('lease released');
    expect(
      story
        .slice(0, handedOver)
        .filter((each) => each.startsWith('route '))
        .at(-1),
    ).toBe('route 0 %, epoch 1');
    expect(story.indexOf(`agent gets ${staged}`)).toBeGreaterThan(handedOver);
    expect(await standing(on.production)).toMatchObject({ stable: staged, weight: 0, canaryPods: 0, holder: '' });
  });

  it('a promotion that fails goes back: the way back of the run finds nothing to do', async () => {
    const before = await standing(on.production);
    // What neither staging nor the canary shows.
    const fault = '\tif os.Getenv("NAMESPACE") == "production" && os.Getenv("METRICS_VERSION") == "stable" {\n\t\tos.Exit(3)\n\t}\n';
    on.commit('main', edit('main.go', 'func main() {\n', `func main() {\n${fault}`));
    const run = await underLoad(on.production, 40, () => on.push('main', { ...approved, ...unchecked }));
    on.undo();
    expect(ended(run)).toEqual({
      ...{ build: 'success', evidence: 'success', stage: 'success', canary: 'success', promote: 'failure', rollback: 'success' },
    });
    expect(run.outputs['canary']).toMatchObject({ outcome: 'analysed' });
    expect(run.outputs['promote']).toMatchObject({ outcome: 'rolled-back' });
    expect(run.outputs['rollback']).toMatchObject({ outcome: 'nothing-to-do' });
    expect(row(run, 'promote')).toBe('⛔ failure rolled-back');
    expect(run.load.failed).toBe(0);
    expect(await standing(on.production)).toEqual(before);
  });
});
