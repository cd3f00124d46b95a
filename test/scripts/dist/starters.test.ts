import { expect, it } from '@jest/globals';
import type { ActionMetadata } from '../../../scripts/action-metadata.ts';
import { starters } from '../../../scripts/dist/starters.ts';

const action = (name: string, using: string, post: string | undefined): ActionMetadata => ({
  ...{ name, using, post, folder: '', title: '', description: '', inputs: [], outputs: [], main: 'm' },
});

it('makes two lines for main and for post where there is one', () => {
  expect(Object.fromEntries(starters([action('canary', 'node24', 'p'), action('backup/verify', 'node24', undefined)]))).toEqual({
    'canary/index.js': "import { act } from '../index.js';\nawait act('canary');\n",
    'canary/post.js': "import { after } from '../index.js';\nawait after('canary');\n",
    'backup/verify/index.js': "import { act } from '../../index.js';\nawait act('backup/verify');\n",
  });
});

it('leaves composite actions alone and refuses another Node', () => {
  expect(starters([action('check', 'composite', undefined)]).size).toBe(0);
  expect(() => starters([action('canary', 'node20', undefined)])).toThrow('uses node20');
});
