/** The two versions that are compared: the new one, and the one that serves already. */
export type Arm = 'canary' | 'stable';

/** Label matchers of each arm, without braces: `namespace="shop",pod=~"agent-(6d5f7c)-[a-z0-9]+"`. */
export type Selectors = Readonly<Record<Arm, string>>;
