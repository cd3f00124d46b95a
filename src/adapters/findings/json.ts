import { Tokenizer, TokenType } from '@streamparser/json';
import { runAgain, Unreadable } from './unreadable.ts';
import { type Bytes, utf8Bytes } from './utf8.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** Without a prototype, so that every key is a key. */
export type JsonObject = { readonly [key: string]: Json };

/** What is kept of a document. Paths name keys, with `*` for any key or index. */
export interface Wanted {
  /** The elements of these lists are handed over one at a time; the list itself stays empty. */
  readonly items: readonly string[];
  /** Read, but not kept. */
  readonly skip?: readonly string[];
}

interface Node {
  readonly children: Map<string, Node>;
  is?: 'item' | 'skip';
}

interface Frame {
  readonly isList: boolean;
  /** `undefined` below what is skipped. */
  readonly value: Json[] | { [key: string]: Json } | undefined;
  readonly node: Node | undefined;
  key: string;
  index: number;
}

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'end';

const deepest = 64;
/** Values kept at the same time: what bounds the memory. */
const mostValues = 1_000_000;
/** A single text or number; also what a tokenizer may hold back. */
const longestValue = 8 * 1024 * 1024;

/**
 * Reads a JSON document without ever holding it whole. Throws `Unreadable` for everything that is no complete and unambiguous JSON:
 * cut off, something after its end, a key twice in one object, too deep, too large.
 */
export async function readJson(bytes: Bytes, wanted: Wanted, onItem: (item: Json, path: readonly string[]) => void): Promise<Json> {
  const builder = new Builder(treeOf(wanted), onItem);
  const tokenizer = new Tokenizer();
  let silent = 0;
  tokenizer.onToken = ({ token, value }) => {
    silent = 0;
    builder.take(token, value as Json);
  };
  tokenizer.onError = (error) => {
    throw error;
  };
  try {
    for await (const chunk of utf8Bytes(bytes)) {
      silent += chunk.length;
      tokenizer.write(chunk);
      if (silent > longestValue) throw new Unreadable(`has a value of more than ${longestValue} bytes`, runAgain);
    }
    // A number is only complete when something else comes, or the end.
    tokenizer.end();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(
      'is not JSON',
      'It may be cut off, or hold other output of the tool: have the tool write it to a file of its own.',
    );
  }
  return builder.result();
}

function treeOf({ items, skip = [] }: Wanted): Node {
  const root: Node = { children: new Map() };
  for (const [is, paths] of [
    ['item', items],
    ['skip', skip],
  ] as const)
    for (const path of paths) {
      let node = root;
      for (const part of path === '' ? [] : path.split('.')) {
        const next: Node = node.children.get(part) ?? { children: new Map() };
        node.children.set(part, next);
        node = next;
      }
      node.is = is;
    }
  return root;
}

class Builder {
  readonly #root: Node;
  readonly #onItem: (item: Json, path: readonly string[]) => void;
  readonly #stack: Frame[] = [];
  #expected: Expected = 'value';
  #values = 0;
  #atItem: number | undefined;
  #result: Json | undefined;

  constructor(root: Node, onItem: (item: Json, path: readonly string[]) => void) {
    this.#root = root;
    this.#onItem = onItem;
  }

  result(): Json {
    if (this.#result === undefined) throw new Unreadable('is cut off: its JSON has no end', runAgain);
    return this.#result;
  }

  take(token: TokenType, value: Json): void {
    const expected = this.#expected;
    const frame = this.#stack.at(-1);
    if (frame !== undefined && expected === 'colon') this.#expected = token === TokenType.COLON ? 'value' : stray();
    else if (frame !== undefined && (expected === 'key' || expected === 'key or end') && token === TokenType.STRING)
      this.#key(frame, value as string);
    else if (expected === 'comma or end' && frame !== undefined && token === TokenType.COMMA)
      this.#expected = frame.isList ? 'value' : 'key';
    else if (
      frame !== undefined &&
      expected.endsWith('or end') &&
      token === (frame.isList ? TokenType.RIGHT_BRACKET : TokenType.RIGHT_BRACE)
    )
      this.#close();
    else if (expected === 'value' || expected === 'value or end') this.#value(token, value);
    else stray();
  }

  #key(frame: Frame, key: string): void {
    if (frame.value !== undefined && Object.hasOwn(frame.value, key))
      throw new Unreadable('has a key twice in one object, so it can be read in two ways', runAgain);
    frame.key = key;
    this.#expected = 'colon';
  }

  #value(token: TokenType, value: Json): void {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#open(token === TokenType.LEFT_BRACKET);
    else if (token < TokenType.TRUE || token > TokenType.NUMBER) stray();
    else this.#put(value, this.#nodeHere());
  }

  #open(isList: boolean): void {
    if (this.#stack.length >= deepest) throw new Unreadable(`is nested more than ${deepest} deep`, runAgain);
    const parent = this.#stack.at(-1);
    const node = this.#nodeHere();
    const isKept = node?.is !== 'skip' && (parent === undefined || parent.value !== undefined);
    if (node?.is === 'item') this.#atItem = this.#values;
    const value = isKept ? (isList ? [] : (Object.create(null) as { [key: string]: Json })) : undefined;
    this.#stack.push({ isList, value, node, key: '', index: 0 });
    this.#expected = isList ? 'value or end' : 'key or end';
  }

  #close(): void {
    const frame = this.#stack.pop();
    this.#put(frame?.value, frame?.node);
  }

  /** The place of the value that comes next, in the tree of what is wanted. */
  #nodeHere(): Node | undefined {
    const frame = this.#stack.at(-1);
    if (frame === undefined) return this.#root;
    if (frame.node === undefined) return undefined;
    return (frame.isList ? undefined : frame.node.children.get(frame.key)) ?? frame.node.children.get('*');
  }

  #put(value: Json | undefined, node: Node | undefined): void {
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      this.#result = value ?? null;
      this.#expected = 'end';
      return;
    }
    this.#expected = 'comma or end';
    if (node?.is === 'item' && value !== undefined) {
      this.#onItem(
        value,
        this.#stack.map(({ isList, key, index }) => (isList ? String(index) : key)),
      );
      this.#values = this.#atItem ?? this.#values;
    } else if (frame.value !== undefined && value !== undefined && node?.is !== 'skip') this.#keep(frame, value);
    frame.index += 1;
  }

  #keep(frame: Frame, value: Json): void {
    this.#values += 1;
    if (this.#values > mostValues) throw new Unreadable(`has more than ${mostValues} values in one part`, runAgain);
    if (Array.isArray(frame.value)) frame.value.push(value);
    else if (frame.value !== undefined) (frame.value as { [key: string]: Json })[frame.key] = value;
  }
}

function stray(): never {
  throw new Unreadable('is not JSON: something stands where nothing may', runAgain);
}
