import { scaling } from '../../capacity/autoscaler.ts';
import { HorizontalPodAutoscaler, Service } from '../../kubernetes/kinds.ts';
import { overlap, selectorOf, selectorText } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { deploymentSpec, serviceSpec } from '../../kubernetes/workload.ts';
import { cloneSelector } from '../../rollout/canary-deployment.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf, oneOf, stableDeployment, stableServiceName } from '../around/objects.ts';
import type { Application, Inspection } from '../router.ts';
import { roundedPercent } from '../weights/split.ts';
import { canaryPodLabels } from './labels.ts';
import { ceiling, podsFor, shareOf } from './share.ts';

/** What makes a share by pod counts a lie, or impossible, looked at before anything is written. */
export function inspectPods(app: Application, weights: readonly number[], around: readonly KubernetesObject[]): Inspection {
  const stable = stableDeployment(app, around);
  const service = oneOf(Service, stableServiceName(app), around);
  const size = stable === undefined ? 0 : (deploymentSpec(stable).replicas ?? 1);
  const shared = stable === undefined || service === undefined ? { problems: [], warnings: [] } : sharedPods(app, stable, around);
  return {
    problems: [...stageProblems(weights), ...(service === undefined ? [] : serviceProblems(service)), ...shared.problems],
    warnings: [...(service === undefined ? [] : serviceWarnings(service)), ...shared.warnings],
    splits: size === 0 ? [] : weights.filter((weight) => weight > 0 && weight <= ceiling).map((weight) => shareText(weight, size)),
    untouched: [],
    headers: [],
  };
}

/** What is given in the place of what is wished. */
export function shareText(percent: number, stable: number): string {
  const canary = podsFor(stable, percent);
  return `${percent} % is ${canary} of ${canary + stable} pods: ${roundedPercent(shareOf(canary, stable))} %`;
}

function stageProblems(weights: readonly number[]): readonly Problem[] {
  const over = weights.filter((weight) => weight > ceiling);
  return [
    ...(over.length === 0
      ? []
      : [
          {
            what: `\`stages\` ask for ${over.map((weight) => `${weight} %`).join(' and ')}: by pod counts a canary gets ${ceiling} % at most, as stable keeps its full size.`,
            remedy: `End \`stages\` at ${ceiling} % or below: the promotion then changes stable in its place. For more, use a router that splits traffic.`,
          },
        ]),
    ...(weights.includes(0)
      ? [
          {
            what: '`stages` have one at 0 %: by pod counts that is no pod, so there would be nothing to look at.',
            remedy: 'Leave it out: the smoke checks run while the gate holds the pods back.',
          },
        ]
      : []),
  ];
}

function serviceProblems(service: KubernetesObject): readonly Problem[] {
  const { name } = service.metadata;
  const spec = serviceSpec(service);
  return [
    ...(spec['type'] === 'ExternalName'
      ? [
          {
            what: `Service ${name} is an ExternalName: it leads to no pods.`,
            remedy: 'Name the Service that selects the pods in `service`.',
          },
        ]
      : []),
    ...(spec['clusterIP'] === 'None'
      ? [
          {
            what: `Service ${name} is headless: its clients choose among the addresses themselves, and no share can be promised.`,
            remedy: 'Give the service a cluster IP, or use a router that splits traffic.',
          },
        ]
      : []),
    ...(spec['publishNotReadyAddresses'] === true
      ? [
          {
            what: `Service ${name} publishes pods that are not ready (publishNotReadyAddresses): the gate would hold nothing back.`,
            remedy: 'Leave that field out.',
          },
        ]
      : []),
  ];
}

function serviceWarnings(service: KubernetesObject): readonly Problem[] {
  const { name } = service.metadata;
  const spec = serviceSpec(service);
  const local = ['internalTrafficPolicy', 'externalTrafficPolicy'].filter((field) => spec[field] === 'Local');
  return [
    ...(spec['sessionAffinity'] === 'ClientIP'
      ? [
          {
            what: `Service ${name} has sessionAffinity: users stay on the pod that they met first, so the measured share follows the pods late.`,
            remedy: 'Allow for it in the stages, or leave it out during rollouts.',
          },
        ]
      : []),
    ...(local.length > 0 || spec['trafficDistribution'] !== undefined
      ? [
          {
            what: `Service ${name} keeps traffic near (${[...local, ...(spec['trafficDistribution'] === undefined ? [] : ['trafficDistribution'])].join(', ')}): the share differs from node to node.`,
            remedy: 'Look at the measured share and not at the pods alone.',
          },
        ]
      : []),
  ];
}

/** The Deployments own their pods by ReplicaSet and do not take each other's; what goes by labels alone counts both. */
function sharedPods(
  app: Application,
  stable: KubernetesObject,
  around: readonly KubernetesObject[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const own = selectorOf(stable);
  const labels = canaryPodLabels(app, around) ?? {};
  if (!overlap(own, cloneSelector(stable, labels, app.service))) return { problems: [], warnings: [] };
  const fits = `The selector of Deployment ${stable.metadata.name} (${selectorText(own)}) fits the canary's pods too, because the Service selects by all of it`;
  const remedy = `Give stable's pods and selector one label more, such as \`version: stable\`, which the Service does not select by. A selector cannot be changed: the Deployment has to be made again.`;
  const [autoscaler] = scaling(allOf(HorizontalPodAutoscaler, around), stable.metadata.name);
  return autoscaler === undefined
    ? { problems: [], warnings: [{ what: `${fits}: whatever counts pods by labels counts both.`, remedy }] }
    : {
        problems: [
          {
            what: `${fits}: HorizontalPodAutoscaler ${autoscaler.metadata.name} would average the canary in, and change the share.`,
            remedy,
          },
        ],
        warnings: [],
      };
}
