/** Tells people how a run ended. */
export interface Notifier {
  send(alert: Alert, signal?: AbortSignal): Promise<void>;
}

export interface Alert {
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}
