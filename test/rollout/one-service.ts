/** The example service where nothing splits traffic: one Service with all pods behind a route that knows no canary. */
export function oneService(object: Record<string, unknown>): void {
  const { name } = object['metadata'] as { readonly name: string };
  const spec = object['spec'] as Record<string, unknown>;
  // Without the version, by which the Deployments tell their pods apart.
  if (object['kind'] === 'Service' && name === 'agent') spec['selector'] = { app: 'agent' };
  if (object['kind'] === 'HTTPRoute') spec['rules'] = [{ backendRefs: [{ name: 'agent', port: 80 }] }];
}
