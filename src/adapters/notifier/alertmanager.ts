import type { Destination } from '../../domain/alert/destination.ts';
import type { Alert, Notifier } from '../../ports/notifier.ts';
import { addressOf, courier, type Patience } from './courier.ts';
import { wordsOf } from './words.ts';

type Alertmanager = Extract<Destination, { kind: 'alertmanager' }>;

/** API v2 of Alertmanager (0.16 and later): https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function alertmanagerNotifier({ url, token, labels = {} }: Alertmanager, patience: Patience = {}): Pick<Notifier, 'send'> {
  const target = addressOf('Alertmanager', url);
  // An address that goes on to the API, of whichever version, means the same Alertmanager.
  target.pathname = `${target.pathname.replace(/(?:\/api\/v[12](?:\/alerts)?)?\/*$/, '')}/api/v2/alerts`;
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return {
    async send(alert, signal) {
      await courier('Alertmanager', patience, signal)({ url: target, headers, body: [postableAlert(alert, labels)] });
    },
  };
}

const names = { info: 'CanaryEnded', warning: 'CanaryTakenBack', critical: 'CanaryStateUnknown' } as const;

/** Hours until it ends by itself. An ending is an event: no later run can tell that people have dealt with it. */
const lasts = { info: 1, warning: 1, critical: 24 } as const;

/**
 * The labels are the alert's identity and the same from everyone who tells of this ending: Alertmanager makes one of what is told twice.
 * `run` keeps two endings of one service apart.
 */
export function postableAlert(alert: Alert, labels: Readonly<Record<string, string>>) {
  const { severity, service, namespace, run, at } = alert;
  const { title, message, facts, page } = wordsOf(alert);
  return {
    labels: { ...labels, alertname: names[severity], severity, service, namespace, run: run.slice(0, 300).toWellFormed() },
    annotations: {
      ...Object.fromEntries(facts.map(([name, value]) => [name.replace(/\W/g, '_').replace(/^(?=\d)/, '_'), value])),
      summary: title,
      description: message,
    },
    startsAt: at,
    endsAt: new Date(Date.parse(at) + lasts[severity] * 3_600_000).toISOString(),
    ...(page === undefined ? {} : { generatorURL: page }),
  };
}
