/** A rule of RBAC as the API server answers with it. */
export interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Empty: none. */
  readonly subresource: string;
  /** Empty: whichever. */
  readonly name: string;
}

const has = (all: readonly string[] | undefined, one: string): boolean => (all ?? []).some((each) => each === '*' || each === one);

/** Whether this one rule is enough. */
export function grants(
  { verbs, apiGroups, resources, resourceNames = [] }: Rule,
  { verb, group, resource, subresource, name }: Access,
): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const onResource = has(resources, whole) || (subresource !== '' && (resources ?? []).includes(`*/${subresource}`));
  return (
    has(verbs, verb) && has(apiGroups, group) && onResource && (resourceNames.length === 0 || (name !== '' && resourceNames.includes(name)))
  );
}
