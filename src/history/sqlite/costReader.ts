import { ceilTo, DAY_MS, floorTo, HOUR_MS, type TimeMs, type Window } from '../../model/time.ts';
import type { CostQuery, CostTable, NodeCostRow } from '../history.ts';
import { NODE, NODE_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import { CostGroups, type CostIdentity, type Group } from './costGroups.ts';
import { cutSpan, type CostSpans, type Span } from './costSpans.ts';
import type { Db, Statement } from './database.ts';
import type { MetaTable } from './metaTable.ts';
import { emptySums, type PageCodec } from './pageCodec.ts';
import { addUsage } from './rollUp.ts';
import { monthOf } from './slots.ts';
import { pageCodecs } from './writerTables.ts';

/** How long a window that was sealed with partial data is asked again. */
const CORRECTED_FOR_MS = 2 * HOUR_MS;

interface Statements {
  readonly days: Statement;
  readonly hours: Statement;
  readonly windows: Statement;
  readonly nodeDays: Statement;
  readonly nodeHours: Statement;
  readonly nodeWindows: Statement;
  readonly key: Statement;
  readonly container: Statement;
  readonly node: Statement;
  readonly coverage: Statement;
  readonly incomplete: Statement;
}

interface PageRow {
  readonly key: number;
  readonly page: Buffer;
}

/** Answers what something cost, from days, hours and windows. */
export class CostReader {
  readonly #statements: Statements;
  readonly #meta: MetaTable;
  readonly #windowMs: number;
  readonly #codecs: ReturnType<typeof pageCodecs>;

  private constructor(statements: Statements, meta: MetaTable, windowMs: number) {
    this.#statements = statements;
    this.#meta = meta;
    this.#windowMs = windowMs;
    this.#codecs = pageCodecs(windowMs);
  }

  static create(db: Db, meta: MetaTable, windowMs: number): CostReader {
    const pages = (table: string, bucket: string, key: string) =>
      db.prepare(`SELECT ${key} AS key, page FROM ${table} WHERE ${bucket} = ?`);
    const identity = 'namespace, kind, name, container, node, owner, labels';
    return new CostReader(
      {
        days: pages('cost_days', 'month', 'key'),
        hours: pages('cost_hours', 'day', 'key'),
        windows: pages('usage_pages', 'hour', 'container'),
        nodeDays: pages('node_days', 'month', 'node'),
        nodeHours: pages('node_hours', 'day', 'node'),
        nodeWindows: pages('node_windows', 'hour', 'node'),
        key: db.prepare(
          `SELECT ${identity}, NULL AS pod FROM cost_keys JOIN label_sets ON label_sets.id = label_set WHERE cost_keys.id = ?`,
        ),
        container: db.prepare(
          `SELECT ${identity}, pod FROM containers JOIN label_sets ON label_sets.id = label_set WHERE containers.id = ?`,
        ),
        node: db.prepare('SELECT name FROM nodes WHERE id = ?').pluck(),
        coverage: db
          .prepare('SELECT total(coverage) FROM windows WHERE start >= ? AND start < ?')
          .pluck(),
        incomplete: db
          .prepare('SELECT 1 FROM windows WHERE complete = 0 AND start >= ? AND start < ? LIMIT 1')
          .pluck(),
      },
      meta,
      windowMs,
    );
  }

  costs(query: CostQuery): CostTable {
    const watermark = this.#meta.get('watermark') ?? 0;
    const asked: Window = { start: query.from, end: query.to };
    const sealed: Span = {
      from: ceilTo(query.from, this.#windowMs),
      to: floorTo(Math.min(query.to, watermark), this.#windowMs),
    };
    const windowsFrom = this.#meta.get('windows_from') ?? 0;
    const starts = { windowsFrom, hoursFrom: this.#meta.get('hours_from') ?? 0 };
    const windowsWanted = query.by.includes('pod') ? Math.max(windowsFrom, query.from) : Infinity;
    const spans = cutSpan(sealed, starts, windowsWanted);
    const groups = new CostGroups(query.by);
    const allowed = query.namespaces === null ? null : new Set(query.namespaces);
    this.#addRolledUp(spans, groups, allowed);
    this.#addWindows(spans.windows, groups, allowed);
    const rows = groups.rows(this.#windowMs);
    return {
      window: asked,
      rows,
      ...(allowed === null ? this.#nodes(spans) : nodesOfRows(rows)),
      coverage: this.#coverage(spans, asked),
      provisional: this.#provisional(query, watermark),
    };
  }

  #addRolledUp(spans: CostSpans, groups: CostGroups, allowed: ReadonlySet<string> | null): void {
    const identities = new Map<number, CostIdentity | null>();
    const groupOf = (key: number): Float64Array | null => {
      let identity = identities.get(key);
      if (identity === undefined) {
        identity = readIdentity(this.#statements.key.get(key), allowed);
        identities.set(key, identity);
      }
      return identity === null ? null : groups.sums(identity);
    };
    const sums = new Map<number, Float64Array | null>();
    const sumsOf = (key: number) => {
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, (sum = groupOf(key)));
      return sum;
    };
    const { days, hours } = this.#statements;
    addSpans(days, this.#codecs.costDays, spans.days, MONTHS, sumsOf);
    addSpans(hours, this.#codecs.costHours, spans.hours, DAYS, sumsOf);
  }

  #addWindows(
    spans: readonly Span[],
    groups: CostGroups,
    allowed: ReadonlySet<string> | null,
  ): void {
    const known = new Map<number, Group | null>();
    const codec = this.#codecs.usage;
    const width = USAGE_COLUMNS.length;
    for (const { bucket, from, to } of buckets(spans, hoursOf(this.#windowMs))) {
      for (const { key, page } of this.#statements.windows.iterate(bucket) as Iterable<PageRow>) {
        let group = known.get(key);
        if (group === undefined) {
          const identity = readIdentity(this.#statements.container.get(key), allowed);
          known.set(key, (group = identity === null ? null : groups.group(identity)));
        }
        if (group === null) continue;
        const { present, values } = codec.decode(page);
        for (let slot = from; slot < to; slot += 1) {
          if (present[slot] !== 1) continue;
          addUsage(group.sums, values, slot * width, this.#windowMs);
          const start = bucket + slot * this.#windowMs;
          group.seen = {
            start: Math.min(start, group.seen?.start ?? start),
            end: Math.max(start + this.#windowMs, group.seen?.end ?? 0),
          };
        }
      }
    }
  }

  #nodes(spans: CostSpans): Pick<CostTable, 'idle' | 'nodesNano' | 'nodes'> {
    const byNode = new Map<number, Float64Array>();
    const sumsOf = (key: number): Float64Array => {
      let sums = byNode.get(key);
      // One column more than the sums: windows also have the price, which nobody reads here.
      if (sums === undefined) byNode.set(key, (sums = emptySums(NODE_COLUMNS)));
      return sums;
    };
    const { nodeDays, nodeHours, nodeWindows } = this.#statements;
    addSpans(nodeDays, this.#codecs.nodeDays, spans.days, MONTHS, sumsOf);
    addSpans(nodeHours, this.#codecs.nodeHours, spans.hours, DAYS, sumsOf);
    const hours = hoursOf(this.#windowMs);
    addSpans(nodeWindows, this.#codecs.nodes, spans.windows, hours, sumsOf);
    const nodes = [...byNode].map(([key, sums]) => this.#nodeRow(key, sums));
    const total = (pick: (node: NodeCostRow) => number): number =>
      nodes.reduce((sum, node) => sum + pick(node), 0);
    return {
      idle: {
        cpuNano: total((node) => node.idleCpuNano),
        ramNano: total((node) => node.idleRamNano),
        gpuNano: total((node) => node.idleGpuNano),
      },
      nodesNano: total((node) => node.cpuNano + node.ramNano + node.gpuNano),
      nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)),
    };
  }

  #nodeRow(key: number, sums: Float64Array): NodeCostRow {
    const hours = this.#windowMs / HOUR_MS;
    return {
      node: this.#statements.node.get(key) as string,
      cpuCoreHours: sums[NODE.cpuCores]! * 1e-9 * hours,
      ramByteHours: sums[NODE.ramBytes]! * hours,
      gpuHours: sums[NODE.gpus]! * 1e-9 * hours,
      cpuNano: sums[NODE.cpuNano]!,
      ramNano: sums[NODE.ramNano]!,
      gpuNano: sums[NODE.gpuNano]!,
      idleCpuNano: sums[NODE.idleCpuNano]!,
      idleRamNano: sums[NODE.idleRamNano]!,
      idleGpuNano: sums[NODE.idleGpuNano]!,
    };
  }

  #coverage(spans: CostSpans, asked: Window): number {
    const windows = (asked.end - asked.start) / this.#windowMs;
    if (windows <= 0) return 0;
    let sum = 0;
    for (const { from, to } of [...spans.days, ...spans.hours, ...spans.windows]) {
      sum += this.#statements.coverage.get(from, to) as number;
    }
    return Math.min(1, sum / windows);
  }

  #provisional(query: CostQuery, watermark: TimeMs): boolean {
    if (query.to > watermark) return true;
    const from = Math.max(query.from, watermark - CORRECTED_FOR_MS);
    return this.#statements.incomplete.get(from, query.to) !== undefined;
  }
}

/** A level's pages: where the bucket of a time begins, where the next one does, and a slot's length. */
interface Grain {
  readonly bucketOf: (time: TimeMs) => TimeMs;
  readonly next: (bucket: TimeMs) => TimeMs;
  readonly slotMs: number;
}

const MONTHS: Grain = {
  bucketOf: monthOf,
  next: (month) => monthOf(month + 32 * DAY_MS),
  slotMs: DAY_MS,
};

const DAYS: Grain = {
  bucketOf: (time) => floorTo(time, DAY_MS),
  next: (day) => day + DAY_MS,
  slotMs: HOUR_MS,
};

function hoursOf(windowMs: number): Grain {
  return {
    bucketOf: (time) => floorTo(time, HOUR_MS),
    next: (hour) => hour + HOUR_MS,
    slotMs: windowMs,
  };
}

/** Every bucket that the spans touch, with its slots [from, to). */
function* buckets(
  spans: readonly Span[],
  grain: Grain,
): Generator<{ readonly bucket: TimeMs; readonly from: number; readonly to: number }> {
  for (const span of spans) {
    for (let bucket = grain.bucketOf(span.from); bucket < span.to; bucket = grain.next(bucket)) {
      const from = Math.max(0, (span.from - bucket) / grain.slotMs);
      const to = (Math.min(span.to, grain.next(bucket)) - bucket) / grain.slotMs;
      yield { bucket, from, to };
    }
  }
}

function addSpans(
  statement: Statement,
  codec: PageCodec,
  spans: readonly Span[],
  grain: Grain,
  sumsOf: (key: number) => Float64Array | null,
): void {
  for (const { bucket, from, to } of buckets(spans, grain)) {
    for (const { key, page } of statement.iterate(bucket) as Iterable<PageRow>) {
      const sums = sumsOf(key);
      if (sums !== null) codec.addTo(sums, page, from, to);
    }
  }
}

function readIdentity(row: unknown, allowed: ReadonlySet<string> | null): CostIdentity | null {
  const { labels, ...identity } = row as Omit<CostIdentity, 'labels'> & { labels: string };
  if (allowed !== null && !allowed.has(identity.namespace)) return null;
  return { ...identity, labels: JSON.parse(labels) as Record<string, string> };
}

/** Whoever may see only some namespaces sees neither the nodes' cost nor what is idle on them. */
function nodesOfRows(rows: CostTable['rows']): Pick<CostTable, 'idle' | 'nodesNano' | 'nodes'> {
  return {
    nodes: [],
    idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
    nodesNano: rows.reduce((sum, row) => sum + row.cpuNano + row.ramNano + row.gpuNano, 0),
  };
}
