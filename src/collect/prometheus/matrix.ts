import type { Grid, GridSeries } from './grid.ts';
import { JsonScanner } from './jsonScanner.ts';
import { LabelSets, type SeriesLabels } from './labelSets.ts';

/** What a store answered to one range query, already on the grid. */
export interface MatrixAnswer {
  readonly series: readonly GridSeries[];
  /** Per point, how many samples were NaN or infinite: they count as unknown. */
  readonly badValues: Uint32Array;
  /** How many samples it sent. */
  readonly samples: number;
  /** Warnings of the store; any of them means that the answer may be incomplete. */
  readonly warnings: readonly string[];
}

/** The store answered 200 with `status: "error"`, as some proxies and Thanos versions do. */
export interface MatrixError {
  readonly errorType: string;
  readonly error: string;
}

/** Reads an answer as it arrives. */
export interface AnswerReader<T> {
  /** @throws SyntaxError when the body is not the answer of a Prometheus API (a login page), or not of this question. */
  feed(bytes: Uint8Array): void;
  /** The answer, once all of it has been fed. @throws SyntaxError when the body is cut off, or as `feed` does. */
  end(): T | MatrixError;
}

/**
 * Reads the body of a `query_range` answer straight into arrays: a client that makes an object of every
 * sample needs ten times the memory and a `Date` each (10,000 series × 2,016 points is 20 million).
 */
export function matrixReader(grid: Grid, known = new LabelSets()): AnswerReader<MatrixAnswer> {
  const series: GridSeries[] = [];
  const badValues = new Uint32Array(grid.points);
  const rows = new Rows(grid.points);
  return answerReader(
    ['matrix'],
    (json) => {
      const one = parseSeries(json, known, grid, rows.next(), badValues);
      if (one === null) return false;
      rows.take();
      series.push(one);
      return true;
    },
    (frame) => ({ series, badValues, ...frame }),
  );
}

/** What is around the series of an answer. */
interface Frame {
  readonly warnings: readonly string[];
  readonly samples: number;
}

/**
 * Reads the frame of an answer and calls `item` at each of its series, which returns false for one that it skips. What
 * `item` throws is thrown on, and it is called again at a series that was cut off.
 *
 * @param whole makes the answer of what its frame holds.
 */
export function answerReader<T>(
  types: readonly string[],
  item: (json: JsonScanner) => boolean,
  whole: (frame: Frame) => T,
): AnswerReader<T> {
  const json = new JsonScanner();
  const reading = readFrame(json, types, item);
  return {
    feed(bytes) {
      if (json.feed(bytes)) reading.next();
    },
    end() {
      json.finish();
      const read = reading.next().value as Frame | MatrixError;
      return 'errorType' in read ? read : whole(read);
    },
  };
}

function* readFrame(
  json: JsonScanner,
  types: readonly string[],
  item: (json: JsonScanner) => boolean,
): Generator<void, Frame | MatrixError> {
  const head = { status: '', errorType: '', error: '', partial: false, sawData: false };
  const warnings: string[] = [];
  let skipped = 0;
  const counted = (): void => {
    if (json.isNull() || !item(json)) skipped++;
  };
  const field = (key: string): void => {
    if (key === 'status') head.status = json.string();
    else if (key === 'errorType') head.errorType = json.string();
    else if (key === 'error') head.error = json.string();
    else if (key === 'isPartial') head.partial = json.value() === true;
    else if (key === 'warnings') warnings.push(...strings(json.value()));
    else json.skip();
  };
  for (let first = true; ; first = false) {
    const key = yield* json.whole(() => json.key(first));
    if (key === null) break;
    if (key === 'data') head.sawData = yield* readData(json, types, counted);
    else yield* json.whole(() => field(key));
  }
  yield* json.whole(() => json.end());
  if (head.status === 'error') return { errorType: head.errorType, error: head.error };
  if (head.status !== 'success' || !head.sawData) {
    throw new SyntaxError('the body is JSON, but not the answer of a Prometheus query');
  }
  if (skipped > 0) warnings.push(`the store sent ${skipped} series without labels; skipped`);
  if (head.partial) warnings.push('the store marked its answer as partial');
  return { warnings: warnings.filter((text) => !isRemark(text)), samples: json.samples };
}

/** Prometheus also sends remarks on the expression itself; they do not make an answer incomplete. */
function isRemark(warning: string): boolean {
  return /^PromQL (info|warning)/i.test(warning);
}

function strings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}

/** Returns false when the data are of another type than was asked for. */
function* readData(
  json: JsonScanner,
  types: readonly string[],
  item: () => void,
): Generator<void, boolean> {
  let isExpected = false;
  if (yield* json.whole(() => json.isNull())) return false;
  for (let first = true; ; first = false) {
    const key = yield* json.whole(() => json.key(first));
    if (key === null) return isExpected;
    if (key === 'resultType') isExpected = types.includes(yield* json.whole(() => json.string()));
    else if (key !== 'result') yield* json.whole(() => json.skip());
    else if (!(yield* json.whole(() => json.isNull()))) yield* readSeries(json, item);
  }
}

function* readSeries(json: JsonScanner, item: () => void): Generator<void, void> {
  let isFirst = true;
  const next = (): boolean => {
    const isThere = json.element(isFirst);
    if (isThere) item();
    return isThere;
  };
  while (yield* json.whole(next)) isFirst = false;
}

function parseSeries(
  json: JsonScanner,
  known: LabelSets,
  grid: Grid,
  values: Float64Array,
  bad: Uint32Array,
): GridSeries | null {
  const badPoints: number[] = [];
  let labels: SeriesLabels | null = {};
  json.object((key) => {
    if (key === 'metric') labels = json.labels(known);
    else if (key === 'values') json.array(() => parseSample(json, grid, values, badPoints));
    else json.skip();
  });
  for (const point of badPoints) bad[point] = (bad[point] ?? 0) + 1;
  return labels === null ? null : { labels, values };
}

/** The most values of a block of rows, unless one row has more. */
const BLOCK_VALUES = 32_768;

/**
 * The values of all series of an answer, in blocks that they share: an array with a buffer of its own takes twice the
 * memory of so short a row.
 */
class Rows {
  readonly #length: number;
  #block = new Float64Array(0);
  #start = 0;

  /** @param length of each row */
  constructor(length: number) {
    this.#length = length;
  }

  /** A row without a value; the same one again until it is taken. */
  next(): Float64Array {
    const length = this.#length;
    if (this.#start + length > this.#block.length) {
      const size = Math.max(8 * length, Math.min(BLOCK_VALUES, 2 * this.#block.length));
      this.#block = new Float64Array(size);
      this.#start = 0;
    }
    return this.#block.subarray(this.#start, this.#start + length).fill(Number.NaN);
  }

  take(): void {
    this.#start += this.#length;
  }
}

function parseSample(json: JsonScanner, grid: Grid, values: Float64Array, bad: number[]): void {
  json.sample();
  const { time, reading: value } = json;
  const exact = (time - grid.startSeconds) / grid.stepSeconds;
  const point = Math.round(exact);
  // A store that moves the points of a query (VictoriaMetrics does, without nocache=1) would shift usage
  // into a neighbouring window: refuse rather than misplace.
  if (Math.abs(exact - point) > 1e-6 || point < 0 || point >= grid.points) {
    throw new SyntaxError(`the answer has a point at ${time}, which was not asked for`);
  }
  if (Number.isFinite(value)) values[point] = value;
  else bad.push(point);
}
