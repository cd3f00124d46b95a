// The credential plugin of the kubeconfigs that actions/cluster writes for AKS: started by kubectl, or by our own actions, in later steps.
import { parseArgs } from 'node:util';
import { idTokenSource } from '../adapters/azure/id-token-source.ts';
import { Failure } from '../failure.ts';
import { execCredential } from './exec-credential.ts';

const text = { type: 'string' } as const;

export async function printCredential(): Promise<void> {
  try {
    const { values } = parseArgs({ options: { tenant: text, client: text, server: text, authority: text, audience: text } });
    process.stdout.write(`${JSON.stringify(await execCredential(values, idTokenSource(process.env)))}\n`);
  } catch (error) {
    // Kubernetes clients show what is said here.
    process.stderr.write(error instanceof Failure ? `${error.code}: ${error.what} ${error.remedy}\n` : `${String(error)}\n`);
    process.exitCode = 1;
  }
}
