import { type AksResource, aksResourceText } from '../../domain/fleet/aks-resource.ts';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';

const clusterRole = '`Azure Kubernetes Service Cluster User Role`';

/** What is of interest in the library's errors. */
interface RestError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
}

/** @param purpose As words after "Cannot": `read`. */
export function aksRefusal(error: unknown, purpose: string, resource: AksResource): Failure {
  if (error instanceof Failure) return error;
  const id = aksResourceText(resource);
  const what = (reason: string): string => `Cannot ${purpose} ${id}: ${reason}.`;
  const { name, message, statusCode, code } = error as RestError;
  if (name === 'AbortError') return new Failure('CLOUD_UNREACHABLE', what('Azure gave no answer in time'), 'Run it again later.');
  // What the library cannot make sense of in an answer is an error of its own kind.
  if (name !== 'RestError') return undocumented(what('Azure answered with what its API does not document'));
  if (statusCode === undefined)
    return new Failure(
      'CLOUD_UNREACHABLE',
      what(foreignText(message, [], 300) || 'no answer'),
      'Run it again; see whether this runner reaches Azure Resource Manager.',
    );
  const said = what(
    `Azure answered ${statusCode}${code === undefined ? '' : ` (${foreignText(code, [], 80)})`}: ${foreignText(message, [], 400)}`,
  );
  if (statusCode >= 500 || statusCode === 429) return new Failure('CLOUD_UNREACHABLE', said, 'Run it again later.');
  if (statusCode === 401)
    return new Failure(
      'CLOUD_UNAUTHORISED',
      said,
      'Check that `azure-tenant-id` is the tenant of the subscription, and `azure-cloud` its cloud.',
    );
  if (statusCode === 403)
    return new Failure(
      'CLOUD_FORBIDDEN',
      said,
      `Give the application the role ${clusterRole} on this cluster; a new one takes some minutes to hold.`,
    );
  if (statusCode === 404)
    return new Failure('CLOUD_NOT_FOUND', said, 'Check subscription, resource group and name: the portal shows the id under Properties.');
  if (statusCode < 400) return undocumented(said);
  return new Failure('CLOUD_REFUSED', said, 'See what it says about this cluster in the portal’s activity log.');
}

export const undocumented = (what: string): Failure =>
  new Failure('CLOUD_REFUSED', what, 'Check `azure-cloud`, and what stands between this runner and Azure.');
