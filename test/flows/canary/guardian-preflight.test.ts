import { describe, expect, it } from '@jest/globals';
import { otherPolicies, otherPoliciesOfCluster } from '../../../src/domain/guardian/egress.ts';
import { EndpointSlice, Job, NetworkPolicy } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Findings } from '../../../src/domain/rollout/problem.ts';
import { Failure } from '../../../src/failure.ts';
import { guardianFindings } from '../../../src/flows/canary/guardian-preflight.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { planOf, type Shop, shop } from './shop.ts';

const pinned = `registry.example.com/library/node@sha256:${'1'.repeat(64)}`;

async function find(on: Shop, inputs: Readonly<Record<string, string>> = {}, quotas: readonly KubernetesObject[] = []): Promise<Findings> {
  const policies = await on.world.cluster.list(NetworkPolicy, app.namespace);
  const plan = planOf({ guardian: 'true', 'guardian-image': pinned, ...inputs });
  return await on.clock.until(guardianFindings(on.world, plan, { app, quotas, policies }));
}

const quota = (hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small' },
  spec: { hard },
  status: { hard, used },
});

const refused = (message: string): Failure => new Failure('CLUSTER_REFUSED', message, 'See.');

describe('the preflight of a guardian', () => {
  it('rehearses the making of its Job, and writes nothing', async () => {
    const on = shop();
    expect(await find(on)).toEqual({ problems: [], warnings: [] });
    const tries = on.cluster.calls.filter(({ kind }) => kind === 'Job');
    expect(tries).toMatchObject([{ verb: 'create', write: { dryRun: true, object: { spec: { suspend: true } } } }]);
    expect(on.cluster.find(Job, 'wf-deploy-guardian-agent')).toBeUndefined();
  });

  it('says what rule of the cluster keeps its Job out, and how to go on without it', async () => {
    const on = shop();
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? refused('Cannot create Job: denied request: every Job needs a team.') : undefined);
    const { problems } = await find(on);
    expect(problems).toEqual([
      {
        what: 'The guardian cannot be made here. Cannot create Job: denied request: every Job needs a team.',
        remedy: expect.stringMatching(/^Make that rule let its Job in, or set `guardian: false`: then .*\.$/),
      },
    ]);
  });

  it('takes the Job of an earlier run for no refusal, and no answer for no finding', async () => {
    const on = shop();
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? new Failure('CLUSTER_CONFLICT', 'It is there already.', 'See.') : undefined);
    expect((await find(on)).problems).toEqual([]);
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? unreachable() : undefined);
    await expect(find(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });

  it('does not try what may not be done anyway: the permission is the problem', async () => {
    const on = shop();
    on.cluster.allows = ({ spec }) => (spec as { resourceAttributes: { resource: string } }).resourceAttributes.resource !== 'jobs';
    const { problems } = await find(on);
    expect(problems.map(({ what }) => what)).toEqual([expect.stringMatching(/^The guardian cannot be made: create jobs /)]);
    expect(on.cluster.calls.filter(({ kind }) => kind === 'Job')).toEqual([]);
  });

  it('counts its pod against the quotas', async () => {
    const on = shop();
    const { problems } = await find(on, {}, [quota({ pods: '4' }, { pods: '4' })]);
    expect(problems.map(({ what }) => what)).toEqual([
      'ResourceQuota small, pods: hard 4, used 4, needed 1 more for 1 pod of the guardian.',
    ]);
    expect((await find(on, {}, [quota({ pods: '5' }, { pods: '4' })])).problems).toEqual([]);
  });

  it.each(['docker.io/library/node:24-slim', 'registry.example.com:5000/node:24', `node:24@sha256:${'2'.repeat(64)}`])(
    'warns of an image that is not given by digest: %s',
    async (image) => {
      const { problems, warnings } = await find(shop(), { 'guardian-image': image });
      expect(problems).toEqual([]);
      expect(warnings.map(({ what }) => what)).toEqual(
        image.includes('@')
          ? []
          : [
              `The guardian's image ${image} is not given by digest: whoever moves its tag decides what runs with the right to write the route and stable.`,
            ],
      );
      expect(warnings.every(({ remedy }) => remedy.includes(`inspect ${image}\``))).toBe(true);
    },
  );

  it('goes by the ports of the API server, and does without them where they may not be read', async () => {
    const on = shop();
    on.cluster.put(NetworkPolicy, {
      apiVersion: NetworkPolicy.apiVersion,
      kind: NetworkPolicy.kind,
      metadata: { name: 'deny', namespace: 'shop' },
      spec: { podSelector: {}, policyTypes: ['Egress'] },
    });
    const labels = { 'kubernetes.io/service-name': 'kubernetes' };
    on.cluster.put(EndpointSlice, {
      apiVersion: EndpointSlice.apiVersion,
      kind: EndpointSlice.kind,
      metadata: { name: 'kubernetes', namespace: 'default', labels },
      ports: [{ port: 16443 }],
    });
    expect((await find(on)).problems).toMatchObject([{ yaml: expect.stringContaining('port: 16443') }]);
    on.cluster.failing = ({ kind }) => (kind === 'EndpointSlice' || kind === 'Service' ? forbidden() : undefined);
    expect((await find(on)).problems).toMatchObject([{ yaml: expect.stringContaining('port: 6443') }]);
  });

  it('says that policies of other kinds were not read, where there are any', async () => {
    const on = shop();
    const [cilium] = otherPolicies;
    const [, , admin] = otherPoliciesOfCluster;
    on.cluster.put(cilium, { apiVersion: cilium.apiVersion, kind: cilium.kind, metadata: { name: 'deny', namespace: 'shop' } });
    on.cluster.put(admin, { apiVersion: admin.apiVersion, kind: admin.kind, metadata: { name: 'all' } });
    expect((await find(on)).warnings.map(({ what }) => what)).toEqual([
      'Not checked: whether policies of other kinds let the guardian reach the API server (CiliumNetworkPolicy deny, AdminNetworkPolicy all).',
    ]);
  });

  describe('where policies of other kinds may not be listed', () => {
    const [cilium] = otherPolicies;
    const [clusterwide] = otherPoliciesOfCluster;
    /** No right to anything but to what a run with a guardian asks for; these kinds are installed. */
    function narrow(kinds: World['discovery']['kinds']): Shop {
      const on = shop();
      const others = [...otherPolicies, ...otherPoliciesOfCluster].map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
      on.cluster.list = async (kind) => {
        if (others.includes(`${kind.apiVersion} ${kind.kind}`)) throw forbidden();
        return await Promise.resolve([]);
      };
      return { ...on, world: { ...on.world, discovery: { kinds } } };
    }
    const installed = (version: string, ...kinds: readonly Kind[]) =>
      narrow((apiVersion) => Promise.resolve(apiVersion === version ? kinds.map((kind) => ({ kind, namespaced: true })) : []));
    const unseen = 'Not checked for lack of permission: whether policies of other kinds cut the guardian off from the API server';

    it('says so of those that are installed, with the whole Role that shows them', async () => {
      const { problems, warnings } = await find(installed(cilium.apiVersion, cilium, clusterwide));
      expect(problems).toEqual([]);
      expect(warnings).toEqual([
        {
          what: `${unseen} (CiliumNetworkPolicy of cilium.io, CiliumClusterwideNetworkPolicy of cilium.io).`,
          remedy: expect.stringMatching(/Grant this to have it checked as well:$/),
          yaml: expect.stringMatching(
            /kind: Role\n[\s\S]*- jobs[\s\S]*- ciliumnetworkpolicies[\s\S]*kind: ClusterRole\n[\s\S]*- ciliumclusterwidenetworkpolicies/,
          ),
        },
      ]);
    });

    it('says nothing where none of them is installed: everybody is refused who asks for a kind without a right to it', async () => {
      expect(await find(installed('v1'))).toEqual({ problems: [], warnings: [] });
    });

    it('takes no word about the kinds for no word about their absence', async () => {
      const { warnings } = await find(narrow(() => Promise.reject(forbidden())));
      expect(warnings.map(({ what }) => what)).toEqual([
        expect.stringMatching(/^Not checked .*AdminNetworkPolicy of policy\.networking\.k8s\.io/),
      ]);
      await expect(find(narrow(() => Promise.reject(unreachable())))).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    });

    it('has one Role for everything that is lacking, so that applying it takes nothing away', async () => {
      const on = installed(cilium.apiVersion, cilium);
      on.cluster.allows = ({ spec }) =>
        (spec as { resourceAttributes: { resource: string } }).resourceAttributes.resource !== NetworkPolicy.resource;
      const { warnings } = await find(on);
      expect(warnings.map(({ what }) => what)).toEqual([
        'Not checked for lack of permission: whether a NetworkPolicy cuts the guardian off from the API server.',
        `${unseen} (CiliumNetworkPolicy of cilium.io).`,
      ]);
      expect(new Set(warnings.map(({ yaml }) => yaml)).size).toBe(1);
      expect(warnings[0]?.yaml).toMatch(/- networkpolicies[\s\S]*- ciliumnetworkpolicies/);
    });
  });

  it('asks nothing where no guardian is wanted', async () => {
    const on = shop();
    const found = { app, quotas: [quota({ pods: '4' }, { pods: '4' })], policies: [] };
    expect(await guardianFindings(on.world, planOf({ guardian: 'false' }), found)).toEqual({ problems: [], warnings: [] });
    expect(on.cluster.calls).toEqual([]);
  });
});
