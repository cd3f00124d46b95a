/** The value of a JSON text that may be anybody's. `undefined`, which JSON cannot say: it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
