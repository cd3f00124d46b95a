import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import type { Application, Router } from '../../src/domain/traffic/router.ts';
import type { ApiWrite } from './api-proxy.ts';

/**
 * What a write is for, in words that are the same in every run, so that "killed after the second of these" means one moment.
 * `undefined`: a mere renewal of the Lease, which falls anywhere.
 */
export function writeName(write: ApiWrite, router: Router, app: Application): string | undefined {
  const { method, resource } = write;
  // A copy of a configuration has a checksum in its name.
  const name = write.name?.replace(/^(agent-settings)-[0-9a-z]{14}$/, '$1 copied');
  if (method === 'DELETE') return `${resource} ${name} deleted`;
  if (method === 'POST' && resource !== 'leases') return `${resource} created`;
  if (resource === 'leases') return leaseName(write);
  if (method === 'PUT' && router.objects(app).some((ref) => ref.kind.resource === resource && ref.name === name))
    return `route ${router.weight([write.body as KubernetesObject], app)} %`;
  if (resource === 'pods') return 'gate opened';
  const operations = operationsOf(write);
  if (operations === undefined) return `${resource} ${name} applied`;
  if (operations.some(({ path }) => path === '/metadata/managedFields')) return `${name} owned by apply`;
  const changed = operations.filter(({ op, path }) => op !== 'test' && !path.startsWith('/metadata/'));
  if (changed.length === 0) return `${name} epoch`;
  return `${name} ${changed.map(({ path, value }) => (typeof value === 'string' ? 'image' : typeof value === 'object' ? path.split('/').at(-1) : `${path.split('/').at(-1)} ${value}`)).join(', ')}`;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

const operationsOf = ({ body }: ApiWrite): readonly Operation[] | undefined => (Array.isArray(body) ? body : undefined);

function leaseName(write: ApiWrite): string | undefined {
  const operations = operationsOf(write);
  if (operations === undefined) return 'lease taken';
  const added = (path: string): unknown => operations.find(({ op, path: at }) => op === 'add' && at === path)?.value;
  const record = added('/metadata/annotations/wf-deploy.io~1rollout');
  if (typeof record === 'string') {
    const { phase, weight } = JSON.parse(record) as { phase: string; weight: number };
    return `lease says ${phase} ${weight} %`;
  }
  if (added('/metadata/annotations/wf-deploy.io~1capacity') !== undefined) return 'lease notes capacity';
  if (added('/metadata/annotations/wf-deploy.io~1template-undo') !== undefined) return 'lease notes the template';
  return added('/spec/holderIdentity') === '' ? 'lease given away' : undefined;
}
