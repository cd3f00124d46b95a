import { Event } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { ListOptions } from '../../../src/ports/cluster.ts';
import { refused } from './failures.ts';
import { sameKind } from './scope.ts';

type Selects = (object: KubernetesObject) => boolean;

/** Whether a list or a watch with these options shows an object. What the API server does not understand is refused. */
export function selecting(kind: Kind, { name, labels = '', fields = '' }: ListOptions): Selects {
  const all: readonly Selects[] = [
    (object) => name === undefined || object.metadata.name === name,
    ...requirementsOf(labels).map(labelRequirement),
    ...requirementsOf(fields).map((requirement) => fieldRequirement(kind, requirement)),
  ];
  return (object) => all.every((selects) => selects(object));
}

/** Between the commas that are not inside of parentheses. */
const requirementsOf = (selector: string): readonly string[] => (selector === '' ? [] : selector.split(/,(?![^(]*\))/));

const key = '[A-Za-z0-9./_-]+';
const value = '[A-Za-z0-9._-]*';
const set = new RegExp(`^(${key}) +(in|notin) +\\(([^()]*)\\)$`);
const equality = new RegExp(`^(${key}) *(==?|!=) *(${value})$`);
const existence = new RegExp(`^(!?) *(${key})$`);

function labelRequirement(text: string): Selects {
  const [, of = '', operator = '', values = ''] = set.exec(text) ?? equality.exec(text) ?? [];
  if (operator !== '') {
    const named = values.split(',').map((each) => each.trim());
    const isIn: Selects = ({ metadata }) => named.includes(metadata.labels?.[of] ?? '') && metadata.labels?.[of] !== undefined;
    return operator === '!=' || operator === 'notin' ? (object) => !isIn(object) : isIn;
  }
  const [, not = '', wanted = ''] = existence.exec(text) ?? [];
  if (wanted === '') throw refused(`unable to parse requirement: ${text}`);
  return ({ metadata }) => (metadata.labels?.[wanted] === undefined) === (not === '!');
}

/** Every kind has these two; what else one has it says itself. */
const fieldsOfAll = ['metadata.name', 'metadata.namespace'];
const fieldsOfEvents = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'reason',
  'type',
];

function fieldRequirement(kind: Kind, text: string): Selects {
  const [, field = '', operator = '', wanted = ''] = /^([\w.]+)(==?|!=)(.*)$/.exec(text) ?? [];
  const known = [...fieldsOfAll, ...(sameKind(kind, Event) ? fieldsOfEvents : [])];
  if (!known.includes(field)) throw refused(`field label not supported: ${text}`);
  return (object) => (fieldOf(object, field) === wanted) === (operator !== '!=');
}

function fieldOf(object: KubernetesObject, field: string): string {
  const found = field.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], object);
  return typeof found === 'string' ? found : '';
}
