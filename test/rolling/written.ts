import type { ExampleService } from '../rollout/example-service.ts';
import { callsOf } from '../rollout/story.ts';

// Bodies as they were sent.
// biome-ignore lint/suspicious/noExplicitAny: bodies of every kind.
type Body = any;

/** What runs of wf-deploy wrote in a namespace, in order: one phrase each. Rehearsals and mere renewals of the Lease are left out. */
export async function written(app: ExampleService, since?: Date): Promise<string[]> {
  const calls = await callsOf(app, since);
  return calls
    .filter(({ verb, code, dryRun }) => ['create', 'update', 'patch', 'delete'].includes(verb) && code < 300 && !dryRun)
    .filter(({ resource }) => resource !== 'selfsubjectaccessreviews')
    .flatMap(({ verb, resource, name, requestObject }) => {
      if (resource === 'leases') return lease(verb, requestObject);
      return [`${verb} ${resource} ${name ?? ''}`.trim()];
    });
}

function lease(verb: string, body: Body): readonly string[] {
  if (verb !== 'patch') return ['lease taken'];
  const added = (path: string): string | undefined => (body as Body[]).find((each: Body) => each.op === 'add' && each.path === path)?.value;
  const record = added('/metadata/annotations/wf-deploy.io~1rolling') ?? added('/metadata/annotations/wf-deploy.io~1blue-green');
  return [
    ...(record === undefined ? [] : [`lease says ${(JSON.parse(record) as { phase: string }).phase}`]),
    ...(added('/spec/holderIdentity') === '' ? ['lease released'] : []),
  ];
}
