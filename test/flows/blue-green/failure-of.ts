import { Failure } from '../../../src/failure.ts';

/** What a work was refused with. */
export const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw error ?? new Error('Nothing failed.');
};
