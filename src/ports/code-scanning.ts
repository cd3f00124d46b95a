/** Where the forge shows what scanners found. */
export interface CodeScanning {
  /** Why nothing can be uploaded from here; `undefined`: it can be tried. */
  readonly closed: string | undefined;
  /** Done when it was taken, which is before it is shown. Throws a `Failure` with a FORGE_* code. */
  upload(sarif: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<void>;
}
