import type { GateTool } from '../tool.ts';

export const bandit: GateTool = {
  format: 'bandit',
  command: (paths) => ['bandit', '-q', '-r', '-f', 'json', ...paths],
  writes: 'stdout',
  // It counts findings of every severity; which of them block is for the verdict.
  exits: { clean: [0], findings: [1], decide: false },
  // As `bandit -ll`.
  threshold: 'medium',
  install: '`pip install bandit`, pinned in the requirements of the project',
};
