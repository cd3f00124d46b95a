import { inert } from './markdown.ts';

/** Whether somebody was told. */
export interface Notice {
  readonly notifier: string;
  /** Of which ending. */
  readonly about: string;
  readonly told: boolean;
  /** Why not. */
  readonly problem?: string;
}

export const noticeText = ({ notifier, about, told, problem }: Notice): string =>
  `${inert(notifier)}, of ${inert(about)}: ${told ? 'told' : `**not told**. ${inert(problem ?? '')}`}`;
