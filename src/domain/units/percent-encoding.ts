/** What a percent-encoded text stands for. `undefined`: it is not encoded as it should be, and stands for nothing. */
export function percentDecoded(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
