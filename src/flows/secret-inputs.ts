/**
 * Inputs whose value is never shown, not even when it is wrong, and not in a parser's complaint about it. Which of them are masked as they are
 * each flow says in `secretNames`; of the others the secrets inside are masked where they are parsed.
 */
export const secretInputs: ReadonlySet<string> = new Set([
  'kubeconfig',
  'kubeconfigs',
  'prometheus-url',
  'prometheus-token',
  'prometheus-ca',
  'prometheus-headers',
  'notify',
  'notify-webhook',
  'registry-password',
  'build-args',
  'github-token',
]);
