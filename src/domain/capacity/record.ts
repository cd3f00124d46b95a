import { jsonAnnotation } from '../kubernetes/json-annotation.ts';
import type { Pin, PinnedField } from './pins.ts';

/** What a rollout has changed for the sake of capacity, and its endings put back. Written into the Lease before it is done. */
export interface CapacityRecord {
  readonly pins: readonly Pin[];
  /** The canary has a temporary autoscaler. */
  readonly copied: boolean;
}

export const nothingChanged: CapacityRecord = { pins: [], copied: false };

export const isNothing = ({ pins, copied }: CapacityRecord): boolean => pins.length === 0 && !copied;

/** The annotation of the Lease that holds it. */
export const capacityKey = 'wf-deploy.io/capacity';

/** Anyone who may edit the Lease may have written it. What cannot be read is not put back: nobody could say to what. */
export function readCapacity(text: string | undefined): CapacityRecord | undefined {
  const value = jsonAnnotation(text);
  if (value === undefined || !Array.isArray(value['pins']) || typeof value['copied'] !== 'boolean') return undefined;
  return { pins: value['pins'].filter(isPin), copied: value['copied'] };
}

const fieldsOf = { HorizontalPodAutoscaler: ['minReplicas'], ScaledObject: ['minReplicaCount', 'idleReplicaCount'] } as const;

function isPin(value: unknown): value is Pin {
  if (!isFields(value) || typeof value['name'] !== 'string' || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(value['name'])) return false;
  const { kind, fields } = value;
  if ((kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') || !Array.isArray(fields)) return false;
  const known: readonly string[] = fieldsOf[kind];
  return fields.every((field: unknown): field is PinnedField => {
    if (!isFields(field) || typeof field['field'] !== 'string' || !known.includes(field['field'])) return false;
    return isCount(field['former']) && isCount(field['pinned']);
  });
}

const isCount = (value: unknown): boolean =>
  value === null || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000);

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
