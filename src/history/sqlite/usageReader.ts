import type { Reading } from '../../model/reading.ts';
import { floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { UsagePoint, UsageQuery } from '../history.ts';
import { codeToRate, USAGE, USAGE_COLUMNS } from './columns.ts';
import type { Db, Statement } from './database.ts';
import type { PageCodec } from './pageCodec.ts';
import { pageCodecs } from './writerTables.ts';

interface ContainerSpan {
  readonly id: number;
  readonly pod: string;
  readonly container: string;
  readonly first_hour: TimeMs;
  readonly last_hour: TimeMs;
}

/** Sums of one window over containers. NaN is unknown. */
type Sums = Float64Array;

const POD_LEVEL: readonly number[] = [USAGE.networkReceive, USAGE.networkTransmit];
const RATES: readonly number[] = [...POD_LEVEL, USAGE.diskRead, USAGE.diskWrite];
const WIDTH = USAGE_COLUMNS.length;
/** Two sums of our own behind the columns: Σ runShare × throttledShare, and how many had no limit. */
const THROTTLED = WIDTH;
const NO_CPU_LIMIT = WIDTH + 1;
const NO_RAM_LIMIT = WIDTH + 2;

/** Reads window rows back as a series. */
export class UsageReader {
  readonly #containers: Statement;
  readonly #page: Statement;
  readonly #codec: PageCodec;
  readonly #windowMs: number;

  private constructor(containers: Statement, page: Statement, windowMs: number) {
    this.#containers = containers;
    this.#page = page;
    this.#codec = pageCodecs(windowMs).usage;
    this.#windowMs = windowMs;
  }

  static create(db: Db, windowMs: number): UsageReader {
    return new UsageReader(
      db.prepare(
        `SELECT id, pod, container, first_hour, last_hour FROM containers
         WHERE namespace = ? AND kind = ? AND name = ? AND last_hour >= ? AND first_hour < ?
         ORDER BY id`,
      ),
      db.prepare('SELECT page FROM usage_pages WHERE hour = ? AND container = ?').pluck(),
      windowMs,
    );
  }

  usage(query: UsageQuery): readonly UsagePoint[] {
    const { namespace, workload, from, to } = query;
    const sums = new Map<TimeMs, Sums>();
    const firstHour = floorTo(from, HOUR_MS);
    const containers = this.#containers.all(
      namespace,
      workload.kind,
      workload.name,
      firstHour,
      to,
    ) as ContainerSpan[];
    for (const container of containers) {
      if (query.pod !== null && container.pod !== query.pod) continue;
      const last = Math.min(container.last_hour, to - 1);
      for (let hour = Math.max(container.first_hour, firstHour); hour <= last; hour += HOUR_MS) {
        this.#addPage(sums, container, hour, query);
      }
    }
    const starts = [...sums.keys()].sort((a, b) => a - b);
    return starts.map((start) => this.#point(start, sums.get(start)!));
  }

  #addPage(
    sums: Map<TimeMs, Sums>,
    container: ContainerSpan,
    hour: TimeMs,
    query: UsageQuery,
  ): void {
    const bytes = this.#page.get(hour, container.id) as Buffer | undefined;
    if (bytes === undefined) return;
    // The network is the pod's, and kept with any one of its containers.
    const wanted = query.container === null || container.container === query.container;
    const { present, values } = this.#codec.decode(bytes);
    for (let slot = 0; slot < present.length; slot += 1) {
      const start = hour + slot * this.#windowMs;
      if (present[slot] === 0 || start < query.from || start >= query.to) continue;
      let sum = sums.get(start);
      if (sum === undefined) sums.set(start, (sum = emptySum()));
      const row = values.subarray(slot * WIDTH, (slot + 1) * WIDTH);
      if (wanted) addRow(sum, row);
      else for (const column of POD_LEVEL) addKnown(sum, column, codeToRate(row[column]!));
    }
  }

  #point(start: TimeMs, sum: Sums): UsagePoint {
    const at = (column: number, unit = 1): Reading => {
      const value = sum[column]!;
      return Number.isNaN(value) ? null : value * unit;
    };
    const lived = sum[USAGE.runShare]!;
    const coverage = sum[USAGE.coverage]!;
    return {
      window: { start, end: start + this.#windowMs },
      cpuUsageCores: at(USAGE.cpuUsage, 1e-9),
      cpuRequestCores: at(USAGE.cpuRequest, 1e-9),
      cpuLimitCores: sum[NO_CPU_LIMIT]! > 0 ? null : at(USAGE.cpuLimit, 1e-9),
      ramUsageBytes: at(USAGE.ramUsage),
      ramPeakBytes: at(USAGE.ramPeak),
      ramRequestBytes: at(USAGE.ramRequest),
      ramLimitBytes: sum[NO_RAM_LIMIT]! > 0 ? null : at(USAGE.ramLimit),
      networkReceiveBytesPerSecond: at(USAGE.networkReceive),
      networkTransmitBytesPerSecond: at(USAGE.networkTransmit),
      diskReadBytesPerSecond: at(USAGE.diskRead),
      diskWriteBytesPerSecond: at(USAGE.diskWrite),
      throttledShare: lived > 0 ? at(THROTTLED, 1e-4 / lived) : null,
      restarts: at(USAGE.restarts),
      runShare: lived * 1e-4,
      coverage: lived > 0 ? (coverage / lived) * 1e-4 : 1,
    };
  }
}

function emptySum(): Sums {
  const sum = new Float64Array(WIDTH + 3).fill(Number.NaN);
  for (const column of [USAGE.runShare, USAGE.coverage, NO_CPU_LIMIT, NO_RAM_LIMIT])
    sum[column] = 0;
  return sum;
}

function addRow(sum: Sums, row: Float64Array): void {
  const lived = row[USAGE.runShare]!;
  for (let column = 0; column < WIDTH; column += 1) {
    if (column === USAGE.coverage) continue;
    const value = row[column]!;
    addKnown(sum, column, RATES.includes(column) ? codeToRate(value) : value);
  }
  sum[USAGE.coverage]! += lived * row[USAGE.coverage]!;
  addKnown(sum, THROTTLED, lived * row[USAGE.throttledShare]!);
  if (Number.isNaN(row[USAGE.cpuLimit]!)) sum[NO_CPU_LIMIT]! += lived;
  if (Number.isNaN(row[USAGE.ramLimit]!)) sum[NO_RAM_LIMIT]! += lived;
}

function addKnown(sum: Sums, column: number, value: number): void {
  if (Number.isNaN(value)) return;
  sum[column] = Number.isNaN(sum[column]!) ? value : sum[column]! + value;
}
