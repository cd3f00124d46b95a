import { Service } from '../../kubernetes/kinds.ts';
import { type Labels, serviceSelects } from '../../kubernetes/labels.ts';
import { serviceSpec } from '../../kubernetes/workload.ts';
import { type Colour, colours } from '../../rollout/layout.ts';
import { besideUs, colourOfService, otherColour } from './colours.ts';
import type { ColourPair, Live, Switcher } from './switcher.ts';

/**
 * One Service, whose selector tells the colours apart. Connections that are open stay with their pod: kube-proxy changes only where new
 * ones go.
 */
export const service: Switcher = {
  name: 'service',
  kind: Service,
  ownServices: false,
  fields: [{ jq: '.spec.selector', pointer: '/spec/selector' }],
  defaultRoute: (name) => name,
  live(route, pair): Live {
    const selector = serviceSpec(route).selector;
    const selected = colours.filter((colour) => serviceSelects(selector, pair.pods[colour]));
    const [one] = selected;
    if (one !== undefined && selected.length === 1) return { is: 'one', colour: one };
    return one === undefined
      ? { is: 'none', reason: `the selector of Service ${pair.route} selects the pods of neither colour` }
      : { is: 'both', reason: `the selector of Service ${pair.route} selects the pods of both colours` };
  },
  switched(route, pair, to) {
    const spec = serviceSpec(route);
    const { selector = {} } = spec;
    const wanted = selectorFor(selector, pair, to);
    return JSON.stringify(wanted) === JSON.stringify(selector) ? route : { ...route, spec: { ...spec, selector: wanted } };
  },
  inspect(route, pair, others) {
    const { selector = {}, sessionAffinity } = serviceSpec(route);
    const keys = Object.keys(selector).filter((key) => isTelling(key, pair));
    const strays = besideUs(others, pair).filter(
      (other) =>
        colourOfService(pair, other.metadata.name) === undefined &&
        colours.filter((colour) => serviceSelects(serviceSpec(other).selector, pair.pods[colour])).length === 1,
    );
    return {
      problems: strays.map(({ metadata }) => ({
        what: `Service ${metadata.name} selects one of the colours too, and is not switched: it would lose its pods.`,
        remedy: 'Let its selector leave the colour out, delete it, or give it in `route` in the place of the other.',
      })),
      warnings:
        sessionAffinity === 'ClientIP'
          ? [
              {
                what: `Service ${pair.route} has sessionAffinity ClientIP: clients it knows may stay with a pod until that ends.`,
                remedy: 'Give `keep-old: true` and time in `watch`, or turn the affinity off.',
              },
            ]
          : [],
      switches: keys.map((key) => `selector ${key} of Service ${pair.route}`),
      untouched: Object.keys(selector)
        .filter((key) => !keys.includes(key))
        .map((key) => `selector ${key} of Service ${pair.route} names no colour`),
    };
  },
  // Which pods are behind it is known to the API server alone; that traffic follows is seen by the probes.
  accepted: () => ({ is: 'accepted' }),
};

const isTelling = (key: string, { pods }: ColourPair): boolean =>
  pods.blue[key] !== undefined && pods.green[key] !== undefined && pods.blue[key] !== pods.green[key];

/** Only the keys that the selector has already, and of them only those in which the colours differ. */
function selectorFor(selector: Labels, pair: ColourPair, to: Colour): Labels {
  const from = otherColour(to);
  return Object.fromEntries(
    Object.entries(selector).map(([key, value]) =>
      isTelling(key, pair) && value === pair.pods[from][key] ? [key, pair.pods[to][key] ?? value] : [key, value],
    ),
  );
}
