import { posix } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** What the rules need to know of one TypeScript file. */
export interface Source {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly lineCount: number;
  /** Everything imported or exported from elsewhere, types included: paths from the root for own files, otherwise as written. */
  readonly imports: readonly string[];
  /** Names and `Math.random`-like pairs that the code evaluates; types, property names, comments and strings are not among them. */
  readonly evaluated: ReadonlySet<string>;
  readonly isAsynchronous: boolean;
  /** Nothing is left of it when the types are stripped. */
  readonly isTypesOnly: boolean;
  /** Type as written of each exported constant: `export const istio: Router` → `istio` → `Router`. */
  readonly constants: ReadonlyMap<string, string>;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function readSource(path: string, text: string): Source {
  const nodes = [...walk(parseAst(text, { lang: 'ts' }, path) as unknown as Node)];
  const program = nodes[0] as Node & { readonly body: readonly Node[] };
  return {
    path,
    lineCount: text.replace(/\n$/, '').split('\n').length,
    imports: nodes.flatMap(({ type, source }) =>
      /Import|Export/.test(type) && isNode(source) ? [resolved(path, String(source['value']))] : [],
    ),
    evaluated: new Set(evaluated(program)),
    isAsynchronous: nodes.some(({ type, async }) => type === 'AwaitExpression' || async === true),
    isTypesOnly: program.body.every(isTypes),
    constants: new Map(program.body.flatMap((statement) => exportedConstants(statement, text))),
  };
}

function resolved(path: string, from: string): string {
  return from.startsWith('.') ? posix.join(posix.dirname(path), from) : from;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}

const expressionsWithTypes = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSInstantiationExpression'];

function* evaluated(node: Node): Generator<string> {
  if (node.type.startsWith('TS') && !expressionsWithTypes.includes(node.type)) return;
  if (node.type === 'Identifier') yield String(node['name']);
  const { object, property, computed, key, shorthand } = node;
  if (isNode(object) && isNode(property) && computed !== true) yield `${String(object['name'])}.${String(property['name'])}`;
  for (const child of childrenOf(node)) {
    const isName = computed !== true && (child === property || (child === key && shorthand !== true));
    if (!isName) yield* evaluated(child);
  }
}

function isTypes(statement: Node): boolean {
  if (statement.type === 'TSInterfaceDeclaration' || statement.type === 'TSTypeAliasDeclaration') return true;
  return statement['importKind'] === 'type' || statement['exportKind'] === 'type';
}

function exportedConstants({ type, declaration }: Node, text: string): readonly (readonly [string, string])[] {
  if (type !== 'ExportNamedDeclaration' || !isNode(declaration) || declaration.type !== 'VariableDeclaration') return [];
  return (declaration['declarations'] as readonly Node[]).flatMap(({ id }) => {
    if (!isNode(id) || !isNode(id['typeAnnotation'])) return [];
    const { typeAnnotation } = id['typeAnnotation'];
    return isNode(typeAnnotation)
      ? [[String(id['name']), text.slice(Number(typeAnnotation['start']), Number(typeAnnotation['end']))] as const]
      : [];
  });
}
