/** What went wrong in the lab, and what to do about it. */
export class LabFailure extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(`${what}\n${remedy}`, options);
    this.name = 'LabFailure';
    this.remedy = remedy;
  }
}
