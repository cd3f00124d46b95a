import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { type Bytes, textOf } from './text-stream.ts';
import { UnreadableReport } from './unreadable.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface XmlHandler {
  /** `path` holds the names from the root down, the opened one last. */
  open(name: string, attributes: Attributes, path: readonly string[]): void;
  close(name: string, path: readonly string[]): void;
  /** Character data, only while `wantsText` says so: what nobody wants is not collected. */
  text?(text: string): void;
  wantsText?(): boolean;
}

const deepest = 100;
/** Of one text, attribute or comment: the parser holds such a piece in memory, however little of it is wanted. */
const longestPiece = 32 * 1024 * 1024;
const encodings = /^(?:utf-?8|us-ascii|ascii)$/i;

/**
 * Reads a well-formed document to its end, or throws UnreadableReport. Nothing but the five entities of XML itself is resolved: a
 * document that declares its own is refused, and an external one is never fetched.
 */
export async function readXml(bytes: Bytes, handler: XmlHandler): Promise<void> {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const path: string[] = [];
  const onText = (text: string): void => handler.text?.(text);
  let sinceElement = 0;
  const listen = (): void => {
    sinceElement = 0;
    if (handler.wantsText?.() === true) {
      parser.on('text', onText);
      parser.on('cdata', onText);
    } else {
      parser.off('text');
      parser.off('cdata');
    }
  };
  parser.on('error', (error) => {
    throw new UnreadableReport(`it is not well-formed XML: ${error.message}`);
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !encodings.test(encoding))
      throw new UnreadableReport(`it says that it is written in ${encoding}`, 'Let the tool write its report in UTF-8.');
  });
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) throw new UnreadableReport('it declares entities of its own', 'Use a tool that writes plain XML.');
  });
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    path.push(name);
    if (path.length > deepest) throw new UnreadableReport(`it is nested more than ${deepest} elements deep`);
    handler.open(name, attributes, path);
    listen();
  });
  parser.on('closetag', ({ name }) => {
    handler.close(name, path);
    path.pop();
    listen();
  });
  for await (const text of textOf(bytes)) {
    sinceElement += text.length;
    parser.write(text);
    if (sinceElement > longestPiece)
      throw new UnreadableReport(`it holds a piece of text of more than ${longestPiece} characters`, 'Leave captured output out of it.');
  }
  parser.close();
}
