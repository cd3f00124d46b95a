import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { dyingAfter } from '../dying-after.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import type { Stage } from '../stand-ins.ts';
import { failureOf } from './failure-of.ts';
import { backWish, next, old, pair, run, servedAlways, sick, standing, wish } from './pair.ts';

const key = 'wf-deploy.io/blue-green';
const leaseOf = ({ cluster }: Stage) => cluster.find(Lease, leaseName('agent')) as KubernetesObject;
const plan = wish({ watch: '60s' });
/** What serves: a lock may be taken and given away. */
const written = ({ cluster }: Stage) => cluster.writes().filter((each) => /Deployment|Ingress/.test(each));

/** A run died while it watched, and then somebody edited its record. */
async function edited(change: (text: string) => string): Promise<Stage> {
  const on = pair({ holder: 'run-1' });
  void executeBlueGreen(plan, { ...on.world, cluster: dyingAfter(on.cluster, 7) });
  await on.clock.pass(400);
  const lease = leaseOf(on);
  const { annotations = {} } = lease.metadata;
  expect(annotations[key]).toContain('"phase":"watching"');
  on.cluster.put(Lease, {
    ...lease,
    metadata: { ...lease.metadata, annotations: { ...annotations, [key]: change(annotations[key] ?? '') } },
  });
  return on;
}

describe('the record of a run that died while it watched', () => {
  it('is read where it is of the first versions, and taken back as ever', async () => {
    const on = await edited((text) => {
      const { operation: _operation, serving: _serving, ...first } = JSON.parse(text) as Record<string, unknown>;
      return JSON.stringify(first);
    });
    const result = await run(pair({ holder: 'run-2' }, on), plan);
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    // Not simply found there: taken back, brought again and watched to its end.
    expect(result.asked).toContainEqual(expect.stringContaining('watched for 1m'));
    expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
  });

  it.each(['{', '{"phase":"flying"}', ''])('stops every deployment where it is `%s`: not known is not none', async (text) => {
    const on = await edited(() => text);
    const writes = written(on).length;
    for (const image of [next, `agent@sha256:${'5'.repeat(64)}`]) {
      const { code, what } = await failureOf(run(pair({ holder: 'run-2' }, on), wish({ image })));
      expect([code, what]).toEqual([
        'PREFLIGHT_FAILED',
        expect.stringContaining(`The annotation ${key} of the service's Lease cannot be read`),
      ]);
    }
    expect(written(on)).toHaveLength(writes);
  });

  it('stops no rollback where it cannot be read, which says so and writes it anew', async () => {
    const on = await edited(() => '{');
    const result = await run(pair({ holder: 'run-2' }, on), backWish());
    expect(result).toMatchObject({ outcome: 'rolled-back', live: 'blue', held: [next.split('@')[1]] });
    expect(result.warnings).toContainEqual(expect.stringContaining('cannot be read'));
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × next');
    expect(readLease(leaseOf(on)).blueGreen).toMatchObject({ phase: 'resting', operation: 'rollback' });
  });
});

describe('a colour that Argo CD has in Git too', () => {
  const owned = (): Stage => {
    const on = pair();
    const text = JSON.stringify(on.cluster.find(Deployment, 'agent-green'));
    on.cluster.put(
      Deployment,
      JSON.parse(text.replace('"uid":"green-uid"', '"labels":{"argocd.argoproj.io/instance":"shop"}')) as KubernetesObject,
    );
    return on;
  };

  it('is refused, and the refusal says how it is accepted', async () => {
    const { code, what } = await failureOf(run(owned(), plan));
    expect(code).toBe('PREFLIGHT_FAILED');
    expect(what).toContain('Deployment agent-green belongs to Argo CD (shop).');
    expect(what).toContain('Set `gitops: accept` after this:');
  });

  it.each([
    ['accepted', () => wish({ watch: '60s', gitops: 'accept' }), 'promoted'],
    ['gone back to', () => backWish({ force: 'true' }), 'rolled-back'],
  ])('is only told of where it is %s: nothing asks for what was given', async (_, wanted, outcome) => {
    const on = owned();
    const result = await run(on, wanted());
    expect(result).toMatchObject({ outcome });
    const [told = ''] = result.warnings.filter((warning) => warning.includes('belongs to Argo CD'));
    expect(told).toContain('add to the Application');
    expect(told).not.toContain('gitops: accept');
  });
});

describe('a rollback asks for nothing that it does not need', () => {
  const deployed = async (): Promise<Stage> => {
    const on = pair();
    await run(on);
    return on;
  };
  const back = (on: Stage) => run(pair({ holder: 'run-2' }, on), backWish({ reason: 'it hurts' }));
  const went = { outcome: 'rolled-back', live: 'blue' };
  const after = 'agent-blue; blue 2 × old, green 0 × next';

  it.each([
    ['is gone', (on: Stage) => on.cluster.remove(Service, 'agent-green'), 'Service agent-green is not there'],
    [
      'selects nothing of it',
      (on: Stage) => {
        const service = JSON.stringify(on.cluster.find(Service, 'agent-green')).replace('"version":"green"', '"version":"none"');
        on.cluster.put(Service, JSON.parse(service) as KubernetesObject);
      },
      'Service agent-green does not select the pods',
    ],
  ])('the Service of the bad colour %s: a warning', async (_, happens, says) => {
    const on = await deployed();
    happens(on);
    const result = await back(on);
    expect(result).toMatchObject(went);
    expect(result.warnings).toContainEqual(expect.stringContaining(says));
    expect(standing(on)).toBe(after);
  });

  it('the Service of the colour that is gone to is needed', async () => {
    const on = await deployed();
    on.cluster.remove(Service, 'agent-blue');
    expect(await failureOf(back(on))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining('Service agent-blue is not there'),
    });
  });

  it('pods that may not be listed are not looked at, and the Deployment is believed', async () => {
    const on = await deployed();
    const denies = ({ verb, kind }: { readonly verb: string; readonly kind: string }): boolean =>
      kind === 'Pod' && ['list', 'watch'].includes(verb);
    on.cluster.failing = (call) => (denies(call) ? forbidden() : undefined);
    on.cluster.allows = (review) => !JSON.stringify(review).includes('"resource":"pods"');
    const broken = servedAlways(on);
    const result = await back(on);
    expect(result).toMatchObject(went);
    expect(result.warnings).toContainEqual(expect.stringContaining('Not looked at: the pods of agent-blue'));
    expect(result.warnings).toContainEqual(expect.stringContaining('Not checked for lack of permission: list pods'));
    expect([standing(on), broken()]).toEqual([after, []]);
    expect(await failureOf(run(pair({ holder: 'run-3' }, on), wish({ image: `agent@sha256:${'5'.repeat(64)}` })))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining('list pods'),
    });
  });

  it('and waits for a colour all the same whose pods it may not see', async () => {
    const on = await deployed();
    const blue = on.cluster.find(Deployment, 'agent-blue') as KubernetesObject;
    on.cluster.put(Deployment, JSON.parse(JSON.stringify(blue).replaceAll(old, sick)) as KubernetesObject);
    on.cluster.failing = ({ verb, kind }) => (kind === 'Pod' && ['list', 'watch'].includes(verb) ? forbidden() : undefined);
    expect(await back(on)).toMatchObject({ outcome: 'aborted', live: 'green', code: 'ROLLOUT_TIMED_OUT' });
    expect(standing(on)).toMatch(/^agent-green/);
  });

  it.each(['list ingresses', 'get services', 'watch ingresses', 'create leases'])('no right to %s: a warning', async (right) => {
    const [verb, resource] = right.split(' ');
    const on = await deployed();
    on.cluster.allows = (review) => {
      const { resourceAttributes: asked } = review['spec'] as {
        readonly resourceAttributes: { readonly verb: string; readonly resource: string };
      };
      return !(asked.verb === verb && asked.resource === resource);
    };
    if (right === 'get services')
      on.cluster.failing = ({ verb: does, kind }) => (does === 'get' && kind === 'Service' ? forbidden() : undefined);
    const result = await back(on);
    expect(result).toMatchObject(went);
    expect(result.warnings).toContainEqual(expect.stringContaining(`Not checked for lack of permission: ${right}`));
    expect(result.warnings.join()).not.toContain('is not there');
  });
});
