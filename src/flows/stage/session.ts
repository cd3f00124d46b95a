import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Journal, JournalEntry } from '../../domain/rolling/journal.ts';
import type { RollingEnding } from '../../domain/rolling/rolling.ts';
import type { WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import type { Notice } from '../notice.ts';
import type { Unheard } from '../unheard.ts';
import type { Writing } from '../writing.ts';
import type { StageGround } from './ground.ts';
import type { UpdatePlan } from './plan.ts';

/** What a run knows while it goes on. The fields without `readonly` are what it last ordered or saw. */
export interface Session {
  readonly world: World;
  readonly plan: UpdatePlan;
  readonly ground: StageGround;
  readonly lock: Lock;
  /** The way back: of this run, or of the dead one that it continues or takes back. */
  readonly journal: Journal;
  /** By step: where it leads back to. `undefined`: nothing was to change. */
  readonly entries: readonly (JournalEntry | undefined)[];
  /** The journal of a dead run is there already, and stays: this run's own reading would be of what that one has changed. */
  readonly kept: boolean;
  /** Workloads as they were last written, which have to become Available again after they were taken back. */
  readonly taken: { readonly ref: WorkloadRef; readonly object: KubernetesObject }[];
  /** Ready pods of the first workload that was waited for. */
  newPods: readonly KubernetesObject[];
  /** By step: as this run wrote it. */
  readonly written: Map<number, KubernetesObject>;
  readonly writes: Writing[];
  readonly unheard: Unheard;
  readonly smoke: string[];
  /** Going back for a dead run: the first object of its journal that is as it was. The write that it sent last may still be under way to it. */
  untouched: JournalEntry | undefined;
  /** What was made new and stays after going back. */
  readonly left: string[];
  /** What others changed since, and so was not taken back. */
  readonly drifts: string[];
  /** What its pods ran and failed with, where that is an image that this run brought. */
  crashed: { readonly image: string; readonly why: string } | undefined;
  ending: RollingEnding | undefined;
  /** Names of those who know of this rolling update's ending; whoever ends that of a dead run begins with whom that one has told. */
  told: readonly string[];
  /** Who was told, or could not be, for the report. */
  readonly notices: Notice[];
}

export interface Opening {
  readonly world: World;
  readonly plan: UpdatePlan;
  readonly ground: StageGround;
  readonly lock: Lock;
  readonly journal: Journal;
  readonly entries: Session['entries'];
  readonly kept: boolean;
  readonly told?: readonly string[];
}

export const openSession = (opening: Opening): Session => ({
  told: [],
  ...opening,
  taken: [],
  newPods: [],
  written: new Map(),
  writes: [],
  unheard: new Map(),
  smoke: [],
  untouched: undefined,
  left: [],
  drifts: [],
  crashed: undefined,
  ending: undefined,
  notices: [],
});

/** The way back of each step. */
export const entriesFor = ({ steps }: StageGround, { entries }: Journal): Session['entries'] =>
  steps.map(({ change: { ref } }) => entries.find((each) => each.ref.kind.resource === ref.kind.resource && each.ref.name === ref.name));
