import type { GateTool } from '../tool.ts';
import { bandit } from './bandit.ts';
import { black } from './black.ts';
import { eslint } from './eslint.ts';
import { goVet } from './go-vet.ts';
import { gofmt } from './gofmt.ts';
import { golangciLint } from './golangci-lint.ts';
import { mypy } from './mypy.ts';
import { prettier } from './prettier.ts';
import { ruff } from './ruff.ts';
import { trivy } from './trivy.ts';
import { tsc } from './tsc.ts';

/** Every tool that a gate can start by itself. */
export const tools: Readonly<Record<string, GateTool>> = {
  bandit,
  black,
  eslint,
  'go-vet': goVet,
  gofmt,
  'golangci-lint': golangciLint,
  mypy,
  prettier,
  ruff,
  trivy,
  tsc,
};

/** The tools of each language, as far as they come with it or are what most projects use. */
export const presets: Readonly<Record<string, readonly string[]>> = {
  python: ['ruff', 'black', 'mypy'],
  node: ['eslint', 'prettier', 'tsc'],
  go: ['gofmt', 'go-vet'],
};
