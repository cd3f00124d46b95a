/** What a run leaves to the step that comes after it, should it not come to its own end. */
export interface Handover {
  save(record: Readonly<Record<string, string>>): void;
}
