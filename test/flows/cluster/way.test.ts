import { describe, expect, it } from '@jest/globals';
import type { AksPlace } from '../../../src/domain/fleet/aks-place.ts';
import { azureClouds } from '../../../src/domain/fleet/azure-cloud.ts';
import { parseClusters } from '../../../src/domain/fleet/named-cluster.ts';
import { Failure } from '../../../src/failure.ts';
import { parseClusterInputs } from '../../../src/flows/cluster/inputs.ts';
import { unreached, wayTo } from '../../../src/flows/cluster/way.ts';
import type { ManagedCluster } from '../../../src/ports/managed-clusters.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { rawInputs } from '../raw-inputs.ts';
import { stage } from '../stand-ins.ts';

const guid = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const aks = `/subscriptions/${guid}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c`;
const who = { 'azure-client-id': guid, 'azure-tenant-id': guid };
const sound: ManagedCluster = { provisioningState: 'Succeeded', running: true, reachable: 'from-anywhere', pools: [] };
const busy: ManagedCluster = { ...sound, pools: [{ name: 'apps', provisioningState: 'Upgrading', nodes: 1, most: 1 }] };

interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  /** The entry of the file. */
  readonly entry?: object;
  readonly states?: readonly ManagedCluster[];
  readonly signal?: AbortSignal;
}

async function way({ inputs = {}, entry, states = [sound], signal = new AbortController().signal }: Given) {
  const { world, lines } = stage({});
  let now = 0;
  const clock = {
    ...world.clock,
    monotonic: () => now,
    sleep: (seconds: number) => {
      now += seconds;
      return Promise.resolve();
    },
  };
  const { plan } = parseClusterInputs(rawInputs({ ...who, ...(entry === undefined ? { aks } : { name: 'a' }), ...inputs }));
  const clusters = entry === undefined ? undefined : parseClusters([{ clusters: [{ name: 'a', environment: 'e', ...entry }] }]);
  const places: AksPlace[] = [];
  const managed = {
    describe: (place: AksPlace) => {
      places.push(place);
      return Promise.resolve(states[Math.min(places.length, states.length) - 1] ?? sound);
    },
    kubeconfig: () => Promise.resolve('kube'),
  };
  const result = await wayTo(
    plan,
    clusters?.ok === true ? clusters.value[0] : undefined,
    { ...world, clock, kubeconfig: '', managed },
    signal,
  );
  return { result, places, lines, waited: now };
}

describe('wayTo', () => {
  it.each<readonly [string, Given, keyof typeof azureClouds]>([
    ['the public cloud when nothing is said', {}, 'public'],
    ['the cloud of the file', { entry: { aks, 'azure-cloud': 'china' } }, 'china'],
    ['an input before the file', { entry: { aks, 'azure-cloud': 'china' }, inputs: { 'azure-cloud': 'us-government' } }, 'us-government'],
  ])('%s', async (_, given, cloud) => {
    const { places } = await way(given);
    expect(places[0]?.cloud).toEqual(azureClouds[cloud]);
  });

  it('a cloud of its own takes the tokens that the public one takes', async () => {
    const inputs = { 'azure-authority': 'https://login.local', 'azure-management': 'https://management.local' };
    expect((await way({ inputs })).places[0]?.cloud).toEqual({
      authority: 'https://login.local',
      management: 'https://management.local',
      audience: 'api://AzureADTokenExchange',
    });
  });

  it('waits until an operation is over', async () => {
    const { result, places, lines } = await way({ inputs: { 'wait-for-operation': '20m' }, states: [busy, busy, sound] });
    expect(places).toHaveLength(3);
    expect(result).toEqual({ kubeconfig: 'kube', managed: sound });
    expect(lines.filter((line) => line.includes('node pool apps is Upgrading'))).toHaveLength(1);
  });

  it('no longer than was said, and leaves the word to the checks', async () => {
    const { result, places, waited } = await way({ inputs: { 'wait-for-operation': '40s' }, states: [busy] });
    expect([places.length, waited]).toEqual([4, 40]);
    expect(result.managed).toEqual(busy);
  });

  it('does not wait by default', async () => expect((await way({ states: [busy] })).places).toHaveLength(1));

  it('a cancel ends the waiting', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(way({ inputs: { 'wait-for-operation': '20m' }, states: [busy], signal })).rejects.toThrow('cancelled');
  });
});

describe('unreached', () => {
  const failure = new Failure('CLUSTER_UNREACHABLE', 'no answer', 'look');
  it.each([
    ['from-inside', 'private cluster', 'runs-on: [self-hosted, LABEL]'],
    ['from-listed-addresses', 'listed addresses', 'authorised ranges'],
  ] as const)('%s: one sentence, and the ways out', (reachable, what, remedy) => {
    const told = unreached(failure, { kubeconfig: '', managed: { ...sound, reachable } }, 'host:443');
    expect(told).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      what: expect.stringContaining(what),
      remedy: expect.stringContaining(remedy),
    });
    expect((told as Failure).what).toContain('host:443');
  });

  it('says nothing else of others', async () => {
    expect(unreached(failure, { kubeconfig: '', managed: sound }, 'h')).toBe(failure);
    expect(unreached(failure, { kubeconfig: '', managed: undefined }, 'h')).toBe(failure);
    const forbidden = await failureOf(Promise.reject(new Failure('CLUSTER_FORBIDDEN', 'no', 'ask')));
    expect(unreached(forbidden, { kubeconfig: '', managed: { ...sound, reachable: 'from-inside' } }, 'h')).toBe(forbidden);
  });
});
