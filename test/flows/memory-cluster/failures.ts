import { Failure } from '../../../src/failure.ts';

export const conflict = (what: string): Failure => new Failure('CLUSTER_CONFLICT', what, 'Read it again.');
export const notFound = (what: string): Failure => new Failure('CLUSTER_NOT_FOUND', what, 'See.');
export const refused = (what: string): Failure => new Failure('CLUSTER_REFUSED', what, 'Correct it.');
export const unreachable = (): Failure => new Failure('CLUSTER_UNREACHABLE', 'The API server gave no answer.', 'Wait.');
export const forbidden = (): Failure => new Failure('CLUSTER_FORBIDDEN', 'The account may not do that.', 'Grant it.');
