// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub, as they stand in the files.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readActions } from '../../scripts/action-metadata.ts';
import { run } from '../lab/command.ts';
import { toolPath, tools } from '../lab/tools.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'examples/workflows');
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
/** To be copied as they are; what has to be longer shows a whole way and is called `full-…`. */
const starters = files.filter((name) => !name.startsWith('full-'));
const actions = readActions(root);

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, string>>;
  /** Missing where the job is a reusable workflow. */
  readonly steps?: readonly Step[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

const read = (name: string) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { text, workflow: parse(text) as { readonly permissions: object; readonly jobs: Readonly<Record<string, Job>> } };
};
const stepsOf = (name: string): readonly Step[] => Object.values(read(name).workflow.jobs).flatMap(({ steps = [] }) => steps);
const ours = /^your-org\/wf-deploy\/actions\/(.+)@/;
const actionOf = (uses = '') => actions.find(({ name }) => name === ours.exec(uses)?.[1]);

const calledWorkflow = (file: string) => {
  const { on } = parse(readFileSync(join(root, '.github/workflows', file), 'utf8')) as {
    readonly on: {
      readonly workflow_call: { readonly inputs: Readonly<Record<string, { readonly required?: boolean }>>; readonly secrets?: object };
    };
  };
  return { inputs: on.workflow_call.inputs, secrets: on.workflow_call.secrets ?? {} };
};

const deploying: readonly (string | undefined)[] = ['canary', 'promote', 'stage', 'blue-green'];

/** What a step needs on GitHub. */
function permissionsOfStep({ uses = '', run: script = '', with: given = {} }: Step): Readonly<Record<string, string>> {
  const action = actionOf(uses)?.name;
  const token = given['github-token'] !== undefined;
  return {
    ...(uses.startsWith('actions/checkout@') ? { contents: 'read' } : {}),
    ...(script.startsWith('docker login ghcr.io ') ? { packages: 'read' } : {}),
    // A job that Azure has to know says by its own token which one it is.
    ...(given['azure-client-id'] === undefined ? {} : { 'id-token': 'write' }),
    ...(action === 'build' ? { packages: 'write' } : {}),
    ...(action === 'check' && token ? { 'security-events': 'write' } : {}),
    ...(deploying.includes(action) && token ? { contents: 'read', deployments: 'write', 'pull-requests': 'read' } : {}),
  };
}

/** What the jobs of a reusable workflow need on GitHub, the most of each: nobody who calls it can give them more than they have themselves. */
const permissionsOf = (uses: string | undefined): object => {
  const [, file] = /\/\.github\/workflows\/([\w-]+\.yml)@/.exec(uses ?? '') ?? [];
  if (file === undefined) return {};
  const { jobs } = parse(readFileSync(join(root, '.github/workflows', file), 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
  const all = Object.values(jobs).flatMap(({ permissions = {} }) => Object.entries(permissions));
  return Object.fromEntries(all.toSorted(([, one], [, other]) => (one === other ? 0 : one === 'write' ? 1 : -1)));
};

it('there are starters: for each reusable workflow, for one job of all gates, and for actions in jobs of one’s own', () =>
  expect(files).toEqual(expect.arrayContaining(['pipeline.yml', 'release.yml', 'rollback.yml', 'check.yml', 'full-own-jobs.yml'])));

it.each(starters)('the starter %s has at most twenty lines', (name) =>
  expect(read(name).text.trimEnd().split('\n').length).toBeLessThanOrEqual(20),
);

describe.each(files)('examples/workflows/%s', (name) => {
  const { text, workflow } = read(name);

  it('is short enough to be read', () => expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(80));

  it('uses actions that are there, pinned, with inputs that they have, all that are required among them', () => {
    for (const { uses = '', with: given = {} } of stepsOf(name).filter((step) => step.run === undefined)) {
      expect(uses).toMatch(/@[0-9a-f]{40}$/);
      if (uses.startsWith('actions/')) {
        // The very same as in our own workflows, which say why no other is used.
        expect(readFileSync(join(root, '.github/workflows/service-pipeline.yml'), 'utf8')).toContain(`uses: ${uses} # v`);
        continue;
      }
      const action = actionOf(uses);
      expect([uses, action?.name]).toEqual([uses, ours.exec(uses)?.[1]]);
      const known = action?.inputs.map((input) => input.name) ?? [];
      expect([uses, Object.keys(given).filter((input) => !known.includes(input))]).toEqual([uses, []]);
      const operates = given['operation'] !== undefined;
      const needed = action?.inputs.filter((input) => input.required && !(operates && input.name === 'image')).map((input) => input.name);
      expect([uses, needed?.filter((input) => !(input in given))]).toEqual([uses, []]);
    }
  });

  it('calls reusable workflows that are there, pinned, with inputs and secrets that they have, all that are required among them', () => {
    for (const { uses, with: given = {}, secrets = {} } of Object.values(workflow.jobs)) {
      if (uses === undefined) continue;
      const [, file = ''] = /^your-org\/wf-deploy\/\.github\/workflows\/([\w-]+\.yml)@[0-9a-f]{40}$/.exec(uses) ?? [];
      const called = calledWorkflow(file);
      expect([file, Object.keys(given).filter((input) => !(input in called.inputs))]).toEqual([file, []]);
      const needed = Object.entries(called.inputs).flatMap(([input, { required }]) => (required === true ? [input] : []));
      expect([file, needed.filter((input) => !(input in given))]).toEqual([file, []]);
      expect([file, Object.keys(secrets).filter((secret) => !(secret in called.secrets))]).toEqual([file, []]);
    }
  });

  it('reads outputs that are there', () => {
    const used = [...text.matchAll(/\b(steps|needs)\.([\w-]+)\.outputs\.([\w-]+)/g)];
    for (const [said, where, from = '', output = ''] of used) {
      const there =
        where === 'needs'
          ? Object.keys(workflow.jobs[from]?.outputs ?? {})
          : (actionOf(stepsOf(name).find(({ id }) => id === from)?.uses)?.outputs.map((each) => each.name) ?? []);
      expect([said, there]).toEqual([said, expect.arrayContaining([output])]);
    }
  });

  it('gives no job more than it needs, and none for ever', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) {
      const ofSteps = Object.assign({}, ...(job.steps ?? []).map(permissionsOfStep)) as Readonly<Record<string, string>>;
      expect([job.uses, job.permissions ?? {}]).toEqual([job.uses, { ...permissionsOf(job.uses), ...ofSteps }]);
      // A reusable workflow has limits of its own, and is looked at where it is.
      if (job.uses !== undefined) continue;
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const { uses = '', run: script = '', with: given = {} } of job.steps ?? []) {
        // Nothing that is checked out leaves credentials behind, and nothing foreign stands in a script.
        if (uses.startsWith('actions/checkout@')) expect(given['persist-credentials']).toBe(false);
        expect(script).not.toContain('${{');
      }
    }
  });

  it('passes actionlint, which does not know `queue` yet', async () => {
    const actionlint = tools.find((tool) => tool.name === 'actionlint');
    if (actionlint === undefined) throw new Error('no actionlint');
    const quiet = ['-shellcheck=', '-pyflakes=', '-no-color', '-ignore', 'unexpected key "queue" for "concurrency" section'];
    const files = [join(folder, name), join(root, '.github/workflows/ci.yml')];
    const { code, stdout, stderr } = await run([toolPath(actionlint), ...quiet, ...files]);
    expect([code, `${stdout}${stderr}`]).toEqual([0, '']);
  });
});

it.each(files)('what %s deploys is in the order of the commits, and on record', (name) => {
  for (const { uses, with: given = {} } of stepsOf(name)) {
    // An operation that names no image brings nothing new.
    const brings = given['operation'] === undefined || 'image' in given || 'images' in given;
    if (!deploying.includes(actionOf(uses)?.name) || !brings) continue;
    expect(given).toMatchObject({ 'github-token': '${{ github.token }}', environment: 'production' });
    // A run that is started by hand is not on the commit that its image was built from.
    const image = String(given['image']);
    if (image.includes('inputs.')) expect(given['commit']).toBe('${{ inputs.commit }}');
  }
});

describe('a build and a canary in jobs of one’s own', () => {
  const { build, canary } = read('full-own-jobs.yml').workflow.jobs;

  it('deploy what was built, by its digest, and what passed staging', () => {
    const built = build?.steps?.find(({ uses }) => actionOf(uses)?.name === 'build');
    expect(build?.outputs).toEqual({ image: `\${{ steps.${built?.id}.outputs.image }}` });
    // actions/build makes small letters of an owner's capitals, which no registry takes.
    expect(built?.with).toMatchObject({ image: 'ghcr.io/${{ github.repository }}' });
    expect(canary).toMatchObject({ needs: 'build', environment: 'production' });
    expect(canary?.steps?.at(-1)?.with).toMatchObject({ image: '${{ needs.build.outputs.image }}', 'require-staging': true });
  });

  it('sign in to the registry before it is asked', () =>
    expect(canary?.steps?.[0]?.run).toContain('docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin'));
});

it('no starter deploys an image by a tag that is made up of the event', () => {
  for (const name of files) for (const { with: given = {} } of stepsOf(name)) expect(String(given['image'])).not.toMatch(/:\$\{\{/);
});

it.each(files)('the way back of %s waits for no reviewer, and behind no way forward', (name) => {
  for (const { environment = '', concurrency, steps: [...all] = [] } of Object.values(read(name).workflow.jobs)) {
    const operations = all.map(({ with: given = {} }) => String(given['operation'] ?? ''));
    if (operations.every((operation) => operation === '')) continue;
    const chosen = "${{ inputs.operation == 'rollback' && 'production-rollback' || 'production' }}";
    expect(['production-canary', 'production-rollback', chosen]).toContain(environment);
    const ofTheWayForward =
      environment === chosen ? /^wf-deploy-\$\{\{ inputs\.operation == 'rollback' && 'rollback-' / : /^wf-deploy-rollback-/;
    if (concurrency !== undefined) expect(concurrency['group']).toMatch(ofTheWayForward);
  }
});

describe('canary, approval, promote', () => {
  const { canary, promote, rollback } = read('full-canary.yml').workflow.jobs;

  it('wait for the approval with all users on stable, and between the two', () => {
    expect(canary?.steps?.[0]?.with).toMatchObject({ promote: 'false' });
    expect(promote).toMatchObject({ needs: 'canary', environment: 'production' });
    expect(canary?.environment).not.toBe('production');
  });

  it('stand in line, and none cancels another', () => {
    for (const job of [canary, promote]) expect(job?.concurrency).toMatchObject({ 'cancel-in-progress': false, queue: 'max' });
    expect(canary?.concurrency).toEqual(promote?.concurrency);
  });

  it('have a third layer that needs no approval, waits for nobody, and runs whatever became of them', () => {
    expect(rollback).toMatchObject({ needs: ['canary', 'promote'], environment: canary?.environment });
    expect(rollback?.concurrency).toBeUndefined();
    expect(rollback?.if).toMatch(/^always\(\) && /);
    for (const result of ['failure', 'cancelled']) expect(rollback?.if).toContain(`contains(needs.*.result, '${result}')`);
    expect(rollback?.steps?.[0]?.with).toMatchObject({ operation: 'abort', 'only-this-run': 'true' });
    const place = ({ service, namespace, kubeconfig }: Readonly<Record<string, unknown>>) => ({ service, namespace, kubeconfig });
    expect(place(rollback?.steps?.[0]?.with ?? {})).toEqual(place(canary?.steps?.[0]?.with ?? {}));
  });
});

describe('rollback by hand', () => {
  const starter = read('rollback.yml');
  const { jobs } = parse(readFileSync(join(root, '.github/workflows/rollback.yml'), 'utf8')) as {
    readonly jobs: Readonly<Record<string, Job>>;
  };
  const { rollback } = jobs;
  const { rollback: called } = starter.workflow.jobs;

  it('is started by a workflow of at most twenty lines, with a reason', () => {
    expect(starter.text.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    const { on } = parse(starter.text) as {
      readonly on: { readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, object>> } };
    };
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(['environment', 'to', 'reason', 'dry-run']);
    expect(on.workflow_dispatch.inputs['reason']).toMatchObject({ required: true });
    expect(called?.uses).toContain('/.github/workflows/rollback.yml@');
  });

  it('waits behind no canary, changes nothing on GitHub, and gives its action inputs that it has', () => {
    // The token is for a cloud; nothing of GitHub is written with it.
    expect(rollback?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(rollback?.concurrency?.['group']).toMatch(/^wf-deploy-rollback-/);
    expect(rollback?.concurrency?.['group']).not.toBe(read('full-canary.yml').workflow.jobs['canary']?.concurrency?.['group']);
    expect(rollback?.concurrency).toMatchObject({ 'cancel-in-progress': false });
    const step = rollback?.steps?.at(-1);
    expect(step?.uses).toBe('$/actions/rollback');
    const known = actions.find(({ name }) => name === 'rollback')?.inputs.map((input) => input.name) ?? [];
    expect(Object.keys(step?.with ?? {}).filter((input) => !known.includes(input))).toEqual([]);
    expect(step?.run).toBeUndefined();
  });
});
