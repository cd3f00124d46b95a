import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';

/** It is kept as an annotation and an Event. */
const longestReason = 300;

export const parseReason = (text: string): Parsed<string> =>
  text.length > longestReason ? refused('is too long', `Write at most ${longestReason} characters.`) : parsed(text);
