/** A pure machine with what carries its effects out. */
export interface Machine<State, Effect, Event> {
  step(state: State, event: Event): Move<State, Effect>;
  /** Never throws for what the world does: every ending is an event. */
  perform(effect: Effect): Promise<Event>;
  /** Whether it waits for somebody's word, or is over. */
  rests(state: State): boolean;
}

export interface Move<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export interface Running<State, Event> {
  readonly state: State;
  tell(event: Event): void;
  /** Once nothing of it goes on by itself. Throws a defect of an effect, when the others have ended. */
  resting(): Promise<State>;
}

/** Effects are carried out side by side: how many, the machine decides. Each event is stepped on as it comes. */
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
  const move = (next: Move<State, Effect>): void => {
    ({ state } = next);
    for (const effect of next.effects) {
      busy += 1;
      void machine
        .perform(effect)
        .then(
          (event) => {
            busy -= 1;
            move(machine.step(state, event));
          },
          (error: unknown) => {
            busy -= 1;
            defect ??= { error };
          },
        )
        .finally(wake);
    }
  };
  move(first);
  return {
    get state() {
      return state;
    },
    tell(event) {
      move(machine.step(state, event));
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
