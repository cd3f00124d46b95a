import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

/** What an action.yml says, in its order. */
export interface ActionMetadata {
  /** The folder below `actions/`, such as `canary` or `backup/verify`. */
  readonly name: string;
  readonly folder: string;
  readonly title: string;
  readonly description: string;
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
  readonly using: string;
  readonly main: string | undefined;
  readonly post: string | undefined;
}

export interface ActionInput {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string | undefined;
}

// Of a composite action an output has its value in action.yml.
const described = z.strictObject({ description: z.string(), value: z.string().optional() });
// Defaults are strings: YAML would turn `0.10` and `no` into something else before anyone could see it.
const input = z.strictObject({ description: z.string(), required: z.boolean(), default: z.string().optional() });
const document = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string(),
  branding: z.strictObject({ icon: z.string(), color: z.string() }).optional(),
  inputs: z.record(z.string(), input).default({}),
  outputs: z.record(z.string(), described).default({}),
  runs: z.looseObject({ using: z.string(), main: z.string().optional(), post: z.string().optional() }),
});

/** Every action of the repository, sorted by name. Throws when an action.yml has a field of the wrong shape or one that is not known. */
export function readActions(root: string): readonly ActionMetadata[] {
  const actions = join(root, 'actions');
  return readdirSync(actions, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.split(sep).at(-1) === 'action.yml')
    .map((path) => path.split(sep).slice(0, -1).join('/'))
    .sort()
    .map((name) => readAction(join(actions, name), name));
}

function readAction(folder: string, name: string): ActionMetadata {
  const file = join(folder, 'action.yml');
  const result = document.safeParse(parse(readFileSync(file, 'utf8')));
  if (!result.success) throw new Error(`actions/${name}/action.yml is not as it should be:\n${z.prettifyError(result.error)}`);
  const { data } = result;
  return {
    name,
    folder,
    title: data.name,
    description: data.description,
    inputs: Object.entries(data.inputs).map(([key, value]) => ({ name: key, ...value, default: value.default })),
    outputs: Object.entries(data.outputs).map(([key, { description }]) => ({ name: key, description })),
    using: data.runs.using,
    main: data.runs.main,
    post: data.runs.post,
  };
}

/** Where an action's starter lies, as its action.yml has to name it: relative to its own folder. */
export function starterPath({ folder, name }: ActionMetadata, root: string, file: 'index.js' | 'post.js'): string {
  return relative(folder, join(root, 'dist', name, file))
    .split(sep)
    .join('/');
}
