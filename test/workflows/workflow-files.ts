import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

export const root = resolve(import.meta.dirname, '../..');
export const workflowFolder = join(root, '.github/workflows');

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly 'continue-on-error'?: boolean;
}

export interface Job {
  readonly name?: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly 'runs-on'?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number | string;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly services?: Readonly<Record<string, { readonly image: string; readonly ports: readonly string[]; readonly options: string }>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface WorkflowInput {
  readonly type: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly description: string;
}

export interface Workflow {
  readonly permissions: unknown;
  readonly on: {
    readonly workflow_call?: {
      readonly inputs: Readonly<Record<string, WorkflowInput>>;
      readonly secrets: Readonly<Record<string, { readonly required: boolean; readonly description: string }>>;
      readonly outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>>;
    };
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowNames: readonly string[] = readdirSync(workflowFolder).toSorted();

export const workflowText = (name: string): string => readFileSync(join(workflowFolder, name), 'utf8');
export const readWorkflow = (name: string): Workflow => parse(workflowText(name)) as Workflow;
export const needsOf = ({ needs = [] }: Job): readonly string[] => [needs].flat();
