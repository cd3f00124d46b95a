/** Tells people how a rollout ended. */
export interface Notifier {
  /** As the Lease and the summary know it, such as `slack`. Never an address. */
  readonly name: string;
  /**
   * Done when the receiver took it. Throws NOTIFY_FAILED, after its own deadline at the latest, whatever the receiver does; with `signal`,
   * its reason.
   */
  send(alert: Alert, signal?: AbortSignal): Promise<void>;
}

/** Holds no secret. Its texts may be foreign: each notifier makes them inert for where they are shown. */
export interface Alert {
  readonly severity: 'info' | 'warning' | 'critical';
  readonly service: string;
  readonly namespace: string;
  /** Page or name of the run whose ending it is: the same from everyone who tells of it. */
  readonly run: string;
  readonly title: string;
  /** The first line says it all; further ones are details. */
  readonly message: string;
  /** What else is known, in the order of showing. */
  readonly facts: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly at: string;
}
