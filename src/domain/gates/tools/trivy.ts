import type { GateTool } from '../tool.ts';

export const trivy: GateTool = {
  format: 'trivy',
  command: () => ['trivy', 'fs', '--quiet', '--format', 'json', '--scanners', 'vuln,secret', '.'],
  writes: 'stdout',
  exits: { clean: [0], findings: [], decide: false },
  threshold: 'high',
  install: 'Trivy at a pinned version with its checksum, as the README of this action shows',
};
