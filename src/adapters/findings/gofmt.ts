import { readPathList } from './path-list.ts';
import type { ReportReader } from './reader.ts';

/** `gofmt -l`. */
export const gofmt: ReportReader = {
  standsAlone: false,
  read: (bytes, context) => readPathList(bytes, context, 'gofmt', 'gofmt would reformat this file.'),
};
