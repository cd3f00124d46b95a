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

// Nothing but these three names is asked for; another one fails the build.
const refusal = `
function leftOut() { throw new Error('undici is not part of this bundle: see scripts/dist/left-out.ts.'); }
export { leftOut as Agent, leftOut as ProxyAgent, leftOut as fetch };
`;
