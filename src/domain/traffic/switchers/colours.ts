import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Colour, colouredName, colours } from '../../rollout/layout.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { ColourPair, Live, SwitchInspection } from './switcher.ts';

export const otherColour = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue');

/** The colour whose Service has this name. */
export const colourOfService = ({ service }: Pick<ColourPair, 'service'>, name: string): Colour | undefined =>
  colours.find((colour) => colouredName(service, colour) === name);

/** One place of a route that gets users, and the colours that it names with what each gets of them. */
export interface ColouredPlace {
  /** `rule 2 (path /api)`. */
  readonly text: string;
  readonly legs: readonly { readonly colour: Colour | undefined; readonly weight: number }[];
}

/** Otherwise it leads elsewhere, and no switch touches it. */
export const namesColour = ({ legs }: Pick<ColouredPlace, 'legs'>): boolean => legs.some(({ colour }) => colour !== undefined);

/** What a switch changes among rules, and what not: a preview is left alone, whatever it names. */
export function rulesTold(
  rules: readonly { readonly place: ColouredPlace; readonly preview: boolean }[],
): Pick<SwitchInspection, 'switches' | 'untouched'> {
  const ours = rules.filter(({ place, preview }) => !preview && namesColour(place));
  return {
    switches: ours.map(({ place }) => place.text),
    untouched: rules
      .filter((each) => !ours.includes(each))
      .map(({ place, preview }) => `${place.text} ${preview ? 'asks for a header' : 'leads elsewhere'}`),
  };
}

/** Another route that leads to a colour stays with it. */
export const stray = (kind: string, name: string, to: string, { route }: Pick<ColourPair, 'route'>): Problem => ({
  what: `${kind} ${name} leads to ${to} and is not switched: its users would lose their pods.`,
  remedy: `Move its rules into ${kind} ${route}, or let it lead elsewhere.`,
});

/** How a problem names an object that may stand in another namespace. */
export const shownName = ({ metadata: { name, namespace } }: KubernetesObject, pair: ColourPair): string =>
  namespace === undefined || namespace === pair.namespace ? name : `${namespace}/${name}`;

/** A Service is only named from within its namespace, but for references that say another one. */
export const besideUs = (others: readonly KubernetesObject[], { namespace }: ColourPair): readonly KubernetesObject[] =>
  others.filter(({ metadata }) => (metadata.namespace ?? namespace) === namespace);

/** The one colour that gets something in every place that names one. */
export function liveOf(places: readonly ColouredPlace[], { service, route }: ColourPair): Live {
  const named = places.filter(namesColour);
  if (named.length === 0)
    return {
      is: 'none',
      reason: `${route} names neither \`${colouredName(service, 'blue')}\` nor \`${colouredName(service, 'green')}\``,
    };
  const serving = named.map(({ text, legs }) => ({
    text,
    colours: colours.filter((colour) => legs.some((leg) => leg.colour === colour && leg.weight > 0)),
  }));
  const [first] = serving[0]?.colours ?? [];
  if (first !== undefined && serving.every((place) => place.colours.length === 1 && place.colours[0] === first))
    return { is: 'one', colour: first };
  const told = serving.map((place) => `${place.text} sends to ${place.colours.join(' and ') || 'neither'}`);
  return { is: 'both', reason: told.join(', ') };
}

/**
 * Weights of a place after a switch: where both colours stand in it, the new one takes what the two had. `undefined`: this leg is not
 * touched.
 */
export function switchedWeights(legs: ColouredPlace['legs'], to: Colour): readonly (number | undefined)[] {
  const ours = legs.filter(({ colour }) => colour !== undefined);
  const total = ours.reduce((sum, { weight }) => sum + weight, 0);
  const first = legs.findIndex(({ colour }) => colour === to);
  return legs.map(({ colour }, index) => (colour === undefined ? undefined : index === first ? total : 0));
}

/** Both colours are named: then a switch moves weights, and otherwise names. */
export const hasBoth = (legs: ColouredPlace['legs']): boolean => colours.every((colour) => legs.some((leg) => leg.colour === colour));

/** A host name in whose first label a Service is named: `agent-blue.shop.svc.cluster.local`. */
export function switchedHost(host: string, pair: ColourPair, to: Colour): string {
  const [first = '', ...rest] = host.split('.');
  const colour = colourOfService(pair, first);
  const isOurs = colour !== undefined && (rest.length === 0 || rest[0] === pair.namespace);
  return isOurs ? [colouredName(pair.service, to), ...rest].join('.') : host;
}
