import { describe, expect, it } from '@jest/globals';
import { HTTPRoute, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { type Asking, operationPermissions } from '../../../src/domain/rollout/operation-permissions.ts';
import type { Permission } from '../../../src/domain/rollout/permissions.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { ourKinds } from '../../../src/flows/operations/left-behind.ts';
import type { OperationName } from '../../../src/flows/operations/plan.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { died } from '../../guardian/on-shop.ts';
import { planOf, type Shop, shop } from '../canary/shop.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { asking, lackingIn, printedRoles } from '../rights.ts';
import { leaseOf, left, operate, runBy, running, weightWritten } from './on-shop.ts';

const wanted = (what: Asking) =>
  operationPermissions(what, {
    router: gatewayApi,
    app: { ...app, namespace: 'shop' },
    deployment: 'agent',
    canaryName: 'agent-canary',
    ours: ourKinds,
  });

type Attributes = Readonly<Record<'resource' | 'verb' | 'name', string>>;
const attributesOf = (review: KubernetesObject): Attributes =>
  (review['spec'] as { readonly resourceAttributes: Attributes }).resourceAttributes;

/** On what each is done, and what makes it do all that it does. */
const stages: readonly (readonly [OperationName, Asking, () => Promise<Shop>])[] = [
  ['pause', 'pause', withRun],
  ['resume', 'resume', withRun],
  ['promote', 'promote', withRun],
  ['abort', 'abort', withRun],
  ['abort', 'take-back', async () => withLeft('stages', '')],
  ['prepare', 'prepare', async () => withoutCanaryService()],
  ['uninstall', 'uninstall', afterRun],
  ['unlock', 'unlock', async () => withLeft('resting', 'dead')],
];

async function withRun(): Promise<Shop> {
  const on = shop();
  void running(on, { stages: '25@30m 100@1m' }).catch(() => undefined);
  await on.clock.until(weightWritten(on, 25));
  return on;
}

async function afterRun(): Promise<Shop> {
  const on = shop();
  await on.clock.until(executeCanary(planOf(), on.world));
  return on;
}

function withLeft(phase: string, holder: string): Shop {
  const on = shop();
  left(on, phase, holder);
  return on;
}

function withoutCanaryService(): Shop {
  const on = shop();
  on.cluster.remove(Service, 'agent-canary');
  return on;
}

const reason = (operation: OperationName): Readonly<Record<string, string>> =>
  ['unlock', 'abort', 'pause', 'promote'].includes(operation) ? { reason: 'because' } : {};

describe.each(stages)('`%s` (%s)', (operation, what, make) => {
  const required = wanted(what).filter(({ need }) => need === 'required');

  it('says everything that is missing at once, with the whole Role, and writes nothing', async () => {
    const on = await make();
    const before = on.cluster.writes().filter((each) => !each.includes('Lease')).length;
    const denied = required.slice(-2);
    on.cluster.allows = (review) => {
      const { resource, verb, name } = attributesOf(review);
      return !denied.some((each) => each.resource === resource && each.verb === verb && (each.name ?? '') === name);
    };
    const failure = await on.clock.until(
      operate(on, operation, reason(operation)).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(failure).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining(`One problem was found before \`${what}\`:\n- Permissions are missing: `),
    });
    const { what: said } = failure as { readonly what: string };
    for (const { verb, resource } of denied) expect(said).toContain(`${verb} ${resource}`);
    const printed = printedRoles(said);
    expect(lackingIn(printed, wanted(what))).toEqual([]);
    expect(printed).toMatchObject([{ metadata: { name: `wf-deploy-agent-${what}` } }, { subjects: [asking] }]);
    expect(on.cluster.writes().filter((each) => !each.includes('Lease'))).toHaveLength(before);
  });
});

const verbs: Readonly<Record<string, string>> = { replace: 'update', apply: 'patch' };
const resources: Readonly<Record<string, string>> = { HTTPRoute: 'httproutes', Deployment: 'deployments', Service: 'services' };

/** With nothing but what it asked for, by the book of the API server. What it may not look at besides, it does without. */
it.each([
  ['uninstall', 'uninstall', afterRun, 'done'],
  ['prepare', 'prepare', async () => withoutCanaryService(), 'done'],
  ['unlock', 'unlock', async () => withLeft('resting', 'dead'), 'done'],
] as const)('`%s` needs nothing beyond what it asked for', async (operation, what, make, outcome) => {
  const on = await make();
  const granted = wanted(what);
  on.cluster.failing = ({ kind, verb, name }) => {
    if (kind.startsWith('SelfSubject')) return undefined;
    const resource = resources[kind] ?? `${kind.toLowerCase()}s`;
    const may = granted.some(
      (each) => each.resource === resource && each.verb === (verbs[verb] ?? verb) && (each.name === undefined || each.name === name),
    );
    return may ? undefined : forbidden();
  };
  const result = await on.clock.until(operate(on, operation, reason(operation)));
  expect(result).toMatchObject({ is: 'told', told: { outcome } });
});

describe('`abort`, where no run is left', () => {
  /** By the book of the API server: nothing but this is granted, whatever is asked for. */
  function granting({ cluster }: Shop, granted: readonly Permission[]): void {
    const may = (resource: string, verb: string, name: string): boolean =>
      granted.some((each) => each.resource === resource && each.verb === verb && (each.name === undefined || each.name === name));
    cluster.allows = (review) => {
      const { resource, verb, name } = attributesOf(review);
      return may(resource, verb, name);
    };
    cluster.failing = ({ kind, verb, name }) => {
      if (kind.startsWith('SelfSubject')) return undefined;
      return may(resources[kind] ?? `${kind.toLowerCase()}s`, verbs[verb] ?? verb, name) ? undefined : forbidden();
    };
  }
  const abort = (on: Shop) => on.clock.until(runBy(operate(on, 'abort', { reason: 'night' })));

  it.each(['stages', 'promoting'] as const)('needs nothing beyond what it asks for (%s)', async (phase) => {
    const on = died(phase);
    // A gateway takes a moment to accept, which is waited for.
    const { reacting } = on.cluster;
    const accepting = async (): Promise<void> => {
      await on.clock.sleep(1);
      reacting(on.cluster.find(HTTPRoute, 'agent') as KubernetesObject);
    };
    on.cluster.reacting = (object) => (object.kind === 'HTTPRoute' ? void accepting() : reacting(object));
    granting(on, wanted('take-back'));
    expect(await abort(on)).toMatchObject({ outcome: 'aborted', weight: 0, warnings: [expect.stringContaining('Share after weight 0')] });
    expect([on.weight(), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
  });

  it('gives users back with the rights to that alone, and says what it did without', async () => {
    const on = died('stages');
    granting(
      on,
      wanted('take-back').filter(({ need }) => need === 'required'),
    );
    const { warnings, ...result } = await abort(on);
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(warnings[0]).toMatch(/^Not permitted, and done without: .*list pods .*delete jobs/);
    expect([on.weight(), on.lines.join('\n')]).toEqual([0, expect.stringContaining(warnings[0] ?? '')]);
  });

  it.each([
    ['one question has', 1],
    ['no question has', Number.POSITIVE_INFINITY],
  ])('goes on where %s no answer', async (_, times) => {
    const on = died('stages');
    let unanswered = 0;
    on.cluster.failing = ({ kind, write }) => {
      if (kind !== 'SelfSubjectAccessReview' || !JSON.stringify(write).includes('httproutes') || unanswered >= times) return undefined;
      unanswered += 1;
      return unreachable();
    };
    const { warnings, ...result } = await abort(on);
    expect([result.outcome, on.weight()]).toEqual(['aborted', 0]);
    expect(warnings[0]).toMatch(/^Not checked whether it is permitted: get httproutes/);
  });

  it('asks for the Lease as well only as far as there is an answer', async () => {
    const on = died('stages');
    on.cluster.failing = ({ kind }) => (kind.startsWith('SelfSubject') ? forbidden() : undefined);
    expect(await abort(on)).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it('is refused in the middle of a promotion without the right to mend stable, and then only', async () => {
    const withoutStable = wanted('take-back').filter(({ resource, name }) => !(resource === 'deployments' && name === 'agent'));
    const half = died('promoting');
    granting(half, withoutStable);
    await expect(abort(half)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining('Permissions are missing: get deployments (give stable its old image where it was changed), watch'),
    });
    expect(half.weight()).toBe(100);
    const on = died('stages');
    granting(on, withoutStable);
    expect(await abort(on)).toMatchObject({ weight: 0 });
  });
});

it('what it can do without is said, and it goes on', async () => {
  const on = withLeft('resting', 'dead');
  on.cluster.allows = (review) => attributesOf(review).resource !== 'events';
  expect(await on.clock.until(operate(on, 'unlock', { reason: 'because' }))).toMatchObject({ told: { outcome: 'done' } });
  expect(on.lines.join('\n')).toContain('Not permitted, and done without: create events');
});

it('`status` asks for nothing: it only reads', async () => {
  const on = shop();
  on.cluster.allows = () => false;
  expect(await on.clock.until(operate(on, 'status'))).toMatchObject({ told: { outcome: 'done' } });
  expect(on.cluster.calls.filter(({ write }) => write !== undefined)).toEqual([]);
});
