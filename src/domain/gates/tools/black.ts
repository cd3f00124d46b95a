import type { GateTool } from '../tool.ts';

export const black: GateTool = {
  format: 'black',
  command: (paths) => ['black', '--check', ...paths],
  writes: 'stderr',
  exits: { clean: [0], findings: [1, 123], decide: true },
  threshold: 'high',
  install: '`pip install black`, pinned in the requirements of the project',
};
