interface Source {
  readonly document: Readonly<Record<string, unknown>>;
  readonly raw: string;
}

const secretField = /^(?:token|password|client-key-data|client-secret|access-token|id-token|refresh-token)$/;
const secretName = /secret|token|password|passwd|credential|private|key$/i;
// Masking a shorter text would blacken a log without hiding anything.
const shortest = 4;

/**
 * The secret values of kubeconfigs: tokens, passwords, private keys, and what credential plugins get as secret arguments or
 * environment; each as it is written, decoded, and as base64, and the whole text when it was given as base64.
 */
export function kubeconfigSecrets(sources: readonly Source[]): readonly string[] {
  const found = sources.flatMap(({ document, raw }) => [
    ...(raw.includes(':') ? [] : [raw]),
    ...entries(document['users']).flatMap((entry) => fieldSecrets(record(entry)['user'])),
  ]);
  return [...new Set(found.flatMap(forms))].filter((secret) => secret.length >= shortest);
}

function fieldSecrets(user: unknown): string[] {
  const fields = Object.entries(record(user));
  const own = fields.filter(([name]) => secretField.test(name)).map(([, value]) => value);
  const exec = record(record(user)['exec']);
  const environment = entries(exec['env'])
    .map(record)
    .filter(({ name }) => secretName.test(String(name)))
    .map(({ value }) => value);
  const provider = record(record(user)['auth-provider'])['config'];
  const values = [...own, ...environment, ...secretArguments(entries(exec['args']).map(String))];
  return [
    ...values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String),
    ...(provider ? fieldSecrets(provider) : []),
  ];
}

/** `--client-secret=VALUE` and `--client-secret VALUE`. */
const secretArguments = (args: readonly string[]): string[] =>
  args.flatMap((argument, index) => {
    const [, name = '', value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (!secretName.test(name)) return [];
    const secret = value ?? args[index + 1];
    return secret === undefined || secret.startsWith('--') ? [] : [secret];
  });

function forms(secret: string): string[] {
  const decoded = /^[A-Za-z0-9+/\s]+=*\s*$/.test(secret) ? Buffer.from(secret, 'base64').toString('utf8') : '';
  // Decoded bytes that are no text cannot come up in a log.
  const text = decoded.includes('\uFFFD') ? '' : decoded;
  return [secret, secret.trim(), text, text.trim(), Buffer.from(secret).toString('base64'), Buffer.from(secret.trim()).toString('base64')];
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const entries = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
