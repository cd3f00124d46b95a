import { describe, expect, it } from '@jest/globals';
import { crashedImages } from '../../../src/domain/rolling/crashed-images.ts';
import { template, workload } from './objects.ts';

const running = (images: Readonly<Record<string, string>>) => workload('deployment', { template: template(images) });
const both = { present: running({ api: 'agent:v1', proxy: 'proxy:v1' }), after: running({ api: 'agent:v2', proxy: 'proxy:v2' }) };
const one = { present: running({ api: 'agent:v1', proxy: 'proxy:v1' }), after: running({ api: 'agent:v2', proxy: 'proxy:v1' }) };
const none = { present: one.present, after: one.present };

describe('a crash speaks against', () => {
  it.each([
    ['the new image of the container that crashed', one, { cause: 'crash-loop', container: 'api' }, ['agent:v2']],
    ['that alone, where others are new too', both, { cause: 'exited', container: 'proxy' }, ['proxy:v2']],
    ['the one new image, where no container is named', one, { cause: 'probe' }, ['agent:v2']],
    [
      'an image of a workload that was not there',
      { ...one, present: undefined },
      { cause: 'out-of-memory', container: 'api' },
      ['agent:v2'],
    ],
    ['nothing, where several are new and no container is named', both, { cause: 'probe' }, []],
    ['nothing, where the container that crashed has its old image', one, { cause: 'crash-loop', container: 'proxy' }, []],
    ['nothing, where settings alone have changed', none, { cause: 'crash-loop', container: 'api' }, []],
    ['nothing, where the image could not be pulled', one, { cause: 'image-pull', container: 'api' }, []],
    ['nothing, where a setting is missing', one, { cause: 'config', container: 'api' }, []],
    ['nothing, where there was no room', one, { cause: 'unschedulable' }, []],
    ['nothing, where nobody saw why', one, undefined, []],
  ] as const)('%s', (_, step, diagnosis, images) => expect(crashedImages(step, diagnosis)).toEqual(images));
});
