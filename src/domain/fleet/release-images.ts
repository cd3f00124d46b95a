import { type ImageRef, parseImage } from '../units/image.ts';
import { parseLabel } from '../units/name.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';

/** What `images` of the step says: which image instead of the file's, for a service or for one container of it. */
export interface ImageOverride {
  readonly service: string;
  /** `undefined`: its only one. */
  readonly container: string | undefined;
  readonly image: ImageRef;
}

const remedy = 'Write one `service: registry/name@sha256:…` a line, or `service/container: …` for a service with several containers.';

export function parseOverrides(value: unknown): Parsed<readonly ImageOverride[]> {
  const record = recordOf(value);
  if (record === undefined || Object.keys(record).length === 0) return refused('is not a list of services with their images', remedy);
  const overrides: ImageOverride[] = [];
  for (const [key, text] of Object.entries(record)) {
    const [service = '', container, ...more] = key.split('/');
    if (more.length > 0 || !parseLabel(service).ok || (container !== undefined && !parseLabel(container).ok))
      return refused(`has \`${shown(key, 120)}\`, which is neither a service nor service/container`, remedy);
    const image = typeof text === 'string' ? parseImage(text) : refused('is no text', remedy);
    if (!image.ok) return refused(`has for \`${key}\` an image that ${image.problem}`, image.remedy);
    overrides.push({ service, container, image: image.value });
  }
  return parsed(overrides);
}

const placeholder = /\{(\w*)\}/g;

/** An image as the file has it, with `{service}` and `{version}` filled in. */
export function filledImage(
  template: string,
  values: { readonly service: string; readonly version: string | undefined },
): Parsed<ImageRef> {
  const unknown = [...template.matchAll(placeholder)].find(([, name]) => name !== 'service' && name !== 'version');
  if (unknown !== undefined) return refused(`has \`${unknown[0]}\``, 'Only `{service}` and `{version}` are filled in.');
  if (values.version === undefined && template.includes('{version}'))
    return refused('has `{version}`, and the input `version` is empty', 'Give `version`.');
  const text = template.replaceAll('{service}', values.service).replaceAll('{version}', values.version ?? '');
  const image = parseImage(text);
  return image.ok ? image : refused(`is \`${shown(text, 200)}\`, which ${image.problem}`, image.remedy);
}
