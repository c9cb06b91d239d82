import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { observingBy, type Collector } from '../collect/collector.ts';
import { unknownWindow } from '../cycle/plan.ts';
import type { Settings } from '../cycle/settings.ts';
import { hashOf } from '../model/canonicalJson.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { DAY_MS, formatTime, type TimeMs, type Window } from '../model/time.ts';
import type { HistoryWriter } from '../store/history.ts';
import type { Config } from './config/schema.ts';
import { folderBeside, parsePostgresLocation } from '../store/historyLocation.ts';
import { jsonCodec } from '../store/stateCodec.ts';

/** A step that ended the process so often in the same window is set aside there. */
const DEATHS = 3;

/** Steps that are no detectors: without one of them nothing is known of a window. */
const WHOLE_STEPS = ['collect', 'findings', 'record'];

interface Step {
  /** Where it starts. */
  readonly window: TimeMs;
  readonly step: string;
}

/** What lies in the file: what is being done, and what is no longer done. */
interface Mark {
  /** Windows that end at or before this are run one by one, step by step: one of them ended the process. */
  readonly carefulUntil: TimeMs | null;
  /** What is at work now; null between cycles. */
  readonly at: Step | null;
  /** The step that the process ended in last, and how often in a row. */
  readonly suspect: (Step & { readonly deaths: number }) | null;
  readonly aside: readonly Step[];
}

/** Where a cluster’s file is: beside the history; those on PostgreSQL share a folder, whatever their database. */
export function guardFile({ cluster, history: { path } }: Config): string {
  const folder = folderBeside(path);
  if (parsePostgresLocation(path) === null) return join(folder, `${basename(path)}.step`);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${encodeURIComponent(cluster)}-${hashOf(path).slice(0, 12)}.step`);
}

/** Adjoining windows that are collected together. */
type Part = readonly [Window, ...Window[]];

const NOTHING: Mark = { carefulUntil: null, at: null, suspect: null, aside: [] };
/** The step of a batch of windows: it does not tell which of them it was. */
const BATCH = 'batch';

/**
 * Remembers in a file what a cycle is doing, so that the next start knows what ended the process (out of memory, a fault of
 * the engine, a hang that the watchdog ended). The windows in question are then run one by one; what ends the process in
 * the same step of the same window three times more is set aside there: a detector alone, or the window as unknown.
 */
export class StepGuard {
  readonly #file: string;
  readonly #warn: (problem: string) => void;
  #mark: Mark;

  private constructor(file: string, warn: (problem: string) => void, mark: Mark) {
    this.#file = file;
    this.#warn = warn;
    this.#mark = mark;
  }

  /** Reads what the last process left. */
  static open(file: string, warn: (problem: string) => void): StepGuard {
    const guard = new StepGuard(file, warn, read(file));
    guard.#countDeath();
    return guard;
  }

  /** Up to where to catch up next, from a time before `until`: careful windows one by one. */
  nextEnd(from: TimeMs, until: TimeMs, length: number): TimeMs {
    const { carefulUntil } = this.#mark;
    return carefulUntil !== null && from < carefulUntil ? Math.min(from + length, until) : until;
  }

  /** Does the work of a cycle; however it ends, other than with the process, nothing is remembered against it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#set({ ...this.#mark, at: null });
    }
  }

  /** Windows up to here are sealed: those that were run one by one are over. */
  sealed(watermark: TimeMs | null): void {
    const { carefulUntil, aside } = this.#mark;
    if (carefulUntil === null || watermark === null || watermark < carefulUntil) return;
    const kept = aside.filter(({ window }) => window > watermark - DAY_MS);
    this.#set({ ...NOTHING, aside: kept });
  }

  /** The collector, which does not ask for windows that are set aside. */
  collector(collector: Collector, cluster: string): Collector {
    return observingBy(collector, async (windows, expected, signal) => {
      const snapshots: Snapshot[] = [];
      for (const part of this.#parts(windows)) {
        const [first] = part;
        const step = this.#wholeStepAside(first);
        if (step !== undefined) {
          snapshots.push(unknownWindow(cluster, first, expected, problemOf(first, step)));
          continue;
        }
        this.#collecting(part);
        snapshots.push(...(await collector.collect(part, expected, signal)));
      }
      return snapshots.map((snapshot) => this.#withProblems(snapshot));
    });
  }

  /** The detectors, without those that are set aside for a window; what follows them is a step as well. */
  detectors(detectors: Settings['detectors']): Settings['detectors'] {
    const last = { name: 'findings', version: 1, codec: jsonCodec(), thresholds: {} };
    return [...detectors, { ...last, detect: () => [] }].map((detector) => ({
      ...detector,
      detect: (context, state) => {
        const { window } = context.snapshot;
        if (this.#isAside(window, detector.name)) return [];
        this.#enter(window, detector.name);
        return detector.detect(context, state);
      },
    }));
  }

  /** The history's writer, each batch of which is a step. */
  history(history: HistoryWriter): HistoryWriter {
    const recordWindows: HistoryWriter['recordWindows'] = (batch) => {
      const [first] = batch;
      if (first !== undefined) this.#enter(first.snapshot.window, 'record');
      return history.recordWindows(batch);
    };
    return new Proxy(history, {
      get: (target, name) => {
        if (name === 'recordWindows') return recordWindows;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #countDeath(): void {
    const { at, aside, suspect } = this.#mark;
    if (at === null) return;
    if (at.step === BATCH) {
      this.#warn(
        `A cycle ended the process before ${formatTime(at.window)}: windows are run singly`,
      );
      this.#set({ ...this.#mark, carefulUntil: at.window, at: null });
      return;
    }
    const isAgain = suspect?.window === at.window && suspect.step === at.step;
    const deaths = isAgain ? suspect.deaths + 1 : 1;
    const what = `The step ${at.step} of the window ${formatTime(at.window)} ended the process`;
    if (deaths < DEATHS) {
      this.#warn(`${what}, ${deaths} of ${DEATHS} times until it is set aside`);
      this.#set({ ...this.#mark, at: null, suspect: { ...at, deaths } });
      return;
    }
    this.#warn(`${what} ${deaths} times: it is set aside there`);
    this.#set({ ...this.#mark, at: null, suspect: null, aside: [...aside, at] });
  }

  /** Windows that are set aside stand alone. */
  #parts(windows: readonly Window[]): readonly Part[] {
    const parts: [Window, ...Window[]][] = [];
    let isAlone = true;
    for (const window of windows) {
      const isAside = this.#wholeStepAside(window) !== undefined;
      if (isAlone || isAside) parts.push([window]);
      else parts.at(-1)!.push(window);
      isAlone = isAside;
    }
    return parts;
  }

  #wholeStepAside({ start }: Window): string | undefined {
    const { aside } = this.#mark;
    return aside.find(({ window, step }) => window === start && isWhole(step))?.step;
  }

  #isAside({ start }: Window, step: string): boolean {
    return this.#mark.aside.some((one) => one.window === start && one.step === step);
  }

  #withProblems(snapshot: Snapshot): Snapshot {
    const { window } = snapshot;
    const steps = this.#mark.aside.filter(
      (one) => one.window === window.start && !isWhole(one.step),
    );
    if (steps.length === 0) return snapshot;
    const problems = steps.map(({ step }) => problemOf(window, step));
    return { ...snapshot, problems: [...snapshot.problems, ...problems] };
  }

  #collecting(part: Part): void {
    const [first] = part;
    const { carefulUntil, at } = this.#mark;
    if (carefulUntil !== null && first.start < carefulUntil) return this.#enter(first, 'collect');
    // One batch is collected while another is judged: the mark reaches as far as both.
    const window = Math.max(part.at(-1)!.end, at?.step === BATCH ? at.window : 0);
    this.#set({ ...this.#mark, at: { window, step: BATCH } });
  }

  #enter({ start }: Window, step: string): void {
    const { carefulUntil } = this.#mark;
    if (carefulUntil !== null && start < carefulUntil)
      this.#set({ ...this.#mark, at: { window: start, step } });
  }

  #set(mark: Mark): void {
    const text = JSON.stringify(mark);
    if (text === JSON.stringify(this.#mark)) return;
    this.#mark = mark;
    try {
      if (text === JSON.stringify(NOTHING)) rmSync(this.#file, { force: true });
      else {
        writeFileSync(`${this.#file}.new`, text);
        renameSync(`${this.#file}.new`, this.#file);
      }
    } catch {
      // A disk that is full says so when the window is recorded.
    }
  }
}

function isWhole(step: string): boolean {
  return WHOLE_STEPS.includes(step);
}

function problemOf(window: Window, step: string): DataProblem {
  const what = isWhole(step)
    ? `what happened in ${formatTime(window.start)} is unknown; backfill --from ${formatTime(window.start)} reads it again`
    : `${step} did not look at ${formatTime(window.start)}`;
  const text = `The step ${step} ended the process ${DEATHS} times and was set aside: ${what}`;
  return { code: 'set-aside', subject: `step ${step}`, text };
}

function read(file: string): Mark {
  try {
    return { ...NOTHING, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Mark>) };
  } catch {
    // There is none, or it was cut: nothing is held against anything.
    return NOTHING;
  }
}
