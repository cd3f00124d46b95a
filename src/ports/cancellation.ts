/** Someone asked this run to end. */
export interface Cancellation {
  /** Called at once when it was already asked for. The answer unsubscribes. */
  onRequest(listener: (by: string) => void): () => void;
}
