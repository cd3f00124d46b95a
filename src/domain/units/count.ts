/** `1 pod`, `3 pods`: of nouns that take an s. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
