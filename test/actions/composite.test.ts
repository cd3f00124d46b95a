import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readActions } from '../../scripts/action-metadata.ts';

const root = resolve(import.meta.dirname, '../..');
const actions = readActions(root);
const composites = actions.filter(({ using }) => using === 'composite');

interface Step {
  readonly id: string;
  readonly if: string;
  readonly uses: string;
  readonly with: Readonly<Record<string, string>>;
}

interface Document {
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const named = (name: string) => {
  const found = actions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no action ${name}.`);
  return found;
};
const inputOf = (value: string): string => /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? `no input: ${value}`;

it('there are some', () => expect(composites.map(({ name }) => name)).toEqual(['check']));

describe.each(composites.map((action) => [action.name, action] as const))('actions/%s', (_, action) => {
  const { outputs, runs } = parse(readFileSync(join(action.folder, 'action.yml'), 'utf8')) as Document;
  const parts = runs.steps.map((step) => ({ step, part: named(step.uses.replace('$/actions/', '')) }));
  const readme = readFileSync(join(action.folder, 'README.md'), 'utf8');
  const tableNames = (marker: string): readonly string[] => {
    const table = readme.split(`<!-- ${marker}:`)[1]?.split(`<!-- /${marker} -->`)[0] ?? '';
    return [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
  };

  it('is made of actions of its own commit, starts no shell, and runs all of them whatever one finds', () => {
    for (const step of runs.steps) {
      expect(Object.keys(step)).toEqual(['id', 'if', 'uses', 'with']);
      expect(step.uses).toMatch(/^\$\/actions\/[a-z-]+$/);
      expect(step.if).toMatch(/^\$\{\{ !cancelled\(\) \}\}$/);
    }
  });

  it('hands each of its inputs on, to inputs that there are', () => {
    const handedOn = parts.flatMap(({ step, part }) => {
      expect(part.inputs.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(step.with)));
      return Object.values(step.with).map(inputOf);
    });
    expect(new Set(handedOn)).toEqual(new Set(action.inputs.map(({ name }) => name)));
  });

  it('means by its defaults what its parts mean, and requires what they require', () => {
    for (const { step, part } of parts) {
      for (const [to, value] of Object.entries(step.with)) {
        const [own, theirs] = [action.inputs.find(({ name }) => name === inputOf(value)), part.inputs.find(({ name }) => name === to)];
        expect([part.name, to, own?.default, own?.required]).toEqual([part.name, to, theirs?.default, theirs?.required]);
      }
      const required = part.inputs.filter((input) => input.required).map(({ name }) => name);
      expect(Object.keys(step.with)).toEqual(expect.arrayContaining(required));
    }
  });

  it('has outputs that its parts have', () => {
    for (const { value } of Object.values(outputs)) {
      const [, id, output] = /^\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}$/.exec(value) ?? [];
      const part = parts.find(({ step }) => step.id === id)?.part;
      expect(part?.outputs.map(({ name }) => name)).toContain(output);
    }
  });

  it('shows both in its README', () => {
    expect(tableNames('inputs')).toEqual(action.inputs.map(({ name }) => name));
    expect(tableNames('outputs')).toEqual(action.outputs.map(({ name }) => name));
  });
});
