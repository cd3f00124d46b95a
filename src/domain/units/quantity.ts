import { type Parsed, parsed, refused } from './parsed.ts';

const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const grammar = /^\+?(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE]([-+]?\d{1,3})|([KMGTPE]i|[numkMGTPE]?))$/;
const remedy = 'Write a Kubernetes quantity, such as `500m`, `2`, `128Mi` or `1Gi`.';

/** A Kubernetes quantity in base units: cores, bytes, pieces. `500m` → 0.5, `1Gi` → 1073741824. */
export function parseQuantity(text: string): Parsed<number> {
  if (/^-[\d.]/.test(text)) return refused('is negative', remedy);
  const [, number, exponent, suffix = ''] = grammar.exec(text) ?? [];
  if (number === undefined) return refused('is not a quantity', remedy);
  const binary = binaryExponents[suffix];
  const value = binary === undefined ? Number(`${number}e${exponent ?? decimalExponents[suffix]}`) : Number(number) * 2 ** binary;
  return Number.isFinite(value) ? parsed(value) : refused('is larger than any machine', remedy);
}
