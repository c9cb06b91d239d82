import type { TimeMs } from '../../model/time.ts';
import { countBefore, type SeenSamples } from './samples.ts';

/** One series of a counter of a container. */
export interface CounterSource<S = SeenSamples> {
  /** What tells one life of the container from another (its runtime's id); empty where the series does not say. */
  readonly life: string;
  /** A cgroup inside the container's own: the container's counter has its growth already. */
  readonly nested: boolean;
  readonly samples: S;
  /** When the counter began at nothing, where that is known. */
  readonly startedAt: TimeMs | null;
}

/** One life of a container: a counter that only grows. It is the samples from `from` to before `to`, at least one. */
export interface Life {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly startedAt: TimeMs | null;
  /** The usual time between two samples of the series that says most; null where a life has but one. */
  readonly intervalMs: TimeMs | null;
}

export interface FoldedLives {
  /** In their order; none begins before the one before it has ended. */
  readonly lives: readonly Life[];
  /** Two series of one life tell different growth; one of them was believed. */
  readonly disagree: boolean;
}

/** A part of a series in which its counter grew. */
interface Run extends Life {
  readonly key: string;
  startedAt: TimeMs | null;
  readonly reach: number;
}

/** A life that samples of other series are put into. */
interface MutableLife extends Omit<Run, 'times' | 'values' | 'to'> {
  readonly times: number[];
  readonly values: number[];
  readonly from: 0;
}

/** Starts of one life that two exporters tell differ by their rounding. */
const START_TOLERANCE_MS = 2_000;

/**
 * Folds all series of one container into its lives. A life is told by the container's own id, by its start, and by what
 * its counter reads, not by the spelling of a cgroup's path: duplicates (a second kubelet path, another prefix,
 * a nested cgroup, a second scrape job, a replica, `/metrics/resource`, which has no id) are one life, whose counter
 * runs through the samples of all of them. Growth is never added up over duplicates.
 */
export function foldLives(sources: readonly CounterSource[]): FoldedLives {
  const [only] = sources;
  if (only === undefined) return { lives: [], disagree: false };
  if (sources.length === 1) return { lives: inOrder(splitAtResets(only)), disagree: false };
  const starts = sources
    .flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]))
    .toSorted((a, b) => a - b);
  const seen = sources.filter(({ samples }) => samples.to > samples.from);
  const outer = seen.filter(({ nested }) => !nested);
  const used = outer.length > 0 ? outer : seen;
  if (used.length === 1) return foldLives(used);
  const named = used.filter(({ life }) => life !== '').toSorted(byWeight);
  const loose = used.filter(({ life }) => life === '').toSorted(byWeight);
  const lives: MutableLife[] = [];
  let disagree = false;
  for (const source of named.length > 0 ? named : loose.splice(0, 1)) {
    for (const run of splitAtResets(source).map(mutable)) {
      const verdicts = lives.map((life) => compareRun(life, run));
      const same = lives[verdicts.indexOf('same')];
      if (same !== undefined) fill(same, run, lives);
      else if (verdicts.includes('contradicts')) disagree = true;
      else lives.push(run);
    }
  }
  lives.sort(byBeginning);
  for (const source of loose) if (!attribute(lives, source, starts)) disagree = true;
  const folded = lives.map((life) => ({
    ...life,
    times: Float64Array.from(life.times),
    values: Float64Array.from(life.values),
    to: life.times.length,
  }));
  return { lives: inOrder(folded), disagree };
}

function mutable(run: Run): MutableLife {
  const { from, to } = run;
  const times = Array.from(run.times.subarray(from, to));
  return { ...run, times, values: Array.from(run.values.subarray(from, to)), from: 0 };
}

/** The series of the widest reach first, then that with the most samples; of equals the one that counted more, then by name. */
function byWeight(a: CounterSource, b: CounterSource): number {
  const last = ({ samples }: CounterSource): number => samples.values[samples.to - 1]!;
  const count = ({ samples }: CounterSource): number => samples.to - samples.from;
  return (
    (b.samples.reach ?? 0) - (a.samples.reach ?? 0) ||
    count(b) - count(a) ||
    last(b) - last(a) ||
    (a.life < b.life ? -1 : a.life > b.life ? 1 : 0)
  );
}

/** A counter that falls began again from nothing. */
function splitAtResets({ life, samples, startedAt }: CounterSource): Run[] {
  const { times, values, to, intervalMs, reach = 0 } = samples;
  const runs: Run[] = [];
  let { from } = samples;
  for (let index = from + 1; index <= to; index++) {
    if (index < to && values[index]! >= values[index - 1]!) continue;
    runs.push({ key: life, times, values, from, to: index, startedAt: null, intervalMs, reach });
    from = index;
  }
  if (startedAt !== null) placeStart(runs, startedAt);
  return runs;
}

/** A start belongs to the last run whose first sample is not before it. */
function placeStart(runs: readonly Run[], startedAt: TimeMs): void {
  const begun = runs.findLast(({ times, from }, index) => {
    const before = runs[index - 1];
    return (
      startedAt <= times[from]! + START_TOLERANCE_MS &&
      (before === undefined || startedAt > lastTime(before) - START_TOLERANCE_MS)
    );
  });
  if (begun !== undefined) begun.startedAt = startedAt;
}

/** Time of a life's last sample. */
export function lastTime({ times, to }: Pick<Life, 'times' | 'to'>): TimeMs {
  return times[to - 1]!;
}

type Comparison = 'same' | 'other' | 'contradicts';

function compareRun(life: MutableLife, run: MutableLife): Comparison {
  const isOneStart =
    life.startedAt !== null &&
    run.startedAt !== null &&
    Math.abs(life.startedAt - run.startedAt) <= START_TOLERANCE_MS;
  const from = Math.max(life.times[0] ?? 0, run.times[0] ?? 0);
  const to = Math.min(life.times.at(-1) ?? 0, run.times.at(-1) ?? 0);
  if (to < from) {
    if (life.key !== run.key && !isOneStart) return 'other';
    const [earlier, later] = (life.times[0] ?? 0) < (run.times[0] ?? 0) ? [life, run] : [run, life];
    return (later.values[0] ?? 0) >= (earlier.values.at(-1) ?? 0) ? 'same' : 'other';
  }
  if (agrees(life, run) ?? agrees(run, life)) return 'same';
  if (life.key === run.key || isOneStart || run.reach < life.reach) return 'contradicts';
  return stands(life, from, to) || stands(run, from, to) ? 'other' : 'contradicts';
}

/**
 * True when most of a run's samples lie where a life's counter can have been at their times: between its
 * values around them, one sample further to either side since an exporter may serve an older reading. Null
 * when none lies within the life's samples.
 */
function agrees(life: MutableLife, run: MutableLife): boolean | null {
  let inside = 0;
  let agreeing = 0;
  run.times.forEach((time, index) => {
    const next = countBefore(life.times, time);
    if (next === life.times.length || (next === 0 && life.times[0] !== time)) return;
    inside++;
    const value = run.values[index] ?? 0;
    const low = life.values[Math.max(0, next - 2)] ?? 0;
    const high = life.values[Math.min(life.values.length - 1, next + 1)] ?? 0;
    if (value >= low && value <= high) agreeing++;
  });
  return inside === 0 ? null : agreeing * 2 > inside;
}

/** True when at most one sample lies in a span, or none of them grew. */
function stands({ times, values }: MutableLife, from: TimeMs, to: TimeMs): boolean {
  const inside = values.filter((_, index) => {
    const time = times[index] ?? 0;
    return time >= from && time <= to;
  });
  return inside.length < 2 || inside[0] === inside.at(-1);
}

/** Gives a life the samples of a duplicate, as far as its counter can have read so. */
function fill(life: MutableLife, more: MutableLife, lives: readonly MutableLife[]): void {
  life.startedAt ??= more.startedAt;
  const limit = nextBeginning(life, lives);
  more.times.forEach((time, index) => {
    if (time < limit) add(life, time, more.values[index] ?? 0);
  });
}

function nextBeginning(life: MutableLife, lives: readonly MutableLife[]): TimeMs {
  const beginning = beginningOf(life);
  return Math.min(...lives.map(beginningOf).filter((other) => other > beginning), Infinity);
}

/** @returns whether the life's counter can have read that. */
function add(life: MutableLife, time: TimeMs, value: number): boolean {
  const { times, values } = life;
  const at = countBefore(times, time);
  if (times[at] === time) return true;
  const before = values[at - 1] ?? 0;
  const after = values[at] ?? Infinity;
  if (value < before || value > after) return false;
  if (at === 0 && life.startedAt !== null && time < life.startedAt - START_TOLERANCE_MS)
    return false;
  times.splice(at, 0, time);
  values.splice(at, 0, value);
  return true;
}

/**
 * Sorts the samples of a series that names no life to those that are known; what belongs to none of them is a life of
 * its own. @returns whether the series agrees with them.
 */
function attribute(
  lives: MutableLife[],
  source: CounterSource,
  starts: readonly TimeMs[],
): boolean {
  let refused = 0;
  let taken = 0;
  const own: MutableLife[] = [];
  for (const run of splitAtResets(source)) {
    for (let index = run.from; index < run.to; index++) {
      const [time, value] = [run.times[index]!, run.values[index]!];
      const begun = starts.findLast((start) => start <= time) ?? null;
      const life = lifeAt(lives, time, begun);
      if (life !== null && add(life, time, value)) taken++;
      else if (life !== null && time <= (life.times.at(-1) ?? 0)) refused++;
      else addOwn(own, run, time, value, begun);
    }
  }
  lives.push(...own);
  lives.sort(byBeginning);
  return refused <= taken;
}

/** The known life that ran at a time; null when another had begun by then, or none had. */
function lifeAt(
  lives: readonly MutableLife[],
  time: TimeMs,
  begun: TimeMs | null,
): MutableLife | null {
  const life = lives.findLast((one) => beginningOf(one) <= time);
  if (life !== undefined) {
    return begun === null || begun <= beginningOf(life) + START_TOLERANCE_MS ? life : null;
  }
  const [first] = lives;
  return first !== undefined && first.startedAt === null ? first : null;
}

function addOwn(
  own: MutableLife[],
  run: Run,
  time: TimeMs,
  value: number,
  begun: TimeMs | null,
): void {
  const last = own.at(-1);
  const isNew =
    last === undefined ||
    value < (last.values.at(-1) ?? 0) ||
    (begun !== null && begun > (last.times.at(-1) ?? 0));
  if (isNew)
    own.push({
      ...run,
      times: [time],
      values: [value],
      from: 0,
      startedAt: begun ?? run.startedAt,
    });
  else {
    last.times.push(time);
    last.values.push(value);
  }
}

function beginningOf({ startedAt, times, from }: Run | MutableLife): TimeMs {
  return Math.min(startedAt ?? Infinity, times[from] ?? Infinity);
}

function byBeginning(a: Run | MutableLife, b: Run | MutableLife): number {
  return beginningOf(a) - beginningOf(b);
}

/** In their order; what an old cgroup still shows after the next life began is no use. */
function inOrder(lives: Run[]): readonly Life[] {
  if (lives.length < 2) return lives;
  lives.sort(byBeginning);
  return lives.map((life, index) => {
    const next = lives[index + 1];
    const to = next === undefined ? life.to : countBefore(life.times, beginningOf(next) + 1);
    return to >= life.to ? life : { ...life, to: Math.max(life.from + 1, to) };
  });
}
