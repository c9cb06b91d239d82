import { floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { UsagePoint, UsageQuery } from '../../store/usage.ts';
import type { Page, PageCodec } from '../../store/pages/pageCodec.ts';
import { pageCodecs, pinnedCodec } from '../../store/pages/levels.ts';
import { isGiven, isOfWorkload, type Db } from './db.ts';
import { readUsagePages } from './usagePages.ts';
import {
  addContainer,
  addSums,
  emptyUsageSums,
  ROW_WIDTH,
  SUM_COLUMNS,
  toUsagePoint,
  unpackSums,
  type UsageSums,
} from '../../store/pages/usageSums.ts';

interface ContainerSpan {
  readonly id: number;
  readonly pod: string;
  readonly container: string;
  readonly first_hour: TimeMs;
  readonly last_hour: TimeMs;
}

/** Reads window rows back: those within the retention, and those pinned for a finding. */
export class UsageTables {
  readonly #db: Db;
  readonly #codec: PageCodec;
  readonly #pinned: PageCodec;
  readonly #windowMs: number;

  constructor(db: Db, windowMs: number) {
    this.#db = db;
    this.#codec = pageCodecs(windowMs).usage;
    this.#pinned = pinnedCodec(windowMs);
    this.#windowMs = windowMs;
  }

  async usage(query: UsageQuery): Promise<readonly UsagePoint[]> {
    const sums = await this.sums(query);
    return [...sums.keys()]
      .sort((a, b) => a - b)
      .map((start) => toUsagePoint(start, this.#windowMs, sums.get(start)!));
  }

  /** Sums over the containers asked for, by the start of their window. */
  async sums(query: UsageQuery): Promise<ReadonlyMap<TimeMs, UsageSums>> {
    const { namespace, workload, from, to } = query;
    const sums = new Map<TimeMs, UsageSums>();
    const firstHour = floorTo(from, HOUR_MS);
    const containers = await this.#db
      .all<ContainerSpan>`SELECT id, pod, container, first_hour, last_hour
      FROM containers
       WHERE ${isOfWorkload(namespace, workload)} AND last_hour >= ${firstHour}
         AND first_hour < ${to}
       ORDER BY id`;
    const wanted = containers.filter(({ pod }) => query.pod === null || pod === query.pod);
    const byId = new Map(wanted.map((container) => [container.id, container]));
    const spare = this.#codec.empty();
    for (const { hours, ids } of runsOf(wanted, firstHour, to)) {
      const pages = await readUsagePages(this.#db, this.#codec, hours, ids);
      for (const { hour, key, read } of pages)
        this.#addPage(sums, byId.get(key)!, hour, read(spare), query);
    }
    if (query.pod === null) await this.#addPinned(sums, query);
    return sums;
  }

  #addPage(
    sums: Map<TimeMs, UsageSums>,
    container: ContainerSpan,
    hour: TimeMs,
    { present, values }: Page,
    query: UsageQuery,
  ): void {
    // The network is the pod's, and kept with any one of its containers.
    const wanted = query.container === null || container.container === query.container;
    for (const [start, slot] of this.#slots(hour, present, query)) {
      const row = values.subarray(slot * ROW_WIDTH, (slot + 1) * ROW_WIDTH);
      addContainer(sumsAt(sums, start), row, wanted ? 'all' : 'pod-level');
    }
  }

  async #addPinned(sums: Map<TimeMs, UsageSums>, query: UsageQuery): Promise<void> {
    const { namespace, workload, container, from, to } = query;
    const rows = await this.#db.all<{ hour: TimeMs; page: Buffer }>`SELECT hour, page
      FROM pinned_usage
       WHERE ${isOfWorkload(namespace, workload)} AND hour >= ${floorTo(from, HOUR_MS)} AND hour < ${to}
         AND (${isGiven('container', container)} OR container = '')`;
    const width = SUM_COLUMNS.length;
    for (const { hour, page } of rows) {
      const { present, values } = this.#pinned.decode(page);
      for (const [start, slot] of this.#slots(hour, present, query)) {
        const packed = values.subarray(slot * width, (slot + 1) * width);
        addSums(sumsAt(sums, start), unpackSums(packed));
      }
    }
  }

  *#slots(
    hour: TimeMs,
    present: Uint8Array,
    { from, to }: UsageQuery,
  ): Generator<readonly [start: TimeMs, slot: number]> {
    for (let slot = 0; slot < present.length; slot += 1) {
      const start = hour + slot * this.#windowMs;
      if (present[slot] === 1 && start >= from && start < to) yield [start, slot];
    }
  }
}

function sumsAt(sums: Map<TimeMs, UsageSums>, start: TimeMs): UsageSums {
  let found = sums.get(start);
  if (found === undefined) sums.set(start, (found = emptyUsageSums()));
  return found;
}

/** Hours in which the same containers ran: each is one query, by the keys of its pages. */
function runsOf(
  containers: readonly ContainerSpan[],
  from: TimeMs,
  to: TimeMs,
): Iterable<{ readonly hours: TimeMs[]; readonly ids: readonly number[] }> {
  const runs = new Map<string, { readonly hours: TimeMs[]; readonly ids: readonly number[] }>();
  for (let hour = from; hour < to; hour += HOUR_MS) {
    const running = containers.filter((row) => row.first_hour <= hour && hour <= row.last_hour);
    if (running.length === 0) continue;
    const ids = running.map(({ id }) => id);
    const key = ids.join();
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { hours: [hour], ids });
    else run.hours.push(hour);
  }
  return runs.values();
}
