import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ownPlugin } from '../../../src/adapters/managed-clusters/own-plugin.ts';
import { azureClouds } from '../../../src/domain/fleet/azure-cloud.ts';

it('is the script beside this one, with who it is for and no secret', () => {
  const cloud = azureClouds['china'];
  if (cloud === undefined) throw new Error('no china');
  const place = { resource: { subscription: 's', group: 'g', name: 'n' }, cloud };
  const { command, args } = ownPlugin({ client: 'c', tenant: 't' })(place, 'app');
  const [script = '', ...rest] = args;
  expect(command).toBe(process.execPath);
  expect([script.endsWith('/dist/credential.js'), existsSync(script)]).toEqual([true, true]);
  expect(rest.join(' ')).toBe(
    '--tenant t --client c --server app --authority https://login.chinacloudapi.cn --audience api://AzureADTokenExchangeChina',
  );
});
