import type { RawInputs } from '../flows/flow.ts';
import { secretInputs } from '../flows/secret-inputs.ts';

export type RawDocuments = Readonly<Record<string, ReturnType<RawInputs['document']>>>;

/** Inputs that hold YAML, parsed. The parser is loaded only when there is something to parse; a single word is its own value. */
export async function readDocuments(names: readonly string[], text: (name: string) => string): Promise<RawDocuments> {
  const given = names.map((name) => [name, text(name)] as const).filter(([, value]) => value !== '');
  const entries = await Promise.all(
    given.map(async ([name, value]) => [name, /^[a-z-]+$/.test(value) ? { value } : await parse(value, secretInputs.has(name))] as const),
  );
  return Object.fromEntries(entries);
}

/** What a parser quotes in its complaint may be the secret. */
async function parse(text: string, secret: boolean): Promise<{ readonly value: unknown } | { readonly error: string }> {
  const { parseStrict } = await import('../adapters/yaml/strict.ts');
  const parsed = parseStrict(text);
  if ('error' in parsed) return secret ? { error: `it cannot be read${/ at line \d+, column \d+/.exec(parsed.error)?.[0] ?? ''}` } : parsed;
  if (parsed.values.length > 1) return { error: 'it holds several documents (`---`)' };
  return { value: parsed.values[0] ?? null };
}
