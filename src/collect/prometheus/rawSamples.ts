import { SECOND_MS, type Span } from '../../model/time.ts';
import type { JsonScanner } from './jsonScanner.ts';
import { LabelSets, type SeriesLabels } from './labelSets.ts';
import { answerReader, type AnswerReader } from './matrix.ts';

/** A labelled series with the samples that the store holds, each with its own time, in order. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds, ascending. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Times of samples that were NaN or infinite, which are left out; absent where there were none. */
  readonly bad?: readonly number[];
  /** Times of samples that were left out because they cannot be true; absent where there were none. */
  readonly refused?: readonly number[];
  /** Of how many pods on its node its target tells; see `Samples`. */
  readonly reach?: number;
}

/** What a store answered to an instant query: raw samples of a range, or one value a series. */
export interface RawAnswer {
  readonly series: readonly RawSeries[];
  /** How many samples it sent. */
  readonly samples: number;
  readonly warnings: readonly string[];
}

/**
 * Reads the body of an instant query's answer, of a vector or of a range selector's samples.
 *
 * @param span the stretch that was asked for: no sample lies outside.
 */
export function rawSamplesReader(span: Span, known = new LabelSets()): AnswerReader<RawAnswer> {
  const series: RawSeries[] = [];
  const columns = new Columns();
  // Some stores know whole seconds alone.
  const asked = { from: span.from - SECOND_MS, to: span.to + SECOND_MS };
  return answerReader(
    ['matrix', 'vector'],
    (json) => {
      const one = parseSeries(json, known, columns, asked);
      if (one !== null) series.push(one);
      return one !== null;
    },
    (frame) => ({ series, ...frame }),
  );
}

function parseSeries(
  json: JsonScanner,
  known: LabelSets,
  columns: Columns,
  { from, to }: Span,
): RawSeries | null {
  let labels: SeriesLabels | null = {};
  const bad: number[] = [];
  let before = from;
  columns.begin();
  const sample = (): void => {
    json.sample();
    // Samples that are moved in time would be counted in another window: refuse rather than misplace.
    const at = json.time * SECOND_MS;
    if (at < from || at > to)
      throw new SyntaxError(`the answer has a sample at ${json.time}, which was not asked for`);
    if (at < before)
      throw new SyntaxError(`the answer has a sample at ${json.time} after a later one`);
    before = at;
    if (Number.isFinite(json.reading)) columns.push(json.time * SECOND_MS, json.reading);
    else bad.push(Math.round(json.time * SECOND_MS));
  };
  json.object((key) => {
    if (key === 'metric') labels = json.labels(known);
    else if (key === 'values') json.array(sample);
    else if (key === 'value') sample();
    else json.skip();
  });
  if (labels === null) return null;
  // No spread: 100,000 objects would have room for more fields than these.
  const { times, values } = columns.take();
  return bad.length === 0 ? { labels, times, values } : { labels, times, values, bad };
}

/** Values of one block of columns. */
const BLOCK_VALUES = 32_768;

/**
 * The columns of all series of an answer, in blocks that they share: an array of its own for each of 100,000 series
 * would keep the garbage collector busy.
 */
class Columns {
  #times = new Float64Array(BLOCK_VALUES);
  #values = new Float64Array(BLOCK_VALUES);
  /** Where the series that is read begins, and where its next sample goes. */
  #start = 0;
  #end = 0;

  /** Begins another series, or one anew that was cut off. */
  begin(): void {
    this.#end = this.#start;
  }

  push(time: number, value: number): void {
    if (this.#end === this.#times.length) this.#moveOn();
    // Milliseconds are whole: a store prints them as decimal fractions of a second.
    this.#times[this.#end] = Math.round(time);
    this.#values[this.#end++] = value;
  }

  /** Takes the series that was read. */
  take(): { readonly times: Float64Array; readonly values: Float64Array } {
    const series = this.#read();
    this.#start = this.#end;
    return series;
  }

  #read(): { readonly times: Float64Array; readonly values: Float64Array } {
    return {
      times: this.#times.subarray(this.#start, this.#end),
      values: this.#values.subarray(this.#start, this.#end),
    };
  }

  /** Takes the series that is read into another block, with room for as many samples again. */
  #moveOn(): void {
    const length = this.#end - this.#start;
    const size = Math.max(BLOCK_VALUES, 2 * length);
    const { times, values } = this.#read();
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
    this.#times.set(times);
    this.#values.set(values);
    this.#start = 0;
    this.#end = length;
  }
}

/** The series of several answers, joined by their labels; a sample that two of them have counts once. */
export function joinRawSeries(parts: readonly (readonly RawSeries[])[]): readonly RawSeries[] {
  const [first = []] = parts;
  if (parts.length <= 1) return first;
  const byLabels = Map.groupBy(parts.flat(), ({ labels }) =>
    JSON.stringify(labels, Object.keys(labels).sort()),
  );
  return [...byLabels.values()].map((pieces) => {
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : joined(pieces);
  });
}

function joined(pieces: readonly RawSeries[]): RawSeries {
  const samples = new Map<number, number>();
  for (const { times, values } of pieces) {
    times.forEach((time, index) => samples.set(time, values[index] ?? Number.NaN));
  }
  const times = Float64Array.from(samples.keys()).sort();
  const values = times.map((time) => samples.get(time) ?? Number.NaN);
  const bad = pieces.flatMap((piece) => piece.bad ?? []).sort((a, b) => a - b);
  const labels = pieces[0]?.labels ?? {};
  return { labels, times, values, ...(bad.length === 0 ? {} : { bad }) };
}
