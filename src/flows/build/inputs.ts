import * as z from 'zod';
import { parseBuildArguments, parseBuildSecrets } from '../../domain/build/build-arguments.ts';
import type { BuildInputs, LayerCache } from '../../domain/build/build-order.ts';
import { isTag } from '../../domain/build/tags.ts';
import { parseTime } from '../../domain/units/duration.ts';
import { parseImage } from '../../domain/units/image.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import type { RawInputs, RegistryConnections } from '../flow.ts';
import { anyText, type Clash, choice, defaulting, flag, optional, parseInputs, required } from '../input-fields.ts';

/** Owners of repositories have capitals, images must not. */
function imageName(text: string): Parsed<string> {
  const name = text.toLowerCase();
  const image = parseImage(`${name}:tag`);
  if (!image.ok || image.value.name !== name)
    return refused('is not the name of an image', 'Write registry/owner/name, without tag and digest.');
  return parsed(name);
}

const within = (text: string): Parsed<string> =>
  text.startsWith('/') || text.startsWith('-') || text.includes('://') || text.split('/').includes('..')
    ? refused('leads out of the workspace', 'Write a path relative to the workspace.')
    : parsed(text);

const words = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

function platforms(text: string): Parsed<readonly string[]> {
  const found = words(text);
  return found.every((word) => /^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/.test(word))
    ? parsed([...new Set(found)])
    : refused('holds what is no platform', 'Write such as `linux/amd64,linux/arm64`.');
}

const tags = (text: string): Parsed<readonly string[]> =>
  words(text).every(isTag)
    ? parsed(words(text))
    : refused('holds what is no tag', 'Write letters, digits, `_`, `.` and `-`, at most 128 of them, without the name of the image.');

const schema = z.object({
  image: required(imageName),
  context: defaulting(within, '.'),
  dockerfile: optional(within),
  target: optional(anyText),
  platforms: defaulting(platforms, ''),
  'build-args': defaulting(parseBuildArguments, ''),
  secrets: defaulting(parseBuildSecrets, ''),
  tags: defaulting(tags, ''),
  push: defaulting(choice('auto', 'false'), 'auto'),
  reuse: defaulting(flag, 'true'),
  cache: defaulting(choice('gha', 'registry', 'none'), 'gha'),
  provenance: defaulting(choice('min', 'max', 'off'), 'min'),
  sbom: defaulting(flag, 'true'),
  builder: optional(anyText),
  'registry-username': optional(anyText),
  'registry-password': optional(anyText),
  timeout: defaulting(parseTime, '60m'),
});

export const buildInputNames: readonly string[] = Object.keys(schema.shape);

/** Holds no secret: build arguments are public by their nature, secrets are named by their places. */
export interface BuildPlan {
  readonly name: string;
  readonly registry: string;
  readonly inputs: BuildInputs;
  readonly moreTags: readonly string[];
  readonly push: 'auto' | 'false';
  readonly reuse: boolean;
  readonly cache: LayerCache['in'];
  readonly builder: string | undefined;
  readonly timeoutSeconds: number;
}

export interface BuildFlowInputs {
  readonly connections: RegistryConnections;
  readonly plan: BuildPlan;
}

export function parseBuildInputs(raw: RawInputs): BuildFlowInputs {
  const fields = parseInputs(schema, raw, [], clashes(raw));
  const { 'registry-username': username, 'registry-password': password, image: name, context } = fields;
  return {
    connections: { login: username === undefined || password === undefined ? undefined : { username, password } },
    plan: {
      name,
      registry: registryOf(name),
      inputs: {
        context,
        dockerfile: fields.dockerfile ?? (context === '.' ? 'Dockerfile' : `${context.replace(/\/+$/, '')}/Dockerfile`),
        target: fields.target,
        platforms: fields.platforms,
        arguments: fields['build-args'],
        secrets: fields.secrets,
        provenance: fields.provenance,
        sbom: fields.sbom,
      },
      moreTags: fields.tags,
      push: fields.push,
      reuse: fields.reuse,
      cache: fields.cache,
      builder: fields.builder,
      timeoutSeconds: fields.timeout,
    },
  };
}

/** The first part is a host when it could be nothing else; otherwise the image is Docker Hub's. */
function registryOf(name: string): string {
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

const clashes = (raw: RawInputs): readonly Clash[] =>
  (raw.text('registry-username') === '') === (raw.text('registry-password') === '')
    ? []
    : [
        {
          inputs: ['registry-username', 'registry-password'],
          problem: 'only one of them is given',
          remedy: 'Give both, or none where an earlier step signs in.',
        },
      ];
