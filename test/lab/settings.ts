import { join } from 'node:path';
import type { ForwardName } from './addresses.ts';

export interface LabOptions {
  /** Prefix of the state directory and the name that `npm run lab` finds the lab by. */
  name?: string;
  log?: (line: string) => void;
  /** A detached lab outlives the process that started it and ends by `npm run lab -- stop`. */
  detached?: boolean;
  /** How often Prometheus scrapes, in Prometheus' notation. */
  scrapeInterval?: string;
  /** The shortest time between two configurations of the gateway; Traefik's own default is two seconds. */
  gatewayThrottle?: string;
  /** Starts BuildKit too, for tests that build images. */
  buildkit?: boolean;
}

/** What the two processes of a lab, one outside and one inside its namespaces, agree on. */
export interface LabSettings {
  name: string;
  directory: string;
  forwards: Record<ForwardName, number>;
  scrapeInterval: string;
  gatewayThrottle: string;
  buildkit: boolean;
}

export type LabFiles = ReturnType<typeof labFiles>;

export function labFiles(directory: string) {
  const at = (...path: string[]) => join(directory, ...path);
  return {
    settings: at('settings.json'),
    record: at('lab.json'),
    control: at('control.sock'),
    logs: at('logs'),
    kubeconfig: at('kubeconfig'),
    auditLog: at('audit.log'),
    /** A tmpfs that only the lab's mount namespace has. */
    data: at('data'),
    keys: at('keys'),
    configuration: at('configuration'),
    targets: at('targets'),
    podLogs: at('pods'),
    buildkit: at('buildkit.sock'),
    containerd: at('data', 'containerd.sock'),
  };
}
