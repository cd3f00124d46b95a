import type { ActionMetadata } from '../action-metadata.ts';

/** The files that action.yml names as `main` and `post`, by their path in dist. */
export function starters(actions: readonly ActionMetadata[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { name, using, post } of actions) {
    if (using === 'composite') continue;
    if (using !== 'node24') throw new Error(`actions/${name}/action.yml uses ${using}; wf-deploy is made for node24.`);
    files.set(`${name}/index.js`, starter(name, 'act'));
    if (post !== undefined) files.set(`${name}/post.js`, starter(name, 'after'));
  }
  return files;
}

/** Beside index.js, because a kubeconfig names it by its path. */
export const pluginStarter = `import { credential } from './index.js';\nawait credential();\n`;

function starter(name: string, step: 'act' | 'after'): string {
  const up = '../'.repeat(name.split('/').length);
  return `import { ${step} } from '${up}index.js';\nawait ${step}('${name}');\n`;
}
