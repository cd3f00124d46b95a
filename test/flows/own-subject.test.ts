import { describe, expect, it } from '@jest/globals';
import { SelfSubjectReview } from '../../src/domain/kubernetes/kinds.ts';
import { subjectOf } from '../../src/domain/rollout/role.ts';
import { Failure } from '../../src/failure.ts';
import { ownSubject } from '../../src/flows/own-subject.ts';
import { forbidden, unreachable } from './memory-cluster/failures.ts';
import { stage } from './stand-ins.ts';

describe('to whom a Role has to be bound', () => {
  it.each([
    ['system:serviceaccount:shop:deployer', { kind: 'ServiceAccount', name: 'deployer', namespace: 'shop' }],
    ['jane@example.com', { kind: 'User', name: 'jane@example.com' }],
    ['system:serviceaccount:shop', { kind: 'User', name: 'system:serviceaccount:shop' }],
    ['https://issuer.example.com#repo:org/shop', { kind: 'User', name: 'https://issuer.example.com#repo:org/shop' }],
  ])('%s', (username, subject) => expect(subjectOf(username)).toEqual(subject));

  const ask = (answer: () => Promise<object>) => {
    const { world } = stage({});
    const asked: unknown[] = [];
    const cluster: typeof world.cluster = {
      ...world.cluster,
      write: (write) => {
        asked.push(write);
        return answer() as ReturnType<typeof world.cluster.write>;
      },
    };
    return { asked, subject: ownSubject({ ...world, cluster }) };
  };

  it('is whom the API server takes the run for', async () => {
    const { asked, subject } = ask(() => Promise.resolve({ status: { userInfo: { username: 'system:serviceaccount:ci:runner' } } }));
    expect(await subject).toEqual({ kind: 'ServiceAccount', name: 'runner', namespace: 'ci' });
    expect(asked).toMatchObject([{ do: 'create', kind: SelfSubjectReview, namespace: undefined }]);
  });

  it.each([
    ['has no such kind', () => Promise.reject(new Failure('CLUSTER_NOT_FOUND', 'No.', 'No.'))],
    ['forbids to ask', () => Promise.reject(forbidden())],
    ['names nobody', () => Promise.resolve({ status: {} })],
  ])('is not known where the API server %s', async (_, answer) => expect(await ask(answer).subject).toBeUndefined());

  it('is no matter of an API server that does not answer', async () =>
    await expect(ask(() => Promise.reject(unreachable())).subject).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' }));
});
