/**
 * YAML of plain JSON values, in the layout people write manifests in. Every value reads back as it was: a string is left
 * without quotes only where no reader could take it for something else.
 */
export const yamlText = (value: unknown): string => `${block(value).join('\n')}\n`;

/** Several objects in one file. */
export const yamlDocuments = (values: readonly unknown[]): string => values.map(yamlText).join('---\n');

function block(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item) => hang('- ', block(item)));
  const entries = entriesOf(value);
  if (entries.length > 0) return entries.flatMap(([key, field]) => member(string(key), field));
  return [scalar(value)];
}

const member = (key: string, value: unknown): readonly string[] =>
  isEmpty(value) ? [`${key}: ${scalar(value)}`] : [`${key}:`, ...block(value).map((line) => `  ${line}`)];

const hang = (mark: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);

/** Written on one line: a scalar, or a collection without members. */
const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : entriesOf(value).length === 0);

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).filter(([, field]) => field !== undefined)
    : [];

function scalar(value: unknown): string {
  if (typeof value === 'string') return string(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  return String(JSON.stringify(value));
}

const unmistakable = /^[A-Za-z_/][A-Za-z0-9_./-]*$/;
// What some YAML reader, of version 1.1 or 1.2, takes for a boolean or nothing.
const reserved = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

// A JSON string is a YAML string, except for the characters that YAML does not print.
const string = (text: string): string =>
  unmistakable.test(text) && !reserved.test(text)
    ? text
    : JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
