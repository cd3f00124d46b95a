import { describe, expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { type LeaseView, readLease } from '../../../src/domain/rollout/lease.ts';
import { evidenceFor, type Promotion } from '../../../src/flows/canary/evidence-preflight.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { parsePromoteInputs } from '../../../src/flows/canary/inputs.ts';
import { planRollout } from '../../../src/flows/canary/plan.ts';
import { least, rawInputs } from '../raw-inputs.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const asking = { ...planOf(), requireEvidence: true };
const nothing = { problems: [], warnings: [] };
const lease = (more: Partial<LeaseView> = {}): LeaseView => ({
  ...readLease({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'x' } }),
  ...more,
});
const passed = (image: string, more: object = {}) => lease({ evidence: { image, run: 'run 7', at: 't', ...more } });
const hotfix = digest('9');

const running = (image: string): Promotion => {
  const stable = shop().cluster.find(Deployment, 'agent');
  if (stable === undefined) throw new Error('There is no stable.');
  return {
    image: newImage,
    next: undefined,
    stable: JSON.parse(JSON.stringify(stable).replaceAll(oldImage, image)),
    container: 'agent',
  };
};
const promotion = running(oldImage);

describe('evidence', () => {
  it('of this digest is a pass, and so is not asking', () => {
    expect(evidenceFor(asking, passed(newImage), promotion)).toEqual(nothing);
    expect(evidenceFor(planOf(), undefined, promotion)).toEqual(nothing);
  });

  it('of another digest is none', () => {
    expect(evidenceFor(asking, passed(digest('3')), promotion).problems).toMatchObject([
      { what: expect.stringContaining(`what passed here is ${digest('3')} (run 7)`) },
    ]);
    expect(evidenceFor(asking, lease(), promotion).problems).toMatchObject([
      { what: expect.stringContaining('no canary of this service has passed here') },
    ]);
  });

  it('is what a promotion lacks that has no image at all', () =>
    expect(evidenceFor(asking, undefined, { ...promotion, image: '' }).problems).toMatchObject([
      { what: 'No canary of agent has passed in this cluster.' },
    ]));
});

describe('what the canary was compared with', () => {
  const evidence = passed(newImage, { previousImage: oldImage });

  it.each([
    ['the same as now', oldImage, evidence],
    ['the image itself by now', newImage, evidence],
    ['not known, in a record of 0.1.0', hotfix, passed(newImage)],
  ])('is %s', (_, image, found) => {
    expect(evidenceFor(asking, found, running(image))).toEqual(nothing);
  });

  it('is not what stable runs now', () => {
    expect(evidenceFor(asking, evidence, running(hotfix)).problems).toEqual([
      {
        what: `The canary of ${newImage} was compared with ${oldImage}, and Deployment agent runs ${hotfix} by now.`,
        remedy: 'Run the canary with `promote: false` again, or set `require-evidence: false`.',
      },
    ]);
    expect(evidenceFor(planOf(), evidence, running(hotfix))).toEqual(nothing);
  });

  it('is what stable gets back where a promotion broke off', () => {
    const rollout = {
      phase: 'promoting',
      weight: 100,
      container: 'agent',
      image: hotfix,
      previousImage: oldImage,
      run: 'r',
      since: 's',
    } as const;
    expect(evidenceFor(asking, { ...evidence, rollout }, running(hotfix))).toEqual(nothing);
  });
});

describe('a promotion some hours after its canary', () => {
  const analysed = async (): Promise<Shop> => {
    const on = shop();
    expect(await on.clock.until(executeCanary(planOf({ promote: 'false' }), on.world))).toMatchObject({ outcome: 'analysed' });
    return on;
  };
  const promotion = planRollout(parsePromoteInputs(rawInputs({ ...least, guardian: 'false', drain: '10s' })).wishes);
  const promoteNow = (on: Shop) => on.clock.until(executeCanary(promotion, on.world));

  it('goes on where nothing else came to stable', async () => {
    expect(await promoteNow(await analysed())).toMatchObject({ outcome: 'promoted', image: newImage });
  });

  it('is refused where a hotfix did', async () => {
    const on = await analysed();
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable !== undefined)
      on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(stable).replaceAll(oldImage, hotfix))));
    await expect(promoteNow(on)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining(`The canary of ${newImage} was compared with ${oldImage}`),
    });
    expect(on.image('agent')).toBe(hotfix);
  });
});
