import { expect, it } from '@jest/globals';
import type { ActionMetadata } from '../../../scripts/action-metadata.ts';
import { errorPage, withTables } from '../../../scripts/docs/tables.ts';

const action: ActionMetadata = {
  ...{ name: 'canary', folder: '', title: '', description: '', using: 'node24', main: undefined, post: undefined },
  inputs: [
    { name: 'service', description: 'One | two\nthree.', required: true, default: undefined },
    { name: 'interval', description: 'Time.', required: false, default: '30s' },
    { name: 'context', description: 'Context.', required: false, default: undefined },
  ],
  outputs: [{ name: 'outcome', description: 'How it ended.' }],
};
const begin = (marker: string): string => `<!-- ${marker}: made from action.yml by \`npm run docs\` -->`;

it('makes the tables between the markers and leaves the rest', () => {
  const readme = `# Title\n${begin('inputs')}\nold\n<!-- /inputs -->\nmiddle\n${begin('outputs')}\n<!-- /outputs -->\nend\n`;
  const made = withTables(readme, action);
  expect(made).toBe(`# Title
${begin('inputs')}
| input | what it is | default |
| --- | --- | --- |
| \`service\` | One \\| two three. | **required** |
| \`interval\` | Time. | \`30s\` |
| \`context\` | Context. |  |
<!-- /inputs -->
middle
${begin('outputs')}
| output | what it is |
| --- | --- |
| \`outcome\` | How it ended. |
<!-- /outputs -->
end
`);
  expect(withTables(made, action)).toBe(made);
});

it('asks for the markers', () => expect(() => withTables('# Title\n', action)).toThrow('The README needs the lines'));

it('gives each error code a heading', () => {
  expect(errorPage({ LOCK_HELD: 'Held.', DRIFT: 'Changed.' }, {})).toMatch(/## LOCK_HELD\n\nHeld\.\n\n## DRIFT\n\nChanged\.\n$/);
});

it('gives a heading to codes that are not given any more, which old reports still hold', () => {
  expect(errorPage({ DRIFT: 'Changed.' }, { GONE: 'Now it is DRIFT.' })).toMatch(
    /## DRIFT\n\nChanged\.\n\n## Not given any more\n\n.*\n\n### GONE\n\nNow it is DRIFT\.\n$/s,
  );
});
