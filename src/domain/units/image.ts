import { type Parsed, parsed, refused } from './parsed.ts';

/** A container image: where it is, and which one. At least one of tag and digest is there. */
export interface ImageRef {
  /** With the registry, when one was given: `127.0.0.1:5000/shop/agent`. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const remedy = 'Write registry/name:tag or registry/name@sha256:… (64 hexadecimal digits).';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const host = '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?';
// The grammar of the OCI distribution specification: [host/]component(/component)*[:tag][@digest]
const grammar = new RegExp(
  `^((?:${host}/)?${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

export function parseImage(text: string): Parsed<ImageRef> {
  if (text.length > 1024) return refused('is longer than 1,024 characters', remedy);
  const [, name, tag, digest] = grammar.exec(text) ?? [];
  if (name === undefined) return misnamed(text);
  if (tag === undefined && digest === undefined)
    return refused('has neither a tag nor a digest, so it could mean another image tomorrow', remedy);
  return parsed({ name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
}

/** An owner of a repository may have capitals, and expressions such as `github.repository` bring them along. */
function misnamed(text: string): Parsed<never> {
  const [, name = '', rest = ''] = /^(.*?)((?::[^:/@]*)?(?:@.*)?)$/s.exec(text) ?? [];
  const small = name.toLowerCase();
  return small !== name && grammar.test(`${small}${rest}`)
    ? refused('has capital letters in its name', `Write \`${small}${rest}\`.`)
    : refused('is not an image reference', remedy);
}

/** `name@digest` where the digest is known: the same bytes everywhere. Otherwise `name:tag`. */
export const imageText = ({ name, tag, digest }: ImageRef): string =>
  digest === undefined ? `${name}:${tag ?? 'latest'}` : `${name}@${digest}`;
