import { describe, expect, it } from '@jest/globals';
import { type Machine, run } from '../../../src/flows/deploy/machine.ts';

interface Deed {
  readonly name: string;
  end(): void;
  fail(error: Error): void;
}

/** Effects are names; each that is done begins `<name>-next`, until there is a number of them. */
function machine(steps: (event: string) => readonly string[] = (event) => (event.length > 12 ? [] : [`${event}-next`])) {
  const deeds: Deed[] = [];
  let broken = 0;
  const made: Machine<number, string, string> = {
    step: (state, event) => ({ state: state + 1, effects: steps(event) }),
    perform: (name) => new Promise((resolve, reject) => void deeds.push({ name, end: () => resolve(name), fail: reject })),
    rests: () => true,
    broke: () => {
      broken += 1;
    },
  };
  const deed = (name: string): Deed => {
    const found = deeds.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} was not begun.`);
    return found;
  };
  return { made, deeds, deed, broken: () => broken };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const names = (deeds: readonly Deed[]) => deeds.map(({ name }) => name);

describe('a machine', () => {
  it('begins what a step says, side by side, and rests when all of it is done', async () => {
    const { made, deeds, deed, broken } = machine();
    const running = run({ state: 0, effects: ['one', 'two'] }, made);
    const resting = running.resting();
    deed('two').end();
    await settled();
    expect(names(deeds)).toEqual(['one', 'two', 'two-next']);
    for (const name of ['one', 'two-next', 'one-next']) {
      await settled();
      deed(name).end();
    }
    await settled();
    for (const { end } of deeds) end();
    await settled();
    for (const { end } of deeds) end();
    expect(await resting).toBeGreaterThan(3);
    expect(broken()).toBe(0);
  });

  it('begins nothing after a defect, says so at once, and throws it when what was under way has ended', async () => {
    const { made, deeds, deed, broken } = machine();
    const running = run({ state: 0, effects: ['one', 'two', 'three'] }, made);
    let thrown: unknown;
    const resting = running.resting().catch((error: unknown) => {
      thrown = error;
    });
    deed('one').fail(new Error('defect'));
    await settled();
    expect([broken(), thrown]).toEqual([1, undefined]);
    deed('two').end();
    running.tell('told');
    await settled();
    deed('three').fail(new Error('another'));
    await resting;
    expect([names(deeds), broken()]).toEqual([['one', 'two', 'three'], 1]);
    expect(thrown).toEqual(new Error('defect'));
  });

  it.each([
    ['an effect', (running: ReturnType<typeof run>, deed: Deed) => void [running, deed.end()]],
    ['a word', (running: ReturnType<typeof run>, deed: Deed) => void [running.tell('told'), deed.end()]],
  ])('takes what a step throws after %s for a defect', async (_, happen) => {
    const { made, deed, broken } = machine(() => {
      throw new Error('step');
    });
    const running = run({ state: 0, effects: ['one'] }, made);
    happen(running as ReturnType<typeof run>, deed('one'));
    await expect(running.resting()).rejects.toThrow('step');
    expect(broken()).toBe(1);
  });

  it('takes what an effect throws at once for a defect, and leaves out those after it', async () => {
    const begun: string[] = [];
    const { made } = machine();
    const perform = (name: string): Promise<string> => {
      begun.push(name);
      throw new Error('at once');
    };
    await expect(run({ state: 0, effects: ['one', 'two'] }, { ...made, perform }).resting()).rejects.toThrow('at once');
    expect(begun).toEqual(['one']);
  });
});
