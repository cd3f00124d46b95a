import { Service } from '../../domain/kubernetes/kinds.ts';
import { overlap, selectorOf, serviceSelects } from '../../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { podSpec } from '../../domain/kubernetes/pod.ts';
import { templateOf } from '../../domain/kubernetes/pod-template.ts';
import { deploymentSpec, serviceSpec } from '../../domain/kubernetes/workload.ts';
import type { containerOf } from '../../domain/rollout/container-image.ts';
import { type Colour, colouredName, colours, type LayoutParts } from '../../domain/rollout/layout.ts';
import type { Findings, Problem } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import { isSameImage } from '../../domain/rollout/same-image.ts';
import { otherColour } from '../../domain/traffic/switchers/colours.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';
import { imageText } from '../../domain/units/image.ts';
import { mayRead, permissionFindings, type Rights } from '../permissions.ts';
import { declaredPort, targetPort } from '../target-port.ts';
import type { BlueGreenWish } from './plan.ts';
import type { Survey } from './survey.ts';

export type BothColours<T> = Readonly<Record<Colour, T>>;

/** Two Deployments that select the same pods fight over them. */
export const separate = ({ blue, green }: BothColours<KubernetesObject>): readonly Problem[] =>
  overlap(selectorOf(blue), selectorOf(green))
    ? [
        {
          what: `The selectors of Deployments ${blue.metadata.name} and ${green.metadata.name} can select the same pods.`,
          remedy:
            'Give each a label of its own in spec.selector and in the pod template. A selector cannot be changed: delete and create it.',
        },
      ]
    : [];

/** The Service of a colour leads to the pods of that colour and to no others. */
export const colourServices = (
  { service, pods }: ColourPair,
  services: BothColours<KubernetesObject | undefined>,
  asked: readonly Colour[] = colours,
): readonly Problem[] =>
  asked.flatMap((colour) => {
    const name = colouredName(service, colour);
    const object = services[colour];
    if (object === undefined)
      return [{ what: `Service ${name} is not there.`, remedy: `Create it with a selector of the pods of Deployment ${name} alone.` }];
    const { selector } = serviceSpec(object);
    const own = serviceSelects(selector, pods[colour]);
    if (own && !serviceSelects(selector, pods[otherColour(colour)])) return [];
    return [
      {
        what: `Service ${name} ${own ? `selects the pods of ${colouredName(service, otherColour(colour))} too` : `does not select the pods of Deployment ${name}`}.`,
        remedy: `Let its selector match the labels of the pods of Deployment ${name} and no others.`,
      },
    ];
  });

/** A rollback leads to the other colour as it is, and to nothing else. */
export const otherImage = (plan: BlueGreenWish, idle: string, image: string): readonly Problem[] =>
  plan.operation === 'deploy' || plan.image === undefined || image === '' || isSameImage(image, plan.image)
    ? []
    : [
        {
          what: `Deployment ${idle} runs ${image}, and not ${imageText(plan.image)}.`,
          remedy:
            'A service in two colours goes back to its other colour alone. Name what that one runs, or deploy the image that is wanted.',
        },
      ];

export const servesNobody = (serving: KubernetesObject): readonly Problem[] =>
  deploymentSpec(serving).replicas === 0
    ? [
        {
          what: `Deployment ${serving.metadata.name} has the users and 0 replicas.`,
          remedy: 'Scale it up, or let the route lead to the other colour.',
        },
      ]
    : [];

export const paused = (idle: KubernetesObject): readonly Problem[] =>
  deploymentSpec(idle).paused === true
    ? [
        {
          what: `Deployment ${idle.metadata.name} is paused: it would never take the new image.`,
          remedy: `Resume it: kubectl rollout resume deployment/${idle.metadata.name}.`,
        },
      ]
    : [];

/** Admission has filled in what a LimitRange adds. */
export function runningTemplate(serving: KubernetesObject, pods: readonly KubernetesObject[]) {
  const [pod] = pods;
  return pod === undefined ? templateOf(serving) : { spec: podSpec(pod) };
}

export const portOf = (service: KubernetesObject | undefined, idle: KubernetesObject): number | undefined =>
  service === undefined ? declaredPort(templateOf(idle)) : targetPort(service, idle);

export function scaledOnlyBefore(
  autoscalers: readonly KubernetesObject[],
  serving: KubernetesObject,
  idle: KubernetesObject,
): readonly Problem[] {
  const targets = autoscalers.map(
    (each) => (each['spec'] as { readonly scaleTargetRef?: { readonly name?: string } }).scaleTargetRef?.name,
  );
  return targets.includes(serving.metadata.name) && !targets.includes(idle.metadata.name)
    ? [
        {
          what: `An autoscaler follows ${serving.metadata.name}, and none ${idle.metadata.name}: after the switch the size stands still.`,
          remedy: 'Give each colour a HorizontalPodAutoscaler. The one of a colour with 0 pods does nothing.',
        },
      ]
    : [];
}

/** Of those colours whose Service may be read at all: each by its name, and advisory where users are only led back. */
export const readable = ({ denied }: Pick<Rights, 'denied'>, service: string, asked: readonly Colour[]): readonly Colour[] =>
  asked.filter((colour) =>
    mayRead(
      denied.filter(({ name }) => name === colouredName(service, colour)),
      Service.resource,
      'get',
    ),
  );

export const sameContainers = (container: ReturnType<typeof containerOf>, idle: KubernetesObject, image: string): readonly Problem[] =>
  container.ok && image === ''
    ? [
        {
          what: `Deployment ${idle.metadata.name} has no container \`${container.value}\`.`,
          remedy: 'Give both colours the same containers.',
        },
      ]
    : [];

/** Going back asks for less than a deployment: its Role must not replace that one's. */
export const permissionsOf = (plan: BlueGreenWish, found: Survey): Findings => {
  const { service, operation } = plan;
  const name = operation === 'deploy' ? roleName(service, 'blue-green') : roleName(service, 'blue-green', operation);
  return permissionFindings(found, { name, namespace: found.namespace });
};

export const partsOf = ({ service: name }: BlueGreenWish, { one, blue, green, front: service }: Survey): LayoutParts => ({
  name,
  one,
  blue,
  green,
  service,
});
