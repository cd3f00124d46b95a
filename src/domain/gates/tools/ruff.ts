import type { GateTool } from '../tool.ts';

export const ruff: GateTool = {
  format: 'ruff',
  command: (paths) => ['ruff', 'check', '--no-fix', '--output-format', 'json', ...paths],
  writes: 'stdout',
  exits: { clean: [0], findings: [1], decide: true },
  lists: (paths) => ['ruff', 'check', '--show-files', ...paths],
  threshold: 'high',
  install: '`pip install ruff`, pinned in the requirements of the project',
};
