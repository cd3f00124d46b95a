import { shown } from '../units/shown.ts';

/** What somebody else says, as the end of a sentence of ours: at most 300 characters, without a full stop of its own. */
export const foreignClause = (...texts: readonly (string | undefined)[]): string =>
  shown(texts.filter((text) => text !== undefined && text !== '').join(': '), 300).replace(/[.\s]+$/, '') || 'no reason given';
