import { describe, expect, it } from '@jest/globals';
import { readers } from '../../../../src/adapters/findings/index.ts';
import { presets, tools } from '../../../../src/domain/gates/tools/index.ts';

describe('the tools', () => {
  it('write a format that can be read', () =>
    expect(Object.values(tools).filter(({ format }) => !Object.hasOwn(readers, format))).toEqual([]));
  it('are all there that a preset names', () => {
    for (const names of Object.values(presets)) expect(names.filter((name) => !Object.hasOwn(tools, name))).toEqual([]);
  });
  it.each(Object.entries(tools))('%s is started from an argument list, and never alters the files', (_name, tool) => {
    const command = tool.command(['src']);
    expect(command.every((word) => word !== '' && !/[;|&<>$`]/.test(word))).toBe(true);
    expect(command).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(-w|--fix|--write|-i)$/)]));
  });
  it('take no exit code for both good and unknown', () => {
    for (const { exits } of Object.values(tools)) expect([...exits.clean, ...exits.findings].every((code) => code >= 0)).toBe(true);
  });
});
