import { describe, expect, it } from '@jest/globals';
import { guardianName } from '../../../src/domain/guardian/name.ts';
import { guardianKey } from '../../../src/domain/guardian/sign.ts';
import { Event, Job, Lease, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { Failure } from '../../../src/failure.ts';
import { postGuardian } from '../../../src/flows/canary/guardian.ts';
import { open } from '../../../src/flows/canary/open.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import type { Session } from '../../../src/flows/canary/session.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { event, pod, waiting } from '../../domain/kubernetes/pods.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { planOf, type Shop, shop } from './shop.ts';

const name = guardianName('agent');

interface Posting {
  readonly on: Shop;
  readonly session: Session;
  /** Ends as the posting does; what it threw is the answer. */
  post(): Promise<Failure | undefined>;
}

async function posting(
  inputs: Readonly<Record<string, string>> = {},
  tells: Session['world']['guardianKit']['tells'] = [],
): Promise<Posting> {
  const on = shop();
  const world = { ...on.world, guardianKit: { ...on.world.guardianKit, tells } };
  const plan = planOf({ guardian: 'true', ...inputs });
  const ground = await on.clock.until(preflight(world, plan));
  const lock = await on.clock.until(acquireLock(world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  const session = open(world, plan, ground, lock);
  const post = (): Promise<Failure | undefined> =>
    on.clock.until(
      postGuardian(session, lock.lost).then(
        () => undefined,
        (error: Failure) => error,
      ),
    );
  return { on, session, post };
}

/** What the guardian's pod writes into the Lease, once its Job is awake. */
function says(on: Shop, sign: object): void {
  const control = on.cluster.reacting;
  on.cluster.reacting = (object) => {
    control(object);
    if (object.kind !== 'Job' || (object['spec'] as { readonly suspend: boolean }).suspend) return;
    const lease = on.cluster.find(Lease, 'wf-deploy-agent') as KubernetesObject;
    const annotations = { ...lease.metadata.annotations, [guardianKey]: JSON.stringify({ pod: 'p', ...sign }) };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
  };
}

const watches = { is: 'watching', epoch: firstEpoch, beat: '1' };

/** What was made of it, in order. */
const made = ({ cluster }: Shop): readonly string[] =>
  cluster.calls.flatMap(({ verb, kind, write }) =>
    write === undefined || write.dryRun === true || /SelfSubject|Lease/.test(kind) ? [] : [`${verb} ${kind}`],
  );

const account = ['apply ServiceAccount', 'apply Role', 'apply RoleBinding'];

describe('the guardian', () => {
  it('is its Job, asleep until everything else is there and names it as its owner', async () => {
    const { on, session, post } = await posting();
    says(on, watches);
    expect(await post()).toBeUndefined();
    expect(session.guarded).toBe(true);
    const writes = made(on);
    expect(writes[0]).toBe('create Job');
    expect(writes.at(-1)).toBe('patch Job');
    expect(writes.slice(1, -1).toSorted((one, other) => one.localeCompare(other))).toEqual(
      [...account, 'create ConfigMap'].toSorted((one, other) => one.localeCompare(other)),
    );
  });

  it('with an account that was given makes none', async () => {
    const { on, post } = await posting({ 'guardian-service-account': 'watchman' });
    says(on, watches);
    expect(await post()).toBeUndefined();
    expect(made(on)).toEqual(['create Job', 'create ConfigMap', 'patch Job']);
    expect(on.cluster.find(Job, name)).toMatchObject({ spec: { template: { spec: { serviceAccountName: 'watchman' } } } });
  });

  it('with someone to tell has their addresses in a Secret that goes with its Job, and nowhere else', async () => {
    const url = 'https://hooks.example.com/secret-path';
    const { on, post } = await posting({}, [{ kind: 'webhook', url }]);
    says(on, watches);
    expect(await post()).toBeUndefined();
    const objects = on.cluster.calls.flatMap(({ write }) =>
      (write?.do === 'create' || write?.do === 'apply') && write.dryRun !== true ? [write.object] : [],
    );
    const holding = objects.filter((object) =>
      `${JSON.stringify(object)}${Object.values((object['data'] ?? {}) as object)
        .map((each) => Buffer.from(String(each), 'base64').toString())
        .join('')}`.includes('secret-path'),
    );
    expect(holding.map(({ kind }) => kind)).toEqual(['Secret']);
    expect(holding[0]?.metadata.ownerReferences).toMatchObject([{ kind: 'Job', name }]);
    expect(on.lines.join('\n')).not.toContain('secret-path');
  });

  it('that was made by an earlier try of this step is woken and not made again', async () => {
    const { on, post } = await posting();
    says(on, watches);
    expect(await post()).toBeUndefined();
    const before = made(on).length;
    expect(await post()).toBeUndefined();
    expect(made(on).slice(before)).not.toContain('create Job');
  });

  it('of an earlier run is removed first: a Job’s template never changes', async () => {
    const { on, post } = await posting();
    on.cluster.put(Job, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, uid: 'old', annotations: { 'wf-deploy.io/epoch': '0' } },
    });
    says(on, watches);
    expect(await post()).toBeUndefined();
    expect(made(on).slice(0, 2)).toEqual(['delete Job', 'create Job']);
  });

  it('of a successor is neither removed nor made again: a run that slept wakes beside it', async () => {
    const { on, post } = await posting();
    const annotations = { 'wf-deploy.io/epoch': `${firstEpoch + 1}` };
    on.cluster.put(Job, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, uid: 'theirs', annotations } });
    expect(await post()).toMatchObject({ code: 'LOCK_LOST', what: expect.stringContaining(`epoch ${firstEpoch + 1}`) });
    expect(made(on)).toEqual([]);
  });
});

describe('without its word no weight moves', () => {
  const quota = 'pods "wf-deploy-guardian-agent-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4';
  const security = 'pods "wf-deploy-guardian-agent-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';

  it.each([
    ['the quota is full', quota, 'exceeded quota: small'],
    ['the Pod Security level refuses it', security, 'violates PodSecurity "restricted:latest"'],
  ])('when %s, which only an event of its Job says: it does not wait its whole time', async (_, message, text) => {
    const { on, session, post } = await posting();
    on.cluster.put(Event, event('e', name, 'FailedCreate', message, '2026-11-29T00:00:00Z'));
    const began = on.clock.monotonic();
    expect(await post()).toMatchObject({
      code: 'GUARDIAN_MISSING',
      what: expect.stringContaining(text),
      remedy: expect.stringMatching(/a quota, an admission rule, the Pod Security level.* Or set `guardian: false`/),
    });
    expect(on.clock.monotonic() - began).toBeLessThan(15);
    expect(session.guarded).toBe(false);
  });

  it('when its image cannot be pulled', async () => {
    const { on, post } = await posting();
    const labels = { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'guardian' };
    const status = { containerStatuses: [waiting('ImagePullBackOff', 'not found', { name: 'guardian' })] };
    on.cluster.put(Pod, pod(`${name}-x`, status, { labels }));
    expect(await post()).toMatchObject({
      code: 'GUARDIAN_MISSING',
      what: expect.stringContaining('cannot get its image (ImagePullBackOff)'),
    });
  });

  it('when it may not make the write that leads back', async () => {
    const { on, post } = await posting();
    says(on, { is: 'unable', epoch: firstEpoch, reason: 'Cannot replace HTTPRoute agent (403).' });
    expect(await post()).toMatchObject({
      code: 'GUARDIAN_MISSING',
      what: expect.stringContaining('rehearsal of the way back was refused: Cannot replace HTTPRoute agent (403).'),
      remedy: expect.stringContaining('Grant what the message names to its ServiceAccount'),
    });
  });

  it('when only the guardian of an earlier run has spoken', async () => {
    const { on, post } = await posting();
    says(on, { ...watches, epoch: 0 });
    const began = on.clock.monotonic();
    expect(await post()).toMatchObject({
      code: 'GUARDIAN_MISSING',
      what: expect.stringContaining('did not acknowledge within 60 s'),
      remedy: expect.stringMatching(
        /A network policy may cut it off: let pods with the labels .*=guardian reach the API server .* by TCP\./,
      ),
    });
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
  });

  it('when it cannot be made', async () => {
    const { on, post } = await posting();
    on.cluster.failing = ({ kind, write }) => (kind === 'Job' && write !== undefined ? forbidden() : undefined);
    expect(await post()).toMatchObject({
      code: 'GUARDIAN_MISSING',
      what: expect.stringContaining('it cannot be made: The account may not do that.'),
    });
  });

  it('but an API server without an answer says nothing about it', async () => {
    const { on, post } = await posting();
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? unreachable() : undefined);
    expect(await post()).toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });

  it('and events that may not be read are no reason', async () => {
    const { on, post } = await posting();
    on.cluster.failing = ({ kind }) => (kind === 'Event' ? new Failure('CLUSTER_FORBIDDEN', 'No.', 'See.') : undefined);
    expect(await post()).toMatchObject({ code: 'GUARDIAN_MISSING', what: expect.stringContaining('did not acknowledge') });
  });
});
