import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { Lineage } from '../../../src/flows/lineage/fields.ts';
import { commitOf, deployedBefore, deployedNow, isOnRecord, orderCheck } from '../../../src/flows/lineage/order.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { stage } from '../stand-ins.ts';
import { commit, forgeDown, memoryForge } from './forge.ts';

const lineage = (more: Partial<Lineage> = {}): Lineage => ({
  commit: commit(7),
  requireStaging: false,
  stagingEnvironment: 'staging',
  allowUnordered: false,
  reason: '',
  ...more,
});
const deployed = (number: number) => ({ commit: commit(1), newest: commit(number), images: [] });

describe('the commit', () => {
  it('is that of the inputs before that of the run', () => {
    const { world } = stage({ commit: commit(9) });
    expect(commitOf(world, lineage())).toBe(commit(7));
    expect(commitOf(world, lineage({ commit: undefined }))).toBe(commit(9));
  });
  it('is not known where the run has none that can be one', () =>
    expect(commitOf(stage({ commit: 'main' }).world, lineage({ commit: undefined }))).toBeUndefined());
});

describe('the order', () => {
  const check = (number: number, more: Partial<Lineage> = {}) => {
    const forge = memoryForge();
    return { forge, asking: orderCheck(stage({ forge }).world, lineage(more))(deployed(number)) };
  };
  it.each([
    [6, 'in-order'],
    [7, 'in-order'],
    [8, 'superseded'],
  ])('after %s', async (number, is) => expect(await check(number).asking).toMatchObject({ is }));

  it.each([
    [101, {}, /have diverged/],
    [201, {}, /Not checked/],
  ])('after %s it is refused', async (number, more, what) =>
    expect(await failureOf(check(number, more).asking)).toMatchObject({ code: 'COMMIT_UNORDERED', what: expect.stringMatching(what) }),
  );

  it('of a commit that nobody knows is refused', async () => {
    const { world } = stage({ forge: memoryForge() });
    expect(await failureOf(orderCheck(world, lineage({ commit: undefined }))(deployed(3)))).toMatchObject({ code: 'COMMIT_UNORDERED' });
  });

  it('is not guessed when the forge gives no answer', async () => {
    const forge = memoryForge();
    forge.failing = forgeDown;
    expect(await failureOf(orderCheck(stage({ forge }).world, lineage())(deployed(3)))).toMatchObject({ code: 'FORGE_UNREACHABLE' });
  });

  it('is asked once for the same two, and anew when something else was deployed meanwhile', async () => {
    const forge = memoryForge();
    const order = orderCheck(stage({ forge }).world, lineage());
    await order(deployed(5));
    await order(deployed(5));
    expect(await order(deployed(8))).toMatchObject({ is: 'superseded' });
    expect(forge.asked).toEqual(['compare 5 7', 'compare 8 7']);
  });

  it('nobody is asked before the first deployment, nor of the same commit', async () => {
    const forge = memoryForge();
    const order = orderCheck(stage({ forge }).world, lineage());
    expect([await order(undefined), await order(deployed(7))]).toEqual([{ is: 'in-order' }, { is: 'in-order' }]);
    expect(forge.asked).toEqual([]);
  });

  it.each([
    ['an ancestor', 9],
    ['on another line', 101],
    ['not known', 201],
  ])('is not asked where that is said, of a commit that is %s either', async (_, number) => {
    const { forge, asking } = check(number, { order: 'any' });
    expect(await asking).toEqual({ is: 'in-order', note: expect.stringContaining('Order: not asked here') });
    expect(forge.asked).toEqual([]);
  });

  it('is not asked for without a token', async () =>
    expect(await orderCheck(stage().world, lineage())(deployed(9))).toEqual({ is: 'in-order' }));
});

describe('the Lease', () => {
  const record = { commit: commit(2), newest: commit(3), images: ['a'] };
  it('is looked at where there is a forge', async () => {
    for (const forge of [memoryForge(), undefined]) {
      const on = stage({ forge });
      on.cluster.put(Lease, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'wf-deploy-agent', namespace: 'shop', annotations: { 'wf-deploy.io/commit': JSON.stringify(record) } },
      });
      expect(await deployedBefore(on.world, 'agent', 'shop')).toEqual(forge === undefined ? undefined : record);
      expect(on.cluster.calls.length).toBe(forge === undefined ? 0 : 1);
    }
  });
  it('says the commit from now on, as the newest too', () => {
    expect(deployedNow(stage().world, lineage(), ['a', 'b', 'a'])).toEqual({ commit: commit(7), newest: commit(7), images: ['a', 'b'] });
    expect(deployedNow(stage().world, lineage({ commit: undefined }), ['a'])).toBeUndefined();
  });
  it.each([
    ['keeps its newest commit', record, commit(3)],
    ['has none before the first that is held to an order', undefined, undefined],
  ])('where order is not asked %s', (_, before, newest) =>
    expect(deployedNow(stage().world, lineage({ order: 'any' }), ['a'], before)).toEqual({ commit: commit(7), newest, images: ['a'] }),
  );
  it('says already what there is to say, or not', () => {
    const said = (more: Partial<Lineage>, deployed = { ...record, images: [] }) =>
      isOnRecord(stage({ forge: memoryForge() }).world, lineage(more), deployed);
    expect([said({ commit: commit(3) }), said({ commit: commit(2) })]).toEqual([true, false]);
    expect([said({ commit: commit(3), order: 'any' }), said({ commit: commit(2), order: 'any' })]).toEqual([false, true]);
    expect(isOnRecord(stage().world, lineage(), undefined)).toBe(true);
  });
});
