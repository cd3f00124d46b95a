export type Cell = string | number;

/** Aligned columns: texts to the left, numbers to the right, a rule below the headings. */
export function textTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = [headings, ...rows].map((row) => headings.map((_, column) => String(row[column] ?? '')));
  const widths = headings.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const isNumber = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const lines = shown.map((row) =>
    row
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0] ?? '', rule, ...lines.slice(1)].join('\n');
}
