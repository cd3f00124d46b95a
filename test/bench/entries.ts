import type { AuditEntry } from '../lab/audit.ts';

/** Calls a second apart, each `verb resource`; a route write has the canary's weight behind it. */
export function entries(calls: readonly string[]): AuditEntry[] {
  return calls.map((call, index) => {
    const [verb = '', resource = '', weight] = call.split(' ');
    const at = new Date(index * 1000);
    return {
      at,
      completed: new Date(index * 1000 + 10),
      verb,
      resource,
      namespace: 'shop',
      name: resource === 'httproutes' ? 'agent' : undefined,
      subresource: undefined,
      code: 200,
      user: 'someone',
      dryRun: false,
      userAgent: 'wf-deploy/0',
      requestObject: weight === undefined ? {} : route(Number(weight)),
    };
  });
}

export const route = (weight: number): unknown => ({
  spec: {
    rules: [
      { backendRefs: [{ name: 'agent-canary' }] },
      {
        backendRefs: [
          { name: 'agent', weight: 100 - weight },
          { name: 'agent-canary', weight },
        ],
      },
    ],
  },
});
