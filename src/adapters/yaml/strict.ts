import { type Document, LineCounter, parseAllDocuments, visit } from 'yaml';

/**
 * The YAML (or JSON) documents of a text as plain values, empty ones left out. Keys are unique. Aliases are refused: one can stand for a
 * large part, and aliases of aliases for more than fits into memory. `error` is one line, with the line it is about.
 */
export function parseStrict(text: string): { readonly values: readonly unknown[] } | { readonly error: string } {
  const lineCounter = new LineCounter();
  const found = parseAllDocuments(text, { strict: true, uniqueKeys: true, lineCounter });
  // For a text without anything in it the parser gives a list that is a document of its own.
  const documents = [...found] as Document[];
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined) return { error: problem.message.split('\n')[0] ?? '' };
    const alias = firstAlias(document);
    if (alias !== undefined) return { error: `aliases (\`*name\`) are not read here (line ${lineCounter.linePos(alias).line})` };
  }
  return { values: documents.map((document) => document.toJS() as unknown).filter((value) => value !== null) };
}

function firstAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, { range }) => {
      offset = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
