import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** One of the separate Azures, each with its own sign-in and its own management API. */
export interface AzureCloud {
  /** Of Microsoft Entra ID, without a slash at the end. */
  readonly authority: string;
  /** Azure Resource Manager, without a slash at the end. */
  readonly management: string;
  /** What a token of the workflow has to be made for, so that the sign-in takes it. */
  readonly audience: string;
}

export const azureClouds = {
  public: {
    authority: 'https://login.microsoftonline.com',
    management: 'https://management.azure.com',
    audience: 'api://AzureADTokenExchange',
  },
  'us-government': {
    authority: 'https://login.microsoftonline.us',
    management: 'https://management.usgovcloudapi.net',
    audience: 'api://AzureADTokenExchangeUSGov',
  },
  china: {
    authority: 'https://login.chinacloudapi.cn',
    management: 'https://management.chinacloudapi.cn',
    audience: 'api://AzureADTokenExchangeChina',
  },
} as const satisfies Readonly<Record<string, AzureCloud>>;

export const publicCloud = 'public';

/** An address of a cloud that has no name here. It gets tokens, so it is never without TLS. */
export function parseAzureHost(text: string): Parsed<string> {
  const [, host] = /^https:\/\/([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?(?::\d{1,5})?)\/?$/i.exec(text) ?? [];
  return host === undefined
    ? refused('is not the address of a host by https', 'Write it as `https://login.example.com`, without a path.')
    : parsed(`https://${host.toLowerCase()}`);
}
