import { describe, expect, it } from '@jest/globals';
import { crashedImage } from '../../../src/domain/rolling/crashed-image.ts';
import { template, workload } from './objects.ts';

const running = (images: Readonly<Record<string, string>>) => workload('deployment', { template: template(images) });
const both = { present: running({ api: 'agent:v1', proxy: 'proxy:v1' }), after: running({ api: 'agent:v2', proxy: 'proxy:v2' }) };
const one = { present: running({ api: 'agent:v1', proxy: 'proxy:v1' }), after: running({ api: 'agent:v2', proxy: 'proxy:v1' }) };
const none = { present: one.present, after: one.present };

describe('a crash speaks against', () => {
  it.each([
    ['the new image of the container that crashed', one, { cause: 'crash-loop', container: 'api' }, 'agent:v2'],
    ['that alone, where others are new too', both, { cause: 'exited', container: 'proxy' }, 'proxy:v2'],
    ['an image of a workload that was not there', { ...one, present: undefined }, { cause: 'out-of-memory', container: 'api' }, 'agent:v2'],
    ['nothing, where no container is named', one, { cause: 'exited' }, undefined],
    ['nothing, where a pod is not ready', one, { cause: 'probe', container: 'api' }, undefined],
    ['nothing, where the container that crashed has its old image', one, { cause: 'crash-loop', container: 'proxy' }, undefined],
    ['nothing, where settings alone have changed', none, { cause: 'crash-loop', container: 'api' }, undefined],
    ['nothing, where the image could not be pulled', one, { cause: 'image-pull', container: 'api' }, undefined],
    ['nothing, where a setting is missing', one, { cause: 'config', container: 'api' }, undefined],
    ['nothing, where there was no room', one, { cause: 'unschedulable' }, undefined],
    ['nothing, where nobody saw why', one, undefined, undefined],
  ] as const)('%s', (_, step, diagnosis, image) => expect(crashedImage(step, diagnosis)).toBe(image));
});
