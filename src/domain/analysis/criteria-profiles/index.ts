import type { CriteriaProfile } from '../criteria-profile.ts';
import { interactive } from './interactive.ts';
import { standard } from './standard.ts';
import { tolerant } from './tolerant.ts';

/** The register of criteria profiles. */
export const criteriaProfiles: Readonly<Record<string, CriteriaProfile>> = { standard, interactive, tolerant };
