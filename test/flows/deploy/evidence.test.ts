import { describe, expect, it } from '@jest/globals';
import { reportDeploy } from '../../../src/flows/deploy/report.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { commit, forgeDown, memoryForge } from '../lineage/forge.ts';
import { type FleetShop, fleetShop, image, released, releaseText, running, writesOf } from './fleet-shop.ts';

const services = ['auth', 'agent'];
const release = (version: number) => releaseText({ services: services.map((name) => ({ name, version })) });
const staging = { 'github-token': 't', environment: 'staging' };
const production = { 'github-token': 't', environment: 'production', 'require-staging': 'true' };
const on = (forge = memoryForge()): FleetShop => fleetShop({ services, forge, commit: commit(3) });

/** A forge of whose records those of some services are missing, as if they had never been staged. */
async function staged(...without: readonly string[]) {
  const forge = memoryForge();
  await released(on(forge), { ...staging, release: release(2) });
  const kept = forge.records.filter(({ service }) => !without.includes(service));
  forge.records.splice(0, forge.records.length, ...kept);
  return forge;
}

describe('a release that everything came of', () => {
  it('is on record service by service, by digest', async () => {
    const forge = memoryForge();
    const shop = on(forge);
    const result = await released(shop, { ...staging, release: release(2) });
    expect(forge.records.map(({ service, image: brought, state, environment }) => [service, brought, state, environment])).toEqual(
      services.map((name) => [name, image(name, 2), 'success', 'staging']),
    );
    expect(reportDeploy(result).summary).toContain('On record with GitHub: success of');
  });

  it('is a success where it could not be put on record, and the next run puts it there', async () => {
    const forge = memoryForge();
    forge.failing = (what) => (what.startsWith('record') ? forgeDown() : undefined);
    const shop = on(forge);
    const result = await released(shop, { ...staging, release: release(2) });
    expect(result).toMatchObject({ outcome: 'promoted', lineage: expect.arrayContaining([expect.stringMatching(/^Not on record/)]) });
    forge.failing = () => undefined;
    await released(shop, { ...staging, release: release(2) });
    expect(forge.records).toMatchObject(services.map((name) => ({ service: name, state: 'success' })));
  });
});

it('one that went back leaves no record', async () => {
  const forge = memoryForge();
  expect(await released(on(forge), { ...staging, release: release(3) })).toMatchObject({ outcome: 'rolled-back' });
  expect(forge.records).toEqual([]);
});

describe('with `require-staging`', () => {
  it('goes on with what passed, and says so', async () => {
    const shop = on(await staged());
    const { outcome, lineage } = await released(shop, { ...production, release: release(2) });
    expect([outcome, lineage.slice(0, 2)]).toEqual(['promoted', services.map(() => expect.stringContaining('This digest passed'))]);
  });

  it('starts nothing where one of the services has not passed, and names it', async () => {
    const shop = on(await staged('agent'));
    const failure = await failureOf(released(shop, { ...production, release: release(2) }));
    expect(failure).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining(`agent: ${image('agent', 2)} passed staging`),
    });
    expect(failure.what).not.toContain('auth:');
    expect([running(shop)['only'], writesOf(shop.clusters['only'])]).toEqual([{ auth: 1, agent: 1 }, []]);
  });

  it('asks nothing about what runs already', async () => {
    const shop = on(await staged());
    expect(await released(shop, { ...production, release: release(1) })).toMatchObject({ outcome: 'promoted' });
  });

  it('what cannot be asked has not passed', async () => {
    const forge = await staged();
    forge.failing = forgeDown;
    expect(await failureOf(released(on(forge), { ...production, release: release(2) }))).toMatchObject({
      what: expect.stringContaining('It cannot be asked'),
    });
  });
});

it('what is not asked is said in the plan and in the summary', async () => {
  const shop = on();
  const result = await released(shop, { release: release(2) });
  for (const text of ['Not checked: whether these images passed staging', 'Not checked: whether these versions are newer']) {
    expect(shop.lines.join()).toContain(text);
    expect(reportDeploy(result).summary).toContain(text);
  }
});
