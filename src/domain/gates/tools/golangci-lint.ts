import type { GateTool } from '../tool.ts';

export const golangciLint: GateTool = {
  format: 'golangci-lint',
  command: () => ['golangci-lint', 'run', '--output.json.path', 'stdout', '--show-stats=false', './...'],
  writes: 'stdout',
  exits: { clean: [0], findings: [1], decide: true },
  lists: () => ['go', 'list', './...'],
  threshold: 'high',
  install: 'golangci-lint 2, as its documentation says, at a pinned version',
};
