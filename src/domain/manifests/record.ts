import { jsonAnnotation } from '../kubernetes/json-annotation.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PatchOperation } from '../kubernetes/patch.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { imageOf, setImage } from '../rollout/container-image.ts';
import { parseName } from '../units/name.ts';
import { recordOf } from '../units/record.ts';
import type { ConfigName } from './references.ts';
import { isRelease, setTemplate } from './release.ts';

/** The way back from a template that came with manifests. */
export interface TemplateUndo {
  /** Of the template that is taken back: anything else is left alone. */
  readonly fingerprint: string;
  readonly previous: PodTemplate;
}

/** What a rollout with manifests writes into its Lease before it does anything about them. */
export interface TemplateRecord {
  /** The ConfigMaps and Secrets that were made, by this run and those before, and may still be there. */
  readonly copies: readonly ConfigName[];
  readonly undo?: TemplateUndo;
}

export const templateKey = 'wf-deploy.io/template-undo';

/** Characters. All annotations of an object have room for 262,144 bytes together, and a character can have three. */
export const mostUndoText = 64_000;

export function readTemplateRecord(text: string | undefined): TemplateRecord | undefined {
  const value = jsonAnnotation(text);
  if (value === undefined || !Array.isArray(value['copies'])) return undefined;
  const undo = readUndo(recordOf(value['undo']));
  return { copies: value['copies'].filter(isConfigName), ...(undo === undefined ? {} : { undo }) };
}

function isConfigName(value: unknown): value is ConfigName {
  const { kind, name } = recordOf(value) ?? {};
  return (kind === 'ConfigMap' || kind === 'Secret') && typeof name === 'string' && parseName(name).ok;
}

function readUndo(fields: Readonly<Record<string, unknown>> | undefined): TemplateUndo | undefined {
  const previous = recordOf(fields?.['previous']);
  const fingerprint = fields?.['fingerprint'];
  const containers = recordOf(previous?.['spec'])?.['containers'];
  if (
    typeof fingerprint !== 'string' ||
    !Array.isArray(containers) ||
    !containers.every((each) => typeof recordOf(each)?.['name'] === 'string')
  )
    return undefined;
  return { fingerprint, previous: previous as PodTemplate };
}

/**
 * The patch that gives stable back what it ran before: the whole template where manifests were rolled out, otherwise the image alone.
 * `undefined` where it does not run what the rollout set.
 */
export function takingBack(
  stable: KubernetesObject,
  { container, image, previousImage }: { readonly container: string; readonly image: string; readonly previousImage: string },
  undo: TemplateUndo | undefined,
): readonly PatchOperation[] | undefined {
  if (undo !== undefined)
    return isRelease(stable, container, { image, template: undo.fingerprint }) ? setTemplate(stable, undo.previous) : undefined;
  return imageOf(stable, container) !== image || image === previousImage ? undefined : setImage(stable, container, previousImage);
}
