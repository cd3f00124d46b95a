/** How a commit stands to another one that it is compared with. */
export type Comparison =
  | { readonly is: 'identical' }
  /** It comes after. */
  | { readonly is: 'ahead'; readonly by: number }
  /** It is an ancestor. */
  | { readonly is: 'behind'; readonly by: number }
  /** Each has commits that the other lacks. */
  | { readonly is: 'diverged'; readonly ahead: number; readonly behind: number }
  /** One of the two is not known, or may not be seen. */
  | { readonly is: 'unknown' };
