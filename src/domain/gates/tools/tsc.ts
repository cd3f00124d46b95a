import type { GateTool } from '../tool.ts';

export const tsc: GateTool = {
  format: 'tsc',
  // Given paths, tsc would not read tsconfig.json.
  command: () => ['tsc', '--noEmit', '--pretty', 'false'],
  writes: 'stdout',
  exits: { clean: [0], findings: [1, 2], decide: true },
  threshold: 'high',
  folder: 'node_modules/.bin',
  install: '`npm install --save-dev typescript`, and `npm ci` before this step',
};
