import { describe, expect, it } from '@jest/globals';
import { overwrittenSettings } from '../../../src/domain/rollback/settings.ts';

describe('settings that were written over', () => {
  const marked = (text?: string) => ({ metadata: { annotations: text === undefined ? {} : { 'wf-deploy.io/config-checksum': text } } });
  it.each([
    ['ConfigMap/a=1,Secret/b=2', 'ConfigMap/a=1,Secret/b=3', ['Secret/b']],
    ['ConfigMap/a=1', 'ConfigMap/a=1', []],
    ['ConfigMap/a=1', undefined, []],
    [undefined, 'ConfigMap/a=1', []],
  ])('%s, %s', (present, target, expected) => expect(overwrittenSettings(marked(present), marked(target))).toEqual(expected));
});
