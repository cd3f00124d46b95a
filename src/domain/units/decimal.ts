const mostDecimals = 15;

/**
 * A number for people: rounded, without trailing zeros, but never so far that the rounded figure says something else than the
 * true one. Of zero and of every limit it stays on its own side: 1.004 against a limit of 1 is shown as 1.004.
 */
export function decimalText(value: number, decimals: number, limits: readonly number[] = []): string {
  for (let digits = decimals; digits < mostDecimals; digits += 1) {
    const rounded = Number(value.toFixed(digits));
    if ([0, ...limits].every((limit) => Math.sign(rounded - limit) === Math.sign(value - limit))) return String(rounded);
  }
  return String(value);
}

/** As many decimals as keep two digits of a number below one; one decimal from there on. */
export const sensibleDecimals = (size: number): number =>
  size > 0 && size < 1 ? Math.min(mostDecimals, 1 - Math.floor(Math.log10(size))) : 1;
