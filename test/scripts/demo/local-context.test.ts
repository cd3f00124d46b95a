import { describe, expect, it, jest } from '@jest/globals';
import { isLocalContext, mayUse } from '../../../scripts/demo/local-context.ts';

describe('the contexts that the demo may use', () => {
  it.each(['kind-x', 'kind-kind', 'k3d-dev', 'minikube'])('%s without a question', async (context) => {
    const ask = jest.fn<(question: string) => Promise<string>>();
    expect(await mayUse(context, ask)).toBe(true);
    expect(ask).not.toHaveBeenCalled();
  });

  it.each(['production', 'kind-', 'kind', 'my-kind-x', 'minikube-2', 'xminikube', 'k3d', 'gke_k3d-x', ''])(
    'not %j by itself',
    async (context) => {
      expect(isLocalContext(context)).toBe(false);
      expect(await mayUse(context, undefined)).toBe(false);
    },
  );

  it('any other when a person types its name, and nothing else', async () => {
    const typing = (text: string) => (question: string) => Promise.resolve(question.includes('staging-eu') ? text : '');
    expect(await mayUse('staging-eu', typing('staging-eu\n'))).toBe(true);
    for (const text of ['y', 'yes', '', 'staging', 'STAGING-EU']) expect(await mayUse('staging-eu', typing(text))).toBe(false);
  });
});
