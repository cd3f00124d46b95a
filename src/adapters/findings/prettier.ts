import { readPathList } from './path-list.ts';
import type { ReportReader } from './reader.ts';

/** `prettier --list-different`. */
export const prettier: ReportReader = {
  standsAlone: false,
  read: (bytes, context) => readPathList(bytes, context, 'prettier', 'Prettier would reformat this file.'),
};
