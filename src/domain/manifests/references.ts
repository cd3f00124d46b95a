import type { PodTemplate } from '../kubernetes/workload.ts';
import { recordOf } from '../units/record.ts';

/** What a pod template takes its configuration from. */
export interface ConfigName {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** The fields of a PodSpec whose value names a ConfigMap or a Secret, and the field in it that has the name. */
const referring: Readonly<Record<string, { readonly kind: ConfigName['kind']; readonly fields: readonly string[] }>> = {
  configMap: { kind: 'ConfigMap', fields: ['name'] },
  configMapRef: { kind: 'ConfigMap', fields: ['name'] },
  configMapKeyRef: { kind: 'ConfigMap', fields: ['name'] },
  // A volume calls it `secretName`, a source of a projected volume `name`.
  secret: { kind: 'Secret', fields: ['secretName', 'name'] },
  secretRef: { kind: 'Secret', fields: ['name'] },
  secretKeyRef: { kind: 'Secret', fields: ['name'] },
  nodePublishSecretRef: { kind: 'Secret', fields: ['name'] },
  azureFile: { kind: 'Secret', fields: ['secretName'] },
  imagePullSecrets: { kind: 'Secret', fields: ['name'] },
};

/** The same template with other names in the place of some. */
export const renamed = (template: PodTemplate, name: (config: ConfigName) => string): PodTemplate => ({
  ...template,
  ...(template.spec === undefined ? {} : { spec: walk(template.spec, undefined, name) as NonNullable<PodTemplate['spec']> }),
});

/** Each once, in the order of the template. */
export function referencesOf(template: PodTemplate): readonly ConfigName[] {
  const found = new Map<string, ConfigName>();
  renamed(template, (config) => {
    found.set(`${config.kind} ${config.name}`, config);
    return config.name;
  });
  return [...found.values()];
}

/** Every ConfigMap and Secret that pods of this template read: not those with which their images are pulled. */
export function settingsOf(template: PodTemplate): readonly ConfigName[] {
  const { imagePullSecrets: _, ...spec } = template.spec ?? {};
  return referencesOf({ ...template, spec });
}

function walk(value: unknown, key: string | undefined, name: (config: ConfigName) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, key, name));
  const fields = recordOf(value);
  if (fields === undefined) return value;
  const reference = key === undefined || !Object.hasOwn(referring, key) ? undefined : referring[key];
  const entries = Object.entries(fields).map(([field, inner]) => {
    const named = reference?.fields.includes(field) === true && typeof inner === 'string';
    return [field, named ? name({ kind: reference.kind, name: inner }) : walk(inner, field, name)] as const;
  });
  return Object.fromEntries(entries);
}
