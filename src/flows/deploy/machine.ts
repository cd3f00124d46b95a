/** A pure machine with what carries its effects out. */
export interface Machine<State, Effect, Event> {
  step(state: State, event: Event): Move<State, Effect>;
  /** Never throws for what the world does: every ending is an event. */
  perform(effect: Effect): Promise<Event>;
  /** Whether it waits for somebody's word, or is over. */
  rests(state: State): boolean;
  /** Told at once of the first defect: what is under way should come to its end. */
  broke(): void;
}

export interface Move<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export interface Running<State, Event> {
  readonly state: State;
  tell(event: Event): void;
  /** Once nothing of it goes on by itself. Throws a defect, of an effect or of a step, when the effects under way have ended. */
  resting(): Promise<State>;
}

/**
 * Effects are carried out side by side: how many, the machine decides. Each event is stepped on as it comes. After a defect nothing is
 * begun any more, neither forward nor back: nobody knows what the state is worth, and a successor goes by what is written down.
 */
export function run<State, Effect, Event>(first: Move<State, Effect>, machine: Machine<State, Effect, Event>): Running<State, Event> {
  let { state } = first;
  let busy = 0;
  let defect: { readonly error: unknown } | undefined;
  let waiting: (() => void)[] = [];
  const isResting = (): boolean => busy === 0 && (defect !== undefined || machine.rests(state));
  const wake = (): void => {
    if (!isResting()) return;
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };
  const breakOff = (error: unknown): void => {
    if (defect !== undefined) return;
    defect = { error };
    machine.broke();
  };
  const tell = (event: Event): void => {
    try {
      move(machine.step(state, event));
    } catch (error) {
      breakOff(error);
    }
  };
  const carryOut = async (effect: Effect): Promise<void> => {
    busy += 1;
    try {
      tell(await machine.perform(effect));
    } catch (error) {
      breakOff(error);
    } finally {
      busy -= 1;
      wake();
    }
  };
  const move = (next: Move<State, Effect>): void => {
    ({ state } = next);
    for (const effect of next.effects) if (defect === undefined) void carryOut(effect);
  };
  move(first);
  return {
    get state() {
      return state;
    },
    tell(event) {
      tell(event);
      wake();
    },
    async resting() {
      if (!isResting())
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      if (defect !== undefined) throw defect.error;
      return state;
    },
  };
}
