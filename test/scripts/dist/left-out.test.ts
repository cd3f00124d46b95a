import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { readFolder } from '../../../scripts/dist/folder.ts';

const root = resolve(import.meta.dirname, '../../..');

it('undici is in no chunk and owes no licence', () => {
  const files = readFolder(join(root, 'dist'));
  expect(files.get('licences.txt')).toContain('@kubernetes/client-node');
  expect(files.get('licences.txt')).not.toContain('undici');
  expect([...files.values()].filter((text) => text.includes('ProxyAgent') && text.includes('undici.error'))).toEqual([]);
});

it('the part of the client that needs undici is used by nobody', () => {
  const source = readFileSync(join(root, 'node_modules/@kubernetes/client-node/dist/config.js'), 'utf8');
  // Its only way to undici, which only the generated client goes.
  expect(source.match(/new Undici\w+\(/g)).toHaveLength(3);
  const [, before = ''] = /^(.*?)new Undici/s.exec(source) ?? [];
  expect(before.lastIndexOf('createDispatcher(cluster, agentOptions) {')).toBeGreaterThan(before.lastIndexOf('applyToHTTPSOptions'));
  expect(source.match(/this\.createDispatcher\(/g)).toHaveLength(1);
  expect(/async applySecurityAuthentication\(.*?this\.createDispatcher\(/s.test(source)).toBe(true);
  const ours = [...readFolder(join(root, 'src'))].filter(([, text]) => /applySecurityAuthentication|makeApiClient/.test(text));
  expect(ours).toEqual([]);
});
