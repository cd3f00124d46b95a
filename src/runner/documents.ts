import type { RawInputs } from '../flows/flow.ts';

export type RawDocuments = Readonly<Record<string, ReturnType<RawInputs['document']>>>;

/** Inputs that hold YAML, parsed. The parser is loaded only when there is something to parse; a single word is its own value. */
export async function readDocuments(names: readonly string[], text: (name: string) => string): Promise<RawDocuments> {
  const given = names.map((name) => [name, text(name)] as const).filter(([, value]) => value !== '');
  const entries = await Promise.all(
    given.map(async ([name, value]) => [name, /^[a-z-]+$/.test(value) ? { value } : await parse(value)] as const),
  );
  return Object.fromEntries(entries);
}

async function parse(text: string): Promise<{ readonly value: unknown } | { readonly error: string }> {
  const { parseDocument, visit } = await import('yaml');
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) return { error: problem.message.split('\n')[0] ?? '' };
  // An alias can stand for a large part, and aliases of aliases for more than fits into memory. A few lines of settings need none.
  let aliased = false;
  visit(document, {
    Alias: () => {
      aliased = true;
      return visit.BREAK;
    },
  });
  if (aliased) return { error: 'aliases (`*name`) are not read here' };
  return { value: document.toJS() };
}
