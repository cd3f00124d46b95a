/** Names that kind, k3d and minikube give to clusters on the machine itself. Any other may be a cluster that people depend on. */
export const isLocalContext = (name: string): boolean => /^(?:kind-.+|k3d-.+|minikube)$/.test(name);

/**
 * Whether the demo may use a context: a local one, or one whose name a person types.
 * @param ask shows the question and answers with what was typed; `undefined` where nobody can be asked.
 */
export async function mayUse(context: string, ask: ((question: string) => Promise<string>) | undefined): Promise<boolean> {
  if (isLocalContext(context)) return true;
  if (ask === undefined) return false;
  const typed = await ask(`${context} is not a kind-*, k3d-* or minikube context. Type its name to run the demo on it: `);
  return typed.trim() === context;
}
