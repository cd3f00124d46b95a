/** Why the demo cannot run, and what to do about it. */
export class DemoFailure extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(`${what}\n→ ${remedy}`);
    this.name = 'DemoFailure';
    this.remedy = remedy;
  }
}
