import type { Plugin } from 'rolldown';

/**
 * @kubernetes/client-node reads kubeconfigs and gets credentials for us; its generated API client, the only part that needs undici, is
 * not used. undici would be half of the bundle and a fifth of the start time, so it is replaced by something that refuses to be used.
 */
export function withoutUndici(): Plugin {
  const replacement = '\0left-out/undici';
  return {
    name: 'without-undici',
    resolveId: (id, importer = '') => (id === 'undici' && /node_modules.@kubernetes/.test(importer) ? replacement : undefined),
    load: (id) => (id === replacement ? refusal : undefined),
  };
}

/** @azure/identity brings a way to open a browser for people who sign in by hand. Nobody does on a runner. */
export function withoutBrowser(): Plugin {
  const replacement = '\0left-out/open';
  return {
    name: 'without-browser',
    resolveId: (id, importer = '') => (id === 'open' && /node_modules.@azure/.test(importer) ? replacement : undefined),
    load: (id) =>
      id === replacement
        ? `export default function leftOut() { throw new Error('open is not part of this bundle: see scripts/dist/left-out.ts.'); }`
        : undefined,
  };
}

// Nothing but these three names is asked for; another one fails the build.
const refusal = `
function leftOut() { throw new Error('undici is not part of this bundle: see scripts/dist/left-out.ts.'); }
export { leftOut as Agent, leftOut as ProxyAgent, leftOut as fetch };
`;
