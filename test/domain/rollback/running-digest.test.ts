import { describe, expect, it } from '@jest/globals';
import { runningDigest } from '../../../src/domain/rollback/running-digest.ts';

describe('the digest that runs', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const pod = (imageID: string | undefined) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'agent-1' },
    spec: { containers: [{ name: 'api', image: 'agent:v1' }] },
    status: { containerStatuses: [{ name: 'api', ...(imageID === undefined ? {} : { imageID }) }] },
  });

  it.each([
    [`agent@${digest}`, [], digest],
    ['agent:v1', [pod(`registry.example.com/agent@${digest}`)], digest],
    ['agent:v1', [pod(undefined), pod(`registry.example.com/agent@${digest}`)], digest],
    ['agent:v1', [pod(digest)], undefined],
    ['agent:v1', [], undefined],
    ['agent:v2', [pod(`registry.example.com/agent@${digest}`)], undefined],
  ])('%s: %#', (image, pods, expected) => expect(runningDigest(image, pods)).toBe(expected));
});
