/** Folders whose own folders the page names one by one. */
const opened = ['src/domain', 'src/flows', 'src/adapters'];
/** Holds further kinds of tests; the rest of its folders are those of what is tested. */
const tests = 'test';

/** The folders that the tree of a page names, from the repository's root: a line that begins with `name/`, below another where it is indented. */
export function namedFolders(page: string): readonly string[] {
  const tree = page.split('\n## The tree\n```\n')[1]?.split('\n```')[0] ?? '';
  let parent = '';
  return [...tree.matchAll(/^( {2})?([^ ]+)\/(?: |$)/gm)].map(([, below, name = '']) => {
    if (below !== undefined) return `${parent}/${name}`;
    parent = name.replace(/\/<.*>$/, '');
    return parent;
  });
}

/** The tree that a page shows is the one that there is: one sentence for each folder that is missing on either side, or named twice. */
export function treeBreaches(page: string, paths: readonly string[]): readonly string[] {
  const folders = foldersOf(paths);
  const named = namedFolders(page);
  const source = new Set(['bench', 'scripts', ...[...folders].flatMap((path) => (path.startsWith('src/') ? [path.slice(4)] : []))]);
  const wanted = [...folders].filter((path) => {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (parent === tests) return !source.has(path.slice(tests.length + 1));
    return opened.includes(parent) || parent === 'src' || (!path.includes('/') && !path.startsWith('.') && path !== 'src');
  });
  return [
    ...wanted.filter((path) => !named.includes(path)).map((path) => `${path} is not in the tree.`),
    ...named.filter((path) => !folders.has(path)).map((path) => `${path} is in the tree and not there.`),
    ...named.filter((path, at) => named.indexOf(path) !== at).map((path) => `${path} is in the tree twice.`),
  ];
}

/** With every folder above it: `a/b/c.ts` is in `a` and in `a/b`. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  return new Set(
    paths.flatMap((path) => {
      const parts = path.split('/').slice(0, -1);
      return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    }),
  );
}
