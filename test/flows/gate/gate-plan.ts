import type { GatePlan } from '../../../src/flows/gate/plan.ts';

export const gatePlan = (more: Partial<GatePlan> = {}): GatePlan => ({
  action: 'lint',
  tools: [],
  commands: [],
  reports: [],
  paths: ['.'],
  directory: '.',
  threshold: 'high',
  suppressions: undefined,
  baseline: undefined,
  ignoreUnfixed: false,
  changedSince: undefined,
  timeout: 600,
  upload: 'never',
  ...more,
});
