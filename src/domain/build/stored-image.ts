import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf } from '../units/record.ts';

/** What a registry holds under one digest. */
export interface StoredImage {
  readonly digest: string;
  /** What can be run, by platform; a single image without an index has the platform that its builder did not tell. */
  readonly runnable: readonly { readonly platform: string; readonly digest: string }[];
  /** Manifests that say something about others, such as provenance. */
  readonly attestations: number;
}

const digestForm = /^sha256:[0-9a-f]{64}$/;
const attestationType = 'attestation-manifest';
const unknownRemedy = 'Look at what the registry holds under that name.';

/**
 * An index or a manifest of the OCI image specification, or one of Docker's. What a platform called `unknown` carries is no image.
 */
export function parseStored(digest: string, document: unknown): Parsed<StoredImage> {
  const manifest = recordOf(document);
  if (manifest === undefined || !digestForm.test(digest)) return refused('is no manifest', unknownRemedy);
  if (!Array.isArray(manifest['manifests']))
    return recordOf(manifest['config']) === undefined || !Array.isArray(manifest['layers'])
      ? refused('is neither an image nor an index', unknownRemedy)
      : parsed({ digest, runnable: [{ platform: '', digest }], attestations: 0 });
  const runnable: { platform: string; digest: string }[] = [];
  let attestations = 0;
  for (const entry of manifest['manifests'].map(recordOf)) {
    const child = entry?.['digest'];
    if (typeof child !== 'string' || !digestForm.test(child)) return refused('is an index with an entry without digest', unknownRemedy);
    const platform = platformText(recordOf(entry?.['platform']));
    if (recordOf(entry?.['annotations'])?.['vnd.docker.reference.type'] === attestationType || platform === 'unknown/unknown')
      attestations += 1;
    else runnable.push({ platform, digest: child });
  }
  return runnable.length === 0 ? refused('is an index without an image', unknownRemedy) : parsed({ digest, runnable, attestations });
}

/**
 * The digest that a deployment names: of the one image there is, which is the same with provenance beside it and without, or of the index
 * where a machine has to choose by its platform.
 */
export const runningDigest = ({ digest, runnable }: StoredImage): string =>
  runnable.length === 1 ? (runnable[0]?.digest ?? digest) : digest;

/** Platforms that were ordered and are not there. Nothing was ordered where the builder chose its own. */
export const missingPlatforms = ({ runnable }: StoredImage, ordered: readonly string[]): readonly string[] =>
  ordered.length < 2 ? [] : ordered.filter((platform) => !runnable.some((each) => usual(each.platform) === usual(platform)));

/** Some write the variant that every machine of an architecture has, and some leave it out. */
const usual = (platform: string): string => platform.replace(/^(linux\/arm64)\/v8$|^(linux\/amd64)\/v1$/, '$1$2');

function platformText(platform: Readonly<Record<string, unknown>> | undefined): string {
  const parts = ['os', 'architecture', 'variant'].map((part) => platform?.[part]).filter((part) => typeof part === 'string' && part !== '');
  return parts.join('/');
}

/** The digest that `--metadata-file` tells. */
export function pushedDigest(metadata: unknown): string | undefined {
  const digest = recordOf(metadata)?.['containerimage.digest'];
  return typeof digest === 'string' && digestForm.test(digest) ? digest : undefined;
}
