/** How a change comes to its users, and the action that does it. */
export const strategies = {
  'blue-green': { action: 'actions/blue-green', means: 'all of it beside what runs, checked whole, then one switch' },
  canary: { action: 'actions/canary', means: 'a growing share of the users, measured at each step' },
  rolling: { action: 'actions/stage', means: 'pod by pod, with the way back' },
} as const;

export type Strategy = keyof typeof strategies;

/** Which strategy fits which kind of change, and why. */
export const changes = {
  major: { strategy: 'blue-green', why: 'A new major version is checked as a whole before anybody gets it, and going back is one switch.' },
  'risky-feature': { strategy: 'canary', why: 'A risky feature reaches few users first, so that what is wrong with it harms few.' },
  daily: { strategy: 'rolling', why: 'A daily update goes by itself, in the simplest way there is.' },
  schema: {
    strategy: 'blue-green',
    why: 'A change of the database schema brings a migration, which has to be checked before users depend on it.',
  },
  hotfix: { strategy: 'rolling', why: 'A hotfix has to be everywhere at once.' },
} as const satisfies Readonly<Record<string, { readonly strategy: Strategy; readonly why: string }>>;

export type Change = keyof typeof changes;
