import type { RawInputs } from '../flows/flow.ts';

export type RawDocuments = Readonly<Record<string, ReturnType<RawInputs['document']>>>;

/** Of their text not even a parser's complaint is shown. */
const secretDocuments: ReadonlySet<string> = new Set(['notify']);

/** Inputs that hold YAML, parsed. The parser is loaded only when there is something to parse; a single word is its own value. */
export async function readDocuments(names: readonly string[], text: (name: string) => string): Promise<RawDocuments> {
  const given = names.map((name) => [name, text(name)] as const).filter(([, value]) => value !== '');
  const entries = await Promise.all(
    given.map(
      async ([name, value]) => [name, /^[a-z-]+$/.test(value) ? { value } : await parse(value, secretDocuments.has(name))] as const,
    ),
  );
  return Object.fromEntries(entries);
}

async function parse(text: string, secret: boolean): Promise<{ readonly value: unknown } | { readonly error: string }> {
  const { parseDocument, visit } = await import('yaml');
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const [said = ''] = problem.message.split('\n');
    return { error: secret ? `it cannot be read${/ at line \d+, column \d+/.exec(said)?.[0] ?? ''}` : said };
  }
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
