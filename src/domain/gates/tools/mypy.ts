import type { GateTool } from '../tool.ts';

export const mypy: GateTool = {
  format: 'mypy',
  command: (paths) => ['mypy', '--output', 'json', ...paths],
  writes: 'stdout',
  exits: { clean: [0], findings: [1], decide: true },
  threshold: 'high',
  install: '`pip install mypy` (1.11 or newer), pinned in the requirements of the project',
};
