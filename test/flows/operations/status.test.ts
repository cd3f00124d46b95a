import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { HTTPRoute, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { Standing } from '../../../src/domain/rollout/standing.ts';
import { reportOperation } from '../../../src/flows/operations/report.ts';
import { newImage, oldImage, type Shop, shop } from '../canary/shop.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { operate, operationPlan, running, toldBy, weightWritten } from './on-shop.ts';

const schema = JSON.parse(readFileSync(new URL('../../../schemas/operation-report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

async function standing(on: Shop): Promise<Standing> {
  const told = await on.clock.until(toldBy(operate(on, 'status')));
  const report = reportOperation(operationPlan('status'), { is: 'told', told });
  expect([validate(JSON.parse(JSON.stringify(report.file))), validate.errors]).toEqual([true, null]);
  expect(JSON.parse(report.outputs['status'] ?? '')).toEqual(JSON.parse(JSON.stringify(told.standing)));
  if (told.standing === undefined) throw new Error('It tells nothing.');
  return told.standing;
}

describe('how a service stands', () => {
  it('beside a living run: what is open is its own matter, and nobody is told to end it', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    if (lease === undefined) throw new Error('There is no Lease.');
    const record = { phase: 'writing', key: 'k', run: 'page-1', since: 's' };
    const annotations = { ...lease.metadata.annotations, 'wf-deploy.io/rolling': JSON.stringify(record) };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    const { open, alive } = await standing(on);
    expect(alive).toBe(true);
    expect(open).toEqual(['A rolling update is open in the phase `writing` (page-1, since s): its workloads may have either version.']);
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('that was never touched', async () => {
    const on = shop();
    expect(await standing(on)).toMatchObject({
      phase: 'untouched',
      paused: false,
      holder: '',
      alive: null,
      epoch: null,
      weight: 0,
      guardian: { says: 'none', alive: false },
      stable: { name: 'agent', image: oldImage, replicas: 4, ready: 4 },
      canary: { name: 'agent-canary', image: '', pods: [] },
      notKnown: [],
    });
    expect(on.cluster.writes()).toEqual([]);
    expect(on.lines.join('\n')).toMatch(/phase +untouched[\s\S]*weight +0 % on the canary[\s\S]*canary +agent-canary is not there/);
  });

  it('while a run goes on, beside it and without a write', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const before = on.cluster.calls.length;
    expect(await standing(on)).toMatchObject({
      phase: 'stages',
      stage: '1/2',
      weight: 25,
      image: newImage,
      previousImage: oldImage,
      holder: 'run-1',
      alive: true,
      epoch: firstEpoch,
      canary: { replicas: 1, ready: 1 },
    });
    const writes = on.cluster.calls.slice(before).filter(({ write }) => write !== undefined && write.do !== 'patch');
    expect(writes).toEqual([]);
    on.cancel('SIGINT');
    await on.clock.until(run);
    expect(await standing(on)).toMatchObject({ phase: 'resting', holder: '', weight: 0, lastEnd: { outcome: 'aborted' } });
  });

  it('whose run could not renew during an outage is not called dead for that', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const asked = standing(on);
    await on.clock.pass(1);
    on.cluster.failing = unreachable;
    await on.clock.pass(18);
    on.cluster.failing = unheard('run-1');
    await on.clock.pass(12);
    on.cluster.failing = () => undefined;
    expect(await asked).toMatchObject({ holder: 'run-1', alive: true });
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('whose run renews no more', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    on.cluster.failing = (call) => (call.write !== undefined && call.kind === 'Lease' ? unreachable() : undefined);
    expect(await standing(on)).toMatchObject({ holder: 'run-1', alive: false });
    on.cluster.failing = () => undefined;
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it.each([
    ['HTTPRoute', { weight: null }],
    ['Lease', { phase: null, holder: null, alive: null, request: null }],
    ['Deployment', { stable: null, canary: null }],
    ['Pod', { stable: null, guardian: null }],
  ] as const)('of which it may not read every %s is not known, and never guessed', async (kind, unknown) => {
    const on = shop();
    on.cluster.failing = (call) => (call.kind === kind ? forbidden() : undefined);
    const seen = await standing(on);
    expect(seen).toMatchObject(unknown);
    expect(seen.notKnown).toContainEqual(expect.stringContaining('The account may not do that.'));
    expect(on.lines.join('\n')).toContain('not known');
  });

  it('whose canary is its own route has no users there while it is not', async () => {
    const on = shop();
    const told = await on.clock.until(toldBy(operate(on, 'status', { router: 'replicas' })));
    expect(told.standing).toMatchObject({ weight: 0, notKnown: [] });
  });

  it('whose route is gone has no weight that is known', async () => {
    const on = shop();
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await standing(on)).toMatchObject({ weight: null, notKnown: ['the weight: the route is not there'] });
  });
});
