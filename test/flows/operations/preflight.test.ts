import { describe, expect, it } from '@jest/globals';
import { Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { type Asking, operationPermissions } from '../../../src/domain/rollout/operation-permissions.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { ourKinds } from '../../../src/flows/operations/left-behind.ts';
import type { OperationName } from '../../../src/flows/operations/plan.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { planOf, type Shop, shop } from '../canary/shop.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { asking, lackingIn, printedRoles } from '../rights.ts';
import { left, operate, running, weightWritten } from './on-shop.ts';

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
