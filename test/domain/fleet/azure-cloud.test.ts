import { expect, it } from '@jest/globals';
import { azureClouds, parseAzureHost, publicCloud } from '../../../src/domain/fleet/azure-cloud.ts';

it('each cloud has its own sign-in, API and audience, all by TLS', () => {
  const all = Object.values(azureClouds);
  for (const key of ['authority', 'management', 'audience'] as const) expect(new Set(all.map((each) => each[key])).size).toBe(all.length);
  for (const { authority, management } of all)
    for (const host of [authority, management]) expect(parseAzureHost(host)).toEqual({ ok: true, value: host });
  expect(Object.keys(azureClouds)).toContain(publicCloud);
});

it.each([
  ['https://login.example.com', 'https://login.example.com'],
  ['https://Login.Example.com/', 'https://login.example.com'],
  ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
  ['http://login.example.com', undefined],
  ['https://login.example.com/tenant', undefined],
  ['https://user@login.example.com', undefined],
  ['https://login.example.com?x=1', undefined],
  ['login.example.com', undefined],
  ['https://', undefined],
  ['https://a\nb', undefined],
])('%j → %j', (text, host) => expect(parseAzureHost(text)).toMatchObject(host === undefined ? { ok: false } : { ok: true, value: host }));
