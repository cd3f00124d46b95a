import { Failure } from '../failure.ts';

/** What may not be read shows among the permissions; a kind that is not installed has no objects. */
export async function unlessForbidden<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && (error.code === 'CLUSTER_FORBIDDEN' || error.code === 'CLUSTER_NOT_FOUND')) return otherwise;
    throw error;
  }
}

/** Where it is advisory: what cannot be had, whatever the reason, is `otherwise`. A defect is none. */
export async function unlessFailed<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure) return otherwise;
    throw error;
  }
}
