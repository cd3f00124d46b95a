import { cobertura } from './cobertura.ts';
import { goCover } from './go-cover.ts';
import { lcov } from './lcov.ts';
import type { CoverageReader } from './reader.ts';

/** Every format that coverage is read from; a report says by its beginning which one it is. */
export const coverageReaders: readonly CoverageReader[] = [cobertura, goCover, lcov];
