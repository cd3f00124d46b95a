import { parse } from 'yaml';
import { Failure } from '../../src/failure.ts';
import type { RawInputs } from '../../src/flows/flow.ts';

/** What a canary needs at least. */
export const least = {
  service: 'agent',
  image: 'registry.example.com/agent:v2',
  'prometheus-url': 'https://prometheus.example.com',
} as const;

/** Inputs as a front door gives them. */
export function rawInputs(values: Readonly<Record<string, string>>): RawInputs {
  const text = (name: string): string => values[name] ?? '';
  return {
    text,
    document: (name) => {
      if (text(name) === '') return undefined;
      try {
        return { value: parse(text(name)) as unknown };
      } catch (error) {
        return { error: String(error).split('\n')[0] ?? '' };
      }
    },
  };
}

export function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Nothing failed.');
}
