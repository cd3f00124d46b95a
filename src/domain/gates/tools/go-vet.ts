import type { GateTool } from '../tool.ts';

export const goVet: GateTool = {
  format: 'go-vet',
  command: () => ['go', 'vet', '-json', './...'],
  writes: 'stdout',
  // With `-json` it ends with 0 whatever it found.
  exits: { clean: [0], findings: [0], decide: true },
  threshold: 'high',
  install: 'Go, for instance by `actions/setup-go`',
};
