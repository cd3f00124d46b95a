import type { GateTool } from '../tool.ts';

export const prettier: GateTool = {
  format: 'prettier',
  command: (paths) => ['prettier', '--list-different', ...paths],
  writes: 'stdout',
  exits: { clean: [0], findings: [1], decide: true },
  threshold: 'high',
  folder: 'node_modules/.bin',
  install: '`npm install --save-dev prettier`, and `npm ci` before this step',
};
