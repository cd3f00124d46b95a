import type { GateTool } from '../tool.ts';

export const eslint: GateTool = {
  format: 'eslint',
  command: (paths) => ['eslint', '--format', 'json', ...paths],
  writes: 'stdout',
  exits: { clean: [0], findings: [1], decide: true },
  threshold: 'high',
  folder: 'node_modules/.bin',
  install: '`npm install --save-dev eslint`, and `npm ci` before this step',
};
