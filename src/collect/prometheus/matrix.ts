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

/**
 * Reads the body of a `query_range` answer straight into arrays: a client that makes an object of every
 * sample needs ten times the memory and a `Date` each (10,000 series × 2,016 points is 20 million).
 *
 * @throws SyntaxError when the body is not the answer of a Prometheus API (a login page, cut-off JSON).
 */
export function parseMatrix(
  body: Uint8Array,
  grid: Grid,
  known = new LabelSets(),
): MatrixAnswer | MatrixError {
  const series: GridSeries[] = [];
  const badValues = new Uint32Array(grid.points);
  const answer = parseAnswer(body, ['matrix'], (json) => {
    const one = parseSeries(json, known, grid, badValues);
    if (one !== null) series.push(one);
    return one !== null;
  });
  return 'errorType' in answer ? answer : { series, badValues, ...answer };
}

/**
 * Reads the frame of an answer and calls `item` at each of its series, which returns false for one that it skips.
 *
 * @throws SyntaxError when the body is not the answer of a Prometheus API (a login page, cut-off JSON).
 */
export function parseAnswer(
  body: Uint8Array,
  types: readonly string[],
  item: (json: JsonScanner) => boolean,
): { readonly warnings: readonly string[]; readonly samples: number } | MatrixError {
  const json = new JsonScanner(body);
  const head = { status: '', errorType: '', error: '', partial: false, sawData: false };
  const warnings: string[] = [];
  let skipped = 0;
  const counted = (): void => {
    if (json.isNull() || !item(json)) skipped++;
  };
  json.object((key) => {
    if (key === 'status') head.status = json.string();
    else if (key === 'errorType') head.errorType = json.string();
    else if (key === 'error') head.error = json.string();
    else if (key === 'isPartial') head.partial = json.value() === true;
    else if (key === 'warnings') warnings.push(...strings(json.value()));
    else if (key === 'data') head.sawData = parseData(json, types, counted);
    else json.skip();
  });
  json.end();
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
function parseData(json: JsonScanner, types: readonly string[], item: () => void): boolean {
  let isExpected = false;
  if (json.isNull()) return false;
  json.object((key) => {
    if (key === 'resultType') isExpected = types.includes(json.string());
    else if (key === 'result' && !json.isNull()) json.array(item);
    else json.skip();
  });
  return isExpected;
}

function parseSeries(
  json: JsonScanner,
  known: LabelSets,
  grid: Grid,
  bad: Uint32Array,
): GridSeries | null {
  const values = new Float64Array(grid.points).fill(Number.NaN);
  let labels: SeriesLabels | null = {};
  json.object((key) => {
    if (key === 'metric') labels = json.labels(known);
    else if (key === 'values') json.array(() => parseSample(json, grid, values, bad));
    else json.skip();
  });
  return labels === null ? null : { labels, values };
}

function parseSample(json: JsonScanner, grid: Grid, values: Float64Array, bad: Uint32Array): void {
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
  else bad[point] = (bad[point] ?? 0) + 1;
}
