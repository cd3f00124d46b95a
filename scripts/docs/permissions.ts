import { type Permission, permissionsFor, roleYaml } from '../../src/domain/rollout/permissions.ts';
import { routers } from '../../src/domain/traffic/index.ts';

/** docs/permissions.md: what the code asks for, so that the page cannot say something else. */
export function permissionPage(): string {
  const app = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
  const needs = {
    app,
    deployment: 'agent',
    canaryName: 'agent-canary',
    portForward: true,
    metricsService: { namespace: 'monitoring', name: 'prometheus:9090' },
  };
  const parts = Object.values(routers).map((router) => {
    const permissions = permissionsFor({ router, ...needs });
    const yaml = roleYaml(permissions, 'wf-deploy-agent', { kind: 'ServiceAccount', name: 'deployer', namespace: 'shop' });
    return `## With \`router: ${router.name}\`\n\n${table(permissions)}\nAs Roles:\n\n\`\`\`yaml\n${yaml.trimEnd()}\n\`\`\`\n`;
  });
  return `# Permissions in the cluster\n\n<!-- Made from src/domain/rollout/permissions.ts by \`npm run docs\`. -->\n\n${introduction}\n\n${parts.join('\n')}`;
}

const introduction = `\`actions/canary\` and \`actions/promote\` ask the cluster about each of these (SelfSubjectAccessReview) before they write anything. A required one that
is missing stops the run, with the Role that mends it; an advisory one is shown as "not checked" and the run goes on. Nothing
cluster-wide is needed: everything lies in the namespace of the service, and \`services/proxy\` in that of Prometheus.

The example is a service \`agent\` in the namespace \`shop\`, deployed by the ServiceAccount \`deployer\`. \`pods/portforward\` is needed only with the
input \`smoke\`, \`services/proxy\` only with \`prometheus-service\`.`;

function table(permissions: readonly Permission[]): string {
  const rows = Map.groupBy(permissions, ({ why, need }) => `${need}\n${why}`);
  const lines = [...rows.values()].map((same) => {
    const [{ group = '', resource = '', subresource, need, why } = {}] = same;
    const names = [...new Set(same.flatMap(({ name }) => (name === undefined ? [] : [`\`${name}\``])))];
    const verbs = [...new Set(same.map(({ verb }) => verb))];
    const what = `\`${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}\``;
    return `| ${what}${names.length === 0 ? '' : ` ${names.join(', ')}`} | ${verbs.join(', ')} | ${need} | ${why} |\n`;
  });
  return `| resource | verbs | need | to |\n| --- | --- | --- | --- |\n${lines.join('')}`;
}
