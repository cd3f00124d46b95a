import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { count } from '../units/count.ts';
import { parseQuantity } from '../units/quantity.ts';
import { needOf, type PodNeed } from './pod-need.ts';
import type { Problem } from './problem.ts';

export interface QuotaInspection {
  readonly problems: readonly Problem[];
  /** What was not checked, one each: never a pass. */
  readonly warnings: readonly Problem[];
}

/** Additional pods. Of a service that runs give the spec of a running one: admission has filled in what a LimitRange adds. */
export interface PodsNeeded {
  readonly template: PodTemplate;
  readonly pods: number;
}

/** Whether additional pods that there are at once fit into the namespace's quotas. `whose` completes "3 pods". */
export function inspectQuota(quotas: readonly KubernetesObject[], needed: readonly PodsNeeded[], whose: string): QuotaInspection {
  const some = needed.filter(({ pods }) => pods > 0);
  const found = quotas.map((quota) => (isScoped(quota) ? { problems: [], warnings: [scoped(quota)] } : inspectOne(quota, some, whose)));
  return { problems: found.flatMap(({ problems }) => problems), warnings: found.flatMap(({ warnings }) => warnings) };
}

interface QuotaFields {
  readonly spec?: { readonly hard?: Amounts; readonly scopes?: readonly unknown[]; readonly scopeSelector?: unknown };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

type Amounts = Readonly<Record<string, string | number>>;

const fields = (quota: KubernetesObject): QuotaFields => quota as unknown as QuotaFields;

const isScoped = (quota: KubernetesObject): boolean =>
  (fields(quota).spec?.scopes ?? []).length > 0 || fields(quota).spec?.scopeSelector !== undefined;

const scoped = ({ metadata }: KubernetesObject): Problem => ({
  what: `ResourceQuota ${metadata.name} holds for some pods only (scopes); it was not checked whether the canary's are among them and fit.`,
  remedy: 'See for yourself that it has room for them.',
});

function inspectOne(quota: KubernetesObject, needed: readonly PodsNeeded[], whose: string): QuotaInspection {
  const { spec, status } = fields(quota);
  const all = needed.reduce((sum, { pods }) => sum + pods, 0);
  const found = Object.entries(status?.hard ?? spec?.hard ?? {}).flatMap(
    ([resource, hard]): readonly (readonly ['problem' | 'warning', Problem])[] => {
      const needs = needed.map(({ template, pods }) => ({ pods, need: needOf(resource, template) }));
      const where = `ResourceQuota ${quota.metadata.name}, ${resource}`;
      const used = status?.used?.[resource];
      const open = needs.flatMap(({ need }): readonly (readonly ['problem' | 'warning', Problem])[] => {
        if (need.is === 'unreadable') return [['warning', unchecked(where, need.reason)]];
        return need.is === 'missing' ? [['problem', lacking(where, need)]] : [];
      });
      const amounts = needs.flatMap(({ need, pods }) => (need.is === 'amount' ? [need.amount * pods] : []));
      if (open.length > 0 || amounts.length === 0) return open;
      const amount = amounts.reduce((sum, each) => sum + each, 0);
      return room(
        where,
        { hard: String(hard), used: used === undefined ? undefined : String(used) },
        amount,
        `${count(all, 'pod')} ${whose}`,
      );
    },
  );
  const of = (kind: string) => found.filter(([is]) => is === kind).map(([, problem]) => problem);
  return { problems: of('problem'), warnings: of('warning') };
}

function room(
  where: string,
  { hard, used }: { readonly hard: string; readonly used: string | undefined },
  needed: number,
  whose: string,
): readonly (readonly ['problem' | 'warning', Problem])[] {
  if (used === undefined) return [['warning', unchecked(where, 'its status does not say what is used')]];
  const [limit, taken] = [parseQuantity(hard), parseQuantity(used)];
  if (!limit.ok || !taken.ok) return [['warning', unchecked(where, `\`${hard}\` or \`${used}\` is not a quantity`)]];
  // Sums of decimal fractions miss by their last binary digits; a quota is never that exact.
  const missing = taken.value + needed - limit.value;
  if (missing <= 1e-9 * limit.value) return [];
  const remedy = `Raise the quota by at least ${amountText(missing)}, lower what the pods ask for, or roll out with fewer pods.`;
  return [
    [
      'problem',
      {
        what: `${where}: hard ${hard}, used ${used}, needed ${amountText(needed)} more for ${whose}.`,
        remedy,
      },
    ],
  ];
}

const unchecked = (where: string, reason: string): Problem => ({
  what: `${where} was not checked: ${reason}.`,
  remedy: 'See for yourself that it has room for the canary.',
});

const lacking = (where: string, { container, field }: Extract<PodNeed, { readonly is: 'missing' }>): Problem => ({
  what: `${where}: container \`${container}\` has no ${field}, and this quota refuses pods whose containers do not all have one.`,
  remedy: `Set ${field} in the container, or a default in a LimitRange of the namespace.`,
});

const units = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** In the largest unit that divides it; below one in thousandths. Rounded up: as a need it must not look smaller than it is. */
function amountText(amount: number): string {
  const unit = units.find(([, size]) => amount >= size && Number.isInteger(amount / size));
  if (unit !== undefined) return `${amount / unit[1]}${unit[0]}`;
  const thousandths = Math.ceil(amount * 1000 - 1e-6);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
