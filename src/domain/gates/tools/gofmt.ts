import type { GateTool } from '../tool.ts';

export const gofmt: GateTool = {
  format: 'gofmt',
  command: (paths) => ['gofmt', '-l', ...paths],
  writes: 'stdout',
  exits: { clean: [0], findings: [0], decide: true },
  lists: () => ['go', 'list', './...'],
  threshold: 'high',
  install: 'Go, for instance by `actions/setup-go`',
};
