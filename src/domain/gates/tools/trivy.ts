import type { GateTool } from '../tool.ts';

export const trivy: GateTool = {
  format: 'trivy',
  command: () => ['trivy', 'fs', '--quiet', '--format', 'json', '--scanners', 'vuln,secret', '.'],
  writes: 'stdout',
  exits: { clean: [0], findings: [], decide: false },
  threshold: 'high',
  install: '`trivy: pinned` of actions/scan does that, at a version with its checksum',
};
