import { blueGreenPermissions } from '../../src/domain/blue-green/permissions.ts';
import { lookingPermissions, scaledObjectPermission, scalingPermissions } from '../../src/domain/capacity/permissions.ts';
import { releasePermissions } from '../../src/domain/fleet/permissions.ts';
import { accountPermissions, postingPermissions } from '../../src/domain/guardian/permissions.ts';
import { ConfigMap } from '../../src/domain/kubernetes/kinds.ts';
import { manifestPermissions } from '../../src/domain/manifests/permissions.ts';
import { stagePermissions } from '../../src/domain/rolling/permissions.ts';
import { deployment } from '../../src/domain/rolling/workloads/deployment.ts';
import { operationPermissions } from '../../src/domain/rollout/operation-permissions.ts';
import { type Permission, permissionsFor } from '../../src/domain/rollout/permissions.ts';
import { roleName, roleYaml } from '../../src/domain/rollout/role.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { routers } from '../../src/domain/traffic/index.ts';
import { switchers } from '../../src/domain/traffic/switchers/index.ts';
import { ourKinds } from '../../src/flows/operations/left-behind.ts';

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
    const permissions = [...permissionsFor({ router, ...needs }), ...lookingPermissions(scaled)];
    return `## With \`router: ${router.name}\`\n\n${withRoles(permissions, roleName('agent'))}`;
  });
  return `# Permissions in the cluster\n\n<!-- Made from permissions.ts of src/domain/rollout, src/domain/capacity, src/domain/manifests, src/domain/guardian, src/domain/rolling, src/domain/fleet and src/domain/blue-green by \`npm run docs\`. -->\n\n${introduction}\n\n${parts.join('\n')}\n${scalingPart()}\n${manifestsPart()}\n${guardianPart()}\n${operationPart()}\n${rollbackPart}\n${rollingPart()}\n${releasePart()}\n${blueGreenPart()}`;
}

function operationPart(): string {
  const intro = `## For operations

What \`operation\` of \`actions/canary\` needs. \`promote\` needs the rights of a rollout (above) as well where no run is left that could be asked. A run that an operation
asks needs nothing more than before.

Each asks for its rights before it writes anything, and says what is missing with a Role to apply. \`status\` only reads (the Lease, the route, both Deployments, the guardian's Job,
pods): what is not granted is shown as not known. The tables are those of \`router: gateway-api\`; with \`nginx-ingress\`, \`prepare\` creates Ingresses as well.
\`abort\` is stopped only by what gives users back: the Lease and the route, and in the middle of a promotion stable and the sight of its pods, which are required then. A question that gets no answer
is shown as "not checked".
`;
  const app = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
  const needs = { router: gatewayApi, app, deployment: 'agent', canaryName: 'agent-canary', ours: ourKinds };
  const titles = {
    abort: '`pause`, `resume`, `promote`, `abort`',
    'take-back': '`abort`, where no run is left that could be asked',
    prepare: '`prepare`',
    uninstall: '`uninstall`',
    unlock: '`unlock`',
  } as const;
  const parts = Object.entries(titles).map(
    ([what, title]) => `### ${title}\n\n${withRoles(operationPermissions(what as keyof typeof titles, needs), roleName('agent', what))}`,
  );
  return `${intro}\n${parts.join('\n')}`;
}

const rollbackPart = `## For a rollback by hand

\`actions/rollback\` asks nobody before: what it may not do, the API server says, to the rehearsal of its write before anything is written. It needs, by name where it is known:

| for | rights |
| --- | --- |
| every rollback | get, update and patch the Lease, create leases; get, list, watch and patch the Deployment; list and watch replicasets and pods |
| a canary that is to be stopped | what its way back needs (above): get, watch and update the route, patch both Deployments and the autoscalers, get and delete the guardian's Job, ConfigMap and Secret |
| a rolling update that is to be stopped | what its way back needs (below), with get and delete of the Secret \`wf-deploy-agent-undo\` |
| \`smoke\` | get and create pods/portforward, get the Service (without it, give \`port\`) |
| more to say, without which it goes on | get configmaps and secrets that the revision names, list events, get pods/log |
| \`unhold\` | get, update and patch the Lease; create events (without it the reason is in the Lease alone) |
`;

const scaled = { service: 'agent', namespace: 'shop' };

function scalingPart(): string {
  const object = (kind: string) => ({ apiVersion: '', kind, metadata: { name: 'agent' } });
  const hpa = scalingPermissions(scaled, { is: 'hpa', object: object('HorizontalPodAutoscaler') }, true);
  const keda = [
    ...scaledObjectPermission(scaled, 'agent'),
    ...scalingPermissions(scaled, { is: 'keda', object: object('ScaledObject') }, false),
  ];
  return `## Where an autoscaler sets stable's size\n\n${scalingIntroduction}\n\n${withRoles(hpa, roleName('agent', 'autoscaler'))}\n### By KEDA\n\n${withRoles(keda, roleName('agent', 'autoscaler'))}`;
}

const scalingIntroduction = `Only where a HorizontalPodAutoscaler scales stable, of its name; those for \`wf-deploy-agent\` only where the canary gets a copy of it.`;

function manifestsPart(): string {
  const copies = ['ConfigMap', 'Secret'].map((kind) => ({ kind, metadata: { name: 'agent' } }));
  return `## With \`manifests\`\n\n${manifestsIntroduction}\n\n${withRoles(manifestPermissions('shop', copies), roleName('agent', 'manifests'))}`;
}

const manifestsIntroduction = `Only where the pod template names ConfigMaps or Secrets that the manifests hold, and \`secrets\` only where one of them is a Secret.`;

function rollingPart(): string {
  const needs = {
    service: 'agent',
    namespace: 'shop',
    workloads: [{ of: deployment, name: 'agent' }],
    applied: [{ ref: { kind: ConfigMap, namespace: 'shop', name: 'agent-config' }, isNew: true }],
    reads: false,
    journal: true,
    portForward: true,
  };
  return `## For a rolling update\n\n${rollingIntroduction}\n\n${withRoles(stagePermissions(needs), roleName('agent', 'stage'))}`;
}

const rollingIntroduction = `\`actions/stage\` asks for these before it writes anything. The example rolls out the Deployment \`agent\` and applies the ConfigMap \`agent-config\`, which is not there yet;
other workloads and kinds are asked for in the same way, \`create\` only where something is new. An \`operation\` needs no Secret and applies nothing, and \`status\` and
\`history\` only read: the Role that is printed for one is called after it, as \`${roleName('agent', 'stage', 'undo')}\`.`;

function guardianPart(): string {
  const needs = { service: 'agent', namespace: 'shop', tells: true };
  const posting = withRoles(postingPermissions(needs), roleName('agent', 'guardian'));
  const account = withRoles(accountPermissions(needs), roleName('agent', 'guardian-account'));
  return `## For the guardian\n\n${guardianIntroduction}\n\n${posting}\n### To make its account\n\n${accountIntroduction}\n\n${account}`;
}

const guardianIntroduction = `Beyond the above, a run needs these to post the guardian and to dismiss it. They are not needed with \`guardian: false\`, and \`secrets\` only with
\`notify\` or \`notify-webhook\`.`;

const accountIntroduction = `Where \`guardian-service-account\` is empty, a run makes the guardian's ServiceAccount with a Role of its own, and needs these as well. Nobody can make a
Role with a right that they do not have themselves: \`create events\` is there for that. Otherwise an administrator makes the account once; the
preflight prints it.`;

const withRoles = (permissions: readonly Permission[], name: string): string => {
  const yaml = roleYaml(permissions, name, { kind: 'ServiceAccount', name: 'deployer', namespace: 'shop' });
  return `${table(permissions)}\nAs Roles:\n\n\`\`\`yaml\n${yaml.trimEnd()}\n\`\`\`\n`;
};

const introduction = `\`actions/canary\` and \`actions/promote\` ask the cluster about each of these (SelfSubjectAccessReview) before they write anything. A required one that
is missing stops the run, with the Role that mends it; an advisory one is shown as "not checked" and the run goes on. What is printed is the whole Role of that
action, bound to the account that asks, under a name that no other has: applying it takes nothing away. (\`actions/promote\` does less than a canary; its Role is called
\`${roleName('agent', 'promotion')}\`, and who may run the canary needs none.) Nothing
cluster-wide is required: everything lies in the namespace of the service, and \`services/proxy\` in that of Prometheus. With \`istio\` and
\`nginx-ingress\` other namespaces are looked at where that is granted, by a ClusterRole that only lists.

The example is a service \`agent\` in the namespace \`shop\`, deployed by the ServiceAccount \`deployer\`. \`pods/portforward\` is needed only with the
input \`smoke\`, \`services/proxy\` only with \`prometheus-service\`.`;

function table(permissions: readonly Permission[]): string {
  const rows = Map.groupBy(permissions, ({ why, need, group, resource, subresource, name }) =>
    JSON.stringify([need, why, group, resource, subresource, name === undefined]),
  );
  const lines = [...rows.values()].map((same) => {
    const [{ namespace, group = '', resource = '', subresource, need, why } = {}] = same;
    const names = [...new Set(same.flatMap(({ name }) => (name === undefined ? [] : [`\`${name}\``])))];
    const verbs = [...new Set(same.map(({ verb }) => verb))];
    const what = `\`${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}\``;
    return `| ${what}${names.length === 0 ? '' : ` ${names.join(', ')}`}${namespace === '' ? ' of all namespaces' : ''} | ${verbs.join(', ')} | ${need} | ${why} |\n`;
  });
  return `| resource | verbs | need | to |\n| --- | --- | --- | --- |\n${lines.join('')}`;
}

function blueGreenPart(): string {
  const parts = Object.values(switchers).map((switcher) => {
    const needs = {
      service: 'agent',
      namespace: 'shop',
      switcher,
      route: 'agent',
      removes: false,
      asks: true,
      metricsService: { namespace: 'monitoring', name: 'prometheus:9090' },
    };
    return `### With \`switcher: ${switcher.name}\`\n\n${withRoles(blueGreenPermissions(needs), roleName('agent', 'blue-green'))}`;
  });
  return `## For blue-green\n\n${blueGreenIntroduction}\n\n${parts.join('\n')}`;
}

const blueGreenIntroduction = `With \`keep-old: false\` also delete of both Deployments. \`operation: rollback\` asks no pods and no Prometheus, so that it needs neither \`pods/portforward\` nor \`services/proxy\`; required is there only
what it writes, with what it waits for: get and update of the route, the Deployments, the Lease. Everything else is advisory. Its Role is called
\`${roleName('agent', 'blue-green', 'rollback')}\`.`;

function releasePart(): string {
  return `## For a release\n\n${releaseIntroduction}\n\n${withRoles(releasePermissions({ namespace: 'shop', backup: true }), roleName('platform', 'release'))}`;
}

const releaseIntroduction = `What \`actions/deploy\` needs in each cluster beside what each of its services needs (a rolling update, above; its \`config\` is one too). The example is a release \`platform\` whose backup is made by a
Job; without a backup only the advisory ones are asked for.`;
