import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** What goes into an image by its name. Build arguments stay readable in it for ever: in its history and in its provenance. */
export type BuildArguments = Readonly<Record<string, string>>;

const secretName = /(?:^|_)(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?|AUTH)S?(?:_|$)/i;
/** Names that say where or how, and hold no secret themselves. */
const aboutSecret = /_(?:FILE|PATH|URL|ENDPOINT|NAME|TTL|TYPE|ISSUER|AUDIENCE)$/i;
const secretValue =
  /(?:^|[^A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|xox[abpr]-\w+|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^/\s:@]+:[^/\s@]+@/;

export const smellsOfSecret = (name: string, value: string): boolean =>
  (secretName.test(name) && !aboutSecret.test(name)) || secretValue.test(value);

const remedy = 'Write one `NAME=value` a line.';

/** The value is never in a message. */
export function parseBuildArguments(text: string): Parsed<BuildArguments> {
  const found: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.replace(/\r$/, ''))) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return refused('has a line that is no `NAME=value`', remedy);
    if (Object.hasOwn(found, name)) return refused(`names \`${name}\` twice`, remedy);
    if (smellsOfSecret(name, value))
      return refused(
        `names \`${name}\`, which looks like a secret, and build arguments stay readable in the image`,
        `Give it in \`secrets\` as \`id=${name.toLowerCase()},env=${name}\`, and read it in the Dockerfile by \`RUN --mount=type=secret,id=${name.toLowerCase()}\`.`,
      );
    found[name] = value;
  }
  return parsed(found);
}

/** A secret by its place, never by its value. */
export type BuildSecret =
  | { readonly id: string; readonly from: 'environment'; readonly name: string }
  | { readonly id: string; readonly from: 'file'; readonly path: string };

const secretRemedy = 'Write one `id=NAME,env=VARIABLE` or `id=NAME,src=path` a line, and set the variable in `env:` of the step.';

export function parseBuildSecrets(text: string): Parsed<readonly BuildSecret[]> {
  const found: BuildSecret[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, id, kind, place] = /^id=([A-Za-z0-9][A-Za-z0-9._-]{0,127}),(env|src)=([^,\s]+)$/.exec(line) ?? [];
    if (id === undefined || place === undefined) return refused('has a line that names no secret by its place', secretRemedy);
    if (found.some((secret) => secret.id === id)) return refused(`names the secret \`${id}\` twice`, secretRemedy);
    if (kind === 'env' && !/^[A-Za-z_]\w*$/.test(place)) return refused('names what no environment variable can be called', secretRemedy);
    found.push(kind === 'env' ? { id, from: 'environment', name: place } : { id, from: 'file', path: place });
  }
  return parsed(found);
}
