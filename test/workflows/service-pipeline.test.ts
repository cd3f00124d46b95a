// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub, as they stand in the file.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { run as command } from '../lab/command.ts';
import { builtTools } from '../lab/tools.ts';
import { needsOf, readWorkflow, root, type Step, workflowText } from './workflow-files.ts';

const name = 'service-pipeline.yml';
const text = workflowText(name);
const { on, jobs } = readWorkflow(name);
const call = on.workflow_call;
if (call === undefined) throw new Error('nobody can call it');
const actions = readActions(root);
const steps: readonly (readonly [job: string, step: Step])[] = Object.entries(jobs).flatMap(([job, { steps: all }]) =>
  all.map((step) => [job, step] as const),
);
const own = steps.filter(([, { uses = '' }]) => uses.startsWith('$/'));
const actionOf = ({ uses = '' }: Step) => actions.find((action) => `$/actions/${action.name}` === uses);
const stepOf = (job: string, action: string): Step => {
  const found = jobs[job]?.steps.find(({ uses }) => uses === `$/actions/${action}`);
  if (found === undefined) throw new Error(`${job} does not use ${action}`);
  return found;
};
const flat = (condition = ''): string => condition.replace(/\s+/g, ' ');

describe('its gates', () => {
  it.each([
    ['lint', []],
    ['test', ['lint']],
    ['scan', ['lint']],
    ['build', ['lint', 'test', 'scan']],
    ['evidence', ['build']],
    ['stage', ['build', 'evidence']],
    ['canary', ['lint', 'test', 'scan', 'build', 'evidence', 'stage']],
    ['promote', ['lint', 'test', 'scan', 'build', 'evidence', 'stage', 'canary']],
    ['rollback', ['canary', 'promote']],
    ['summary', ['lint', 'test', 'scan', 'build', 'evidence', 'stage', 'canary', 'promote', 'rollback']],
  ])('%s waits for %j', (job, needs) => expect(needsOf(jobs[job] ?? { steps: [] })).toEqual(needs));

  it('are these jobs, whose ids are the names of checks', () =>
    expect(Object.entries(jobs).map(([id, job]) => [id, job.name])).toEqual(
      ['lint', 'test', 'scan', 'build', 'evidence', 'stage', 'canary', 'promote', 'rollback', 'summary'].map((id) => [id, id]),
    ));

  it('use the action of their name, and no gate goes on by itself after a failure', () => {
    for (const gate of ['lint', 'test', 'scan', 'build', 'evidence', 'stage', 'canary', 'promote']) stepOf(gate, gate);
    const goingOn = steps.filter(([, step]) => step['continue-on-error'] !== undefined);
    for (const [, { uses }] of goingOn) expect(uses).toMatch(/^actions\/upload-artifact@/);
    expect(text.match(/continue-on-error/g)).toHaveLength(goingOn.length);
  });

  it('can be left out by name: these three and no other', () => {
    const skippable = Object.entries(jobs).flatMap(([id, job]) => (flat(job.if).includes('inputs.skip') ? [id] : []));
    expect(skippable).toEqual(['lint', 'test', 'scan']);
    for (const gate of skippable) expect(jobs[gate]?.if).toContain(`contains(format(' {0} ', inputs.skip), ' ${gate} ')`);
  });

  it('deploy on a push or by hand alone, and from the two branches', () => {
    for (const job of ['evidence', 'stage', 'canary'])
      expect(flat(jobs[job]?.if)).toContain("(github.event_name == 'push' || github.event_name == 'workflow_dispatch')");
    expect(flat(jobs['stage']?.if)).toContain("github.ref == format('refs/heads/{0}', inputs.staging-branch)");
    for (const job of ['evidence', 'canary'])
      expect(flat(jobs[job]?.if)).toContain("github.ref == format('refs/heads/{0}', inputs.production-branch)");
    expect([call.inputs['staging-branch']?.default, call.inputs['production-branch']?.default]).toEqual(['develop', 'main']);
  });

  it('stage is a gate on the way to production, whose order is asked there alone', () => {
    // Both branches share the record of staging: what develop has brought there keeps no hotfix of main away from users.
    const branch = "github.ref == format('refs/heads/{0}', inputs.production-branch)";
    expect(stepOf('stage', 'stage').with?.['order']).toBe(`\${{ ${branch} && 'any' || 'newest' }}`);
    for (const job of ['canary', 'promote']) expect(stepOf(job, job).with ?? {}).not.toHaveProperty('order');
  });

  it('canary and promote are told of every gate before them, and ask for evidence of staging', () => {
    for (const job of ['canary', 'promote']) {
      const given = stepOf(job, job).with ?? {};
      const told = String(given['gates'])
        .trim()
        .split('\n')
        .map((line) => line.split(': ')[0]);
      expect(told).toEqual(['lint', 'test', 'scan', 'build', 'stage']);
      expect(given).toMatchObject({ 'allow-skip': '${{ inputs.allow-skip }}', 'require-staging': '${{ inputs.require-staging }}' });
      expect(given['image']).toBe(
        "${{ needs.evidence.outputs.staged == 'true' && needs.evidence.outputs.image || needs.build.outputs.image }}",
      );
    }
    expect(call.inputs['require-staging']?.default).toBe(true);
  });
});

describe('the way back', () => {
  const { rollback, canary } = jobs;

  it('is a job of its own, which no approval and no other run holds up', () => {
    expect(flat(rollback?.if)).toBe("${{ always() && (contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')) }}");
    expect(rollback?.concurrency).toBeUndefined();
    expect(rollback?.environment).toBe('${{ inputs.rollback-environment }}');
    expect(rollback?.['timeout-minutes']).toBe(30);
  });

  it('is about the same canary', () => {
    const back = stepOf('rollback', 'canary').with ?? {};
    const there = stepOf('canary', 'canary').with ?? {};
    expect(back).toMatchObject({ operation: 'abort', 'only-this-run': true });
    const shared = Object.keys(back).filter((input) => !['operation', 'only-this-run', 'reason'].includes(input));
    expect(shared.map((input) => [input, back[input]])).toEqual(shared.map((input) => [input, there[input]]));
    expect(rollback?.steps.find(({ uses }) => uses === '$/actions/cluster')).toEqual(
      canary?.steps.find(({ uses }) => uses === '$/actions/cluster'),
    );
  });
});

describe('an image that is built anew, although there is one of the same tree', () => {
  it('is what is asked about, staged and deployed: the old one does not go in its place', () => {
    expect(stepOf('build', 'build').with?.['reuse']).toBe('${{ inputs.reuse }}');
    expect(stepOf('evidence', 'evidence').with).toMatchObject({
      image: '${{ needs.build.outputs.image }}',
      'other-builds': '${{ inputs.reuse }}',
    });
  });
});

describe('the builder', () => {
  const named = (name: string): Step => jobs['build']?.steps.find((step) => step.name === name) ?? {};
  const [made, away] = [named('builder'), named('builder away')];
  const folder = mkdtempSync(join(tmpdir(), 'builder-'));
  mkdirSync(join(folder, 'cli-plugins'));
  symlinkSync(builtTools()['buildx'] ?? '', join(folder, 'cli-plugins/docker-buildx'));
  afterAll(() => rmSync(folder, { recursive: true }));
  // There is no Docker here that could hold its container: the same commands, about a BuildKit elsewhere.
  const runs = ({ run: script = 'exit 9' }: Step, id: string) =>
    command(['bash', '-e', '-c', script.replace('--driver docker-container', '--driver remote tcp://127.0.0.1:1')], {
      directory: folder,
      environment: { ...process.env, DOCKER_CONFIG: folder, BUILDER: `wf-deploy-agent-${id}-1` },
    });
  const there = () => readdirSync(join(folder, 'buildx/instances'));

  it('is made anew on a machine that stays, beside what a killed run has left, and goes with its own run', async () => {
    for (const id of ['1', '2']) expect(await runs(made, id)).toMatchObject({ code: 0 });
    expect(there()).toEqual(['wf-deploy-agent-1-1', 'wf-deploy-agent-2-1']);
    expect(await runs(away, '2')).toMatchObject({ code: 0 });
    expect(there()).toEqual(['wf-deploy-agent-1-1']);
    const again = await runs(away, '2');
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^::warning::.*wf-deploy-agent-2-1/)]);
  });

  it('has the name by which the build takes it, and is removed whatever became of the build', () => {
    const name = '${{ inputs.service }}-${{ github.run_id }}-${{ github.run_attempt }}';
    for (const { env } of [made, away]) expect(env).toEqual({ BUILDER: `wf-deploy-${name}` });
    expect(stepOf('build', 'build').with?.['builder']).toBe(
      "${{ inputs.builder || format('wf-deploy-{0}-{1}-{2}', inputs.service, github.run_id, github.run_attempt) }}",
    );
    expect([made.if, away.if]).toEqual(["${{ inputs.builder == '' }}", "${{ always() && inputs.builder == '' }}"]);
    expect(jobs['build']?.steps.at(-1)).toBe(away);
  });
});

describe('what a gate has found', () => {
  it.each([
    ['lint', ['report', 'baseline-now']],
    ['test', ['report']],
    ['scan', ['report', 'sarif', 'baseline-now']],
  ])('%s keeps it as an artifact, whatever the verdict, under a name that no other attempt has', (gate, outputs) => {
    const kept = jobs[gate]?.steps.at(-1);
    expect(kept).toMatchObject({
      uses: expect.stringMatching(/^actions\/upload-artifact@/),
      if: `\${{ !cancelled() && steps.${gate}.outputs.report != '' }}`,
      with: {
        name: `${gate}-\${{ inputs.service }}-\${{ github.run_attempt }}`,
        path: outputs.map((output) => `\${{ steps.${gate}.outputs.${output} }}\n`).join(''),
      },
    });
    expect(stepOf(gate, gate).id).toBe(gate);
  });
});

describe('the way to a cluster', () => {
  const ways = steps.filter(([, { uses }]) => uses === '$/actions/cluster');

  it('is the same action in every job that deploys', () =>
    expect(ways.map(([job]) => job)).toEqual(Object.entries(jobs).flatMap(([id, job]) => (job.environment === undefined ? [] : [id]))));

  it.each(ways.map(([job, step]) => [job, step] as const))('%s gives all by which AKS is reached, and may ask for a token', (job, step) => {
    const environment = job === 'stage' ? 'staging' : 'production';
    expect(step.with).toMatchObject({
      name: `\${{ inputs.${environment}-cluster }}`,
      'azure-client-id': `\${{ inputs.${environment}-azure-client-id || inputs.azure-client-id }}`,
      ...Object.fromEntries(
        ['azure-tenant-id', 'azure-cloud', 'azure-authority', 'azure-management'].map((input) => [input, `\${{ inputs.${input} }}`]),
      ),
    });
    expect(jobs[job]?.permissions).toMatchObject({ 'id-token': 'write' });
  });

  it('is waited for no longer than the job has time: two hours at most, and ten minutes on a way back', () => {
    const waits = ways.map(([job, { with: given }]) => [job, given?.['wait-for-operation']]);
    const ofProduction = "${{ github.job == 'rollback' && inputs.wait-for-operation != '0s' && '10m' || inputs.wait-for-operation }}";
    expect(waits).toEqual([
      ['stage', '${{ inputs.wait-for-operation }}'],
      ...['canary', 'promote', 'rollback'].map((job) => [job, ofProduction]),
    ]);
    expect(jobs['stage']?.['timeout-minutes']).toBe("${{ inputs.wait-for-operation == '0s' && 60 || 180 }}");
    for (const input of ['canary-timeout-minutes', 'wait-for-operation'])
      expect(call.inputs[input]?.description).toMatch(/wait-for-operation|way back waits for 10m/);
  });

  it('has room for the rollout where that is asked for, and a way back does not ask', () => {
    const rooms = ways.map(([job, { with: given }]) => [job, given?.['room']]);
    const ofProduction = "${{ github.job != 'rollback' && inputs.production-room || '' }}";
    expect(rooms).toEqual([
      ['stage', '${{ inputs.staging-room }}'],
      ...['canary', 'promote', 'rollback'].map((job) => [job, ofProduction]),
    ]);
  });

  it('says the namespace to whatever comes behind it', () => {
    const behind = own.filter(([, { with: given }]) => given?.['environment'] !== undefined);
    expect(behind.map(([job, { with: given }]) => [job, given?.['namespace']])).toEqual(
      ways.map(([job, { id, with: given }]) => [
        job,
        `\${{ ${String(given?.['namespace']).replace(/^\$\{\{ | \}\}$/g, '')} || steps.${id}.outputs.namespace }}`,
      ]),
    );
  });
});

describe('what renders manifests', () => {
  const rendering = steps.filter(([, step]) => step.name === 'render');

  it('runs right behind the checkout of what deploys, where nothing has given access yet, and not on the way back', () => {
    expect(rendering.map(([job]) => job)).toEqual(['stage', 'canary', 'promote']);
    for (const [job] of rendering) expect(jobs[job]?.steps[1]).toBe(rendering.find(([of]) => of === job)?.[1]);
    for (const [job, { env, if: when }] of rendering) {
      const environment = job === 'stage' ? 'staging' : 'production';
      expect([when, env]).toEqual([
        "${{ inputs.render != '' }}",
        { RENDER: '${{ inputs.render }}', ENVIRONMENT: `\${{ inputs.${environment}-environment }}` },
      ]);
    }
  });

  it('makes files of the workspace, knows the environment, and fails in the middle of a pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'render-'));
    const render = (script: string) =>
      command(['bash', '-e', '-c', rendering[0]?.[1].run ?? ''], {
        directory: folder,
        environment: { ...process.env, RENDER: script, ENVIRONMENT: 'staging' },
      });
    expect((await render('mkdir out; echo "kind: $ENVIRONMENT" > "out/$ENVIRONMENT.yaml"')).code).toBe(0);
    expect(readFileSync(join(folder, 'out/staging.yaml'), 'utf8')).toBe('kind: staging\n');
    for (const script of ['false | cat > out.yaml', 'echo "$NOT_SET" > out.yaml', 'false; true'])
      expect((await render(script)).code).not.toBe(0);
    rmSync(folder, { recursive: true });
  });
});

describe('what it uses', () => {
  const foreign: Readonly<Record<string, string>> = {
    'actions/checkout': '08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0',
    'actions/setup-python': 'e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0',
    'actions/setup-node': '2028fbc5c25fe9cf00d9f06a71cc4710d4507903 # v6.0.0',
    'actions/setup-go': '44694675825211faa026b3c33043df3e48a5fa00 # v6.0.0',
    'actions/upload-artifact': 'b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0',
  };

  it('is its own commit’s actions, and five others by their whole commit', () => {
    const used = [...text.matchAll(/uses: (.+)$/gm)].map(([, uses = '']) => uses).filter((uses) => !uses.startsWith('$/actions/'));
    for (const uses of used) {
      const [action = '', commit] = uses.split('@');
      expect([action, commit]).toEqual([action, foreign[action]]);
    }
    expect(new Set(used.map((uses) => uses.split('@')[0]))).toEqual(new Set(Object.keys(foreign)));
  });

  it.each(own.map(([job, step]) => [job, step.uses ?? '', step] as const))(
    '%s gives %s inputs that it has, all required ones',
    (_, __, step) => {
      const action = actionOf(step);
      const known = action?.inputs.map((input) => input.name) ?? [];
      expect(Object.keys(step.with ?? {}).filter((input) => !known.includes(input))).toEqual([]);
      const operates = step.with?.['operation'] !== undefined;
      const needed = action?.inputs.filter((input) => input.required && !(operates && input.name === 'image')) ?? [];
      expect(needed.filter((input) => !(input.name in (step.with ?? {})))).toEqual([]);
    },
  );

  it('keeps no credentials, and writes nothing foreign into a script', () => {
    for (const [, step] of steps) {
      if (step.uses?.startsWith('actions/checkout@') === true) expect(step.with?.['persist-credentials']).toBe(false);
      if (step.run !== undefined) expect(step.run).not.toContain('${{');
    }
  });
});

describe('its inputs', () => {
  const used = new Set([...text.matchAll(/\binputs\.([a-z0-9-]+)/g)].map(([, input]) => input));

  it('are used, and what is used is there', () => {
    expect([...used].toSorted()).toEqual(Object.keys(call.inputs).toSorted());
    const secrets = new Set([...text.matchAll(/\bsecrets\.([A-Z_]+)/g)].map(([, secret]) => secret));
    expect([...secrets].toSorted()).toEqual(Object.keys(call.secrets).toSorted());
  });

  /** On purpose: there is no Trivy on the machines that GitHub lends, and reports have a name that the starters use. */
  const otherwise: Readonly<Record<string, string>> = { trivy: 'pinned', junit: 'report.xml', coverage: 'coverage.xml' };
  /** Not required here, because the action is not always run, or the workflow says otherwise what it is about. */
  const open = ['image', 'test-command'];

  it('mean by their defaults what the actions mean', () => {
    for (const [job, step] of own) {
      for (const [to, value] of Object.entries(step.with ?? {})) {
        const [, from = ''] = /^\$\{\{ inputs\.([a-z0-9-]+) \}\}$/.exec(String(value)) ?? [];
        const input = call.inputs[from];
        if (input === undefined || open.includes(from) || input.required === true) continue;
        const theirs = actionOf(step)?.inputs.find((each) => each.name === to)?.default ?? '';
        // The environment that is staged to is named to actions that have no default for their own.
        if (from === 'require-staging' || to === 'environment') continue;
        expect([job, from, String(input.default)]).toEqual([job, from, otherwise[from] ?? theirs]);
      }
    }
  });

  it('are described, outputs and secrets too', () => {
    for (const { description } of [...Object.values(call.inputs), ...Object.values(call.secrets), ...Object.values(call.outputs)])
      expect(description).toMatch(/^.{8,160}$/);
  });

  it('cannot all be empty where a run would then do nothing', () =>
    expect(Object.entries(call.inputs).flatMap(([input, { required }]) => (required === true ? [input] : []))).toEqual(['service']));
});

describe('what an action has and the workflow does not', () => {
  const guide = readFileSync(join(root, 'docs/guides/pipeline.md'), 'utf8');
  const listed = (action: string): readonly string[] => {
    const [, list = ''] = new RegExp(`\\nInputs of \\[${action}\\][^:]*:\\n(.*?)\\n\\n`, 's').exec(guide) ?? [];
    return [...list.matchAll(/`([a-z-]+)`/g)].map(([, input = '']) => input);
  };
  /** Given by the step that opens the cluster, or about something else than a release. */
  const elsewhere = ['kubeconfig', 'context', 'operation', 'only-this-run', 'to-revision'];
  const given = new Set(Object.keys(stepOf('canary', 'canary').with ?? {}));

  it.each(['canary', 'stage'])('is named in the guide: these inputs of %s, and no others', (name) => {
    const known = actions.find((action) => action.name === name)?.inputs.map((input) => input.name) ?? [];
    const there = stepOf(name, name).with ?? {};
    expect(listed(name).toSorted()).toEqual(known.filter((input) => !(input in there) && !elsewhere.includes(input)).toSorted());
  });

  it('is the same of promote: it is given whatever it shares with canary', () => {
    const known = actions.find(({ name: action }) => action === 'promote')?.inputs.map((input) => input.name) ?? [];
    const promoted = stepOf('promote', 'promote').with ?? {};
    expect(known.filter((input) => given.has(input) && !(input in promoted))).toEqual([]);
  });
});

describe('its outputs', () => {
  it('are there, in jobs that come before', () => {
    for (const [said, kind, from = '', output = ''] of text.matchAll(/\b(steps|needs|jobs)\.(\w+)\.outputs\.([\w-]+)/g)) {
      const there =
        kind === 'steps'
          ? actions.find((action) => action.name === from)?.outputs.map((each) => each.name)
          : Object.keys(jobs[from]?.outputs ?? {});
      expect([said, there]).toEqual([said, expect.arrayContaining([output])]);
    }
    for (const [id, job] of Object.entries(jobs)) {
      const asked = [...JSON.stringify(job).matchAll(/\bneeds\.(\w+)\./g)].map(([, from = '']) => from);
      expect([id, asked.filter((from) => !needsOf(job).includes(from))]).toEqual([id, []]);
    }
  });
});

/** One label, or a JSON list of them. */
const runsOn = (labels: string): string => `\${{ startsWith(${labels}, '[') && fromJSON(${labels}) || ${labels} }}`;

it.each(['deploy.yml', 'rollback.yml'])('%s runs on one label or on a list', (file) => {
  for (const job of Object.values(readWorkflow(file).jobs)) expect(job['runs-on']).toBe(runsOn('inputs.runs-on'));
});

describe('its machines', () => {
  it.each(Object.entries(jobs))('%s has an end and a place', (_, job) => {
    const minutes = job['timeout-minutes'];
    expect(
      typeof minutes === 'number'
        ? minutes > 0
        : /^\$\{\{ inputs\.(canary-timeout-minutes|test-timeout-minutes <=|wait-for-operation ==) ?.*\}\}$/.test(minutes ?? ''),
    ).toBe(true);
    expect(job['runs-on']).toBe(runsOn(job.environment === undefined ? 'inputs.runs-on' : 'inputs.deploy-runs-on || inputs.runs-on'));
  });

  it('end the tests before their job ends, so that there is a report of them', () => {
    const said = String(jobs['test']?.['timeout-minutes']);
    const steps = [...said.matchAll(/test-timeout-minutes <= (\d+) && (\d+) \|\|/g)].map(
      ([, upTo, limit]) => [Number(upTo), Number(limit)] as const,
    );
    const last = Number(/\|\| (\d+) \}\}$/.exec(said)?.[1]);
    const limitOf = (minutes: number): number => steps.find(([upTo]) => minutes <= upTo)?.[1] ?? last;
    expect(stepOf('test', 'test').with?.['timeout']).toBe('${{ inputs.test-timeout-minutes }}m');
    for (const minutes of [1, 59, 60, 61, 330, 331, 1000]) expect(limitOf(minutes)).toBeGreaterThanOrEqual(minutes + 30);
    expect(steps.length).toBe(2);
  });

  it('stand in line where they deploy, by environment and service', () => {
    const lines = Object.entries(jobs).flatMap(([id, { concurrency }]) => (concurrency === undefined ? [] : [[id, concurrency] as const]));
    expect(lines.map(([id]) => id)).toEqual(['stage', 'canary', 'promote']);
    for (const [, line] of lines) expect(line).toMatchObject({ 'cancel-in-progress': false, queue: 'max' });
    const groups = lines.map(([, line]) => line['group']);
    expect(groups[1]).toBe(groups[2]);
    expect(groups[0]).not.toBe(groups[1]);
  });

  it('give the tests databases that were asked whether they are ready, on the ports that their addresses name', () => {
    const { postgres, redis } = jobs['test']?.services ?? {};
    expect(postgres).toMatchObject({ image: '${{ inputs.postgres-image }}', ports: ['5432:5432'] });
    expect(redis).toMatchObject({ image: '${{ inputs.redis-image }}', ports: ['6379:6379'] });
    expect(postgres?.options).toContain('--health-cmd pg_isready');
    expect(redis?.options).toContain('--health-cmd "redis-cli ping"');
    expect(stepOf('test', 'test').env).toEqual({
      DATABASE_URL: 'postgresql://postgres:postgres@127.0.0.1:5432/test',
      REDIS_URL: 'redis://127.0.0.1:6379/0',
    });
  });
});

it('the guide shows the starter that there is', () => {
  const guide = readFileSync(join(root, 'docs/guides/pipeline.md'), 'utf8');
  const starter = readFileSync(join(root, 'examples/workflows/pipeline.yml'), 'utf8').trimEnd();
  expect(guide).toContain(`\`\`\`yaml\n${starter}\n\`\`\``);
  expect(starter.split('\n').length).toBeLessThanOrEqual(20);
});
