import { type Document, LineCounter, parseAllDocuments, type ScalarTag, visit } from 'yaml';

/**
 * The YAML (or JSON) documents of a text as plain values, empty ones left out. Keys are unique. Aliases are refused: one can stand for a
 * large part, and aliases of aliases for more than fits into memory. `error` is one line, with the line it is about.
 */
export function parseStrict(text: string): { readonly values: readonly unknown[] } | { readonly error: string } {
  const lineCounter = new LineCounter();
  const found = parseAllDocuments(text, { strict: true, uniqueKeys: true, lineCounter, customTags: (tags) => [octal, ...tags] });
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

/** A file mode such as `0644` means what kubectl and every Kubernetes manual take it for: YAML 1.2 alone would make it six hundred and forty-four. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

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
