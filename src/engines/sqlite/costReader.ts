import { ceilTo, floorTo, HOUR_MS, type Span } from '../../model/time.ts';
import type { CostQuery, CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import { USAGE_COLUMNS } from '../../store/pages/columns.ts';
import { CostGroups, type CostIdentity, type Group } from '../../store/pages/costGroups.ts';
import { cutSpan, type CostSpans } from '../../store/pages/costSpans.ts';
import type { Db, Statement } from './database.ts';
import { addPages, DAYS, HOURS, planBuckets, windowsGrain, type PageRow } from './levels.ts';
import type { MetaTable } from './metaTable.ts';
import { NodeCostReader, nodesOfRows } from './nodeCostReader.ts';
import { addUsage } from './rollUp.ts';
import { pageCodecs } from './writerTables.ts';

/** How long a window that was sealed with partial data is asked again. */
const CORRECTED_FOR_MS = 2 * HOUR_MS;

interface Statements {
  readonly days: Statement;
  readonly hours: Statement;
  readonly windows: Statement;
  readonly key: Statement;
  readonly container: Statement;
  readonly coverage: Statement;
  readonly incomplete: Statement;
}

/** Answers what something cost, from days, hours and windows. */
export class CostReader {
  readonly #statements: Statements;
  readonly #nodes: NodeCostReader;
  readonly #meta: MetaTable;
  readonly #windowMs: number;
  readonly #codecs: ReturnType<typeof pageCodecs>;

  private constructor(
    statements: Statements,
    nodes: NodeCostReader,
    meta: MetaTable,
    windowMs: number,
  ) {
    this.#statements = statements;
    this.#nodes = nodes;
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
        key: db.prepare(
          `SELECT ${identity}, NULL AS pod FROM cost_keys JOIN label_sets ON label_sets.id = label_set WHERE cost_keys.id = ?`,
        ),
        container: db.prepare(
          `SELECT ${identity}, pod FROM containers JOIN label_sets ON label_sets.id = label_set WHERE containers.id = ?`,
        ),
        coverage: db
          .prepare('SELECT total(coverage) FROM windows WHERE start >= ? AND start < ?')
          .pluck(),
        incomplete: db
          .prepare('SELECT 1 FROM windows WHERE complete = 0 AND start >= ? AND start < ? LIMIT 1')
          .pluck(),
      },
      NodeCostReader.create(db, windowMs),
      meta,
      windowMs,
    );
  }

  costs(query: CostQuery): CostTable {
    return this.series({ ...query, boundaries: [query.from, query.to] })[0]!;
  }

  /** One table for each step between two boundaries; every page is read once, for all steps. */
  series(query: CostSeriesQuery): readonly CostTable[] {
    const { boundaries, by } = query;
    const steps = boundaries.slice(1).map((to, index) => ({ from: boundaries[index]!, to }));
    const spans = steps.map((step) => this.#spans(step, by.includes('pod')));
    const groups = new CostGroups(by);
    const allowed = query.namespaces === null ? null : new Set(query.namespaces);
    this.#addRolledUp(spans, groups, allowed);
    this.#addWindows(spans, groups, allowed);
    const nodes = allowed === null ? this.#nodes.steps(spans) : null;
    return steps.map((step, index) => {
      const rows = groups.rows(index, this.#windowMs);
      return {
        window: { start: step.from, end: step.to },
        rows,
        ...(nodes?.[index] ?? nodesOfRows(rows)),
        coverage: this.#coverage(spans[index]!, step),
        provisional: this.#provisional(step),
      };
    });
  }

  #spans(step: Span, byPod: boolean): CostSpans {
    const watermark = this.#meta.get('watermark') ?? 0;
    const windowsFrom = this.#meta.get('windows_from') ?? 0;
    const sealed: Span = {
      from: ceilTo(step.from, this.#windowMs),
      to: floorTo(Math.min(step.to, watermark), this.#windowMs),
    };
    const starts = { windowsFrom, hoursFrom: this.#meta.get('hours_from') ?? 0 };
    return cutSpan(sealed, starts, byPod ? Math.max(windowsFrom, sealed.from) : Infinity);
  }

  #addRolledUp(
    spans: readonly CostSpans[],
    groups: CostGroups,
    allowed: ReadonlySet<string> | null,
  ): void {
    const found = new Map<number, Group | null>();
    const groupOf = (key: number): Group | null => {
      let group = found.get(key);
      if (group === undefined) {
        const identity = readIdentity(this.#statements.key.get(key), allowed);
        found.set(key, (group = identity === null ? null : groups.group(identity)));
      }
      return group;
    };
    const sumsOf = (group: Group, step: number) => groups.sums(group, step);
    const { days, hours } = this.#statements;
    const planned = (level: 'days' | 'hours') => spans.map((each) => each[level]);
    addPages(days, this.#codecs.costDays, planBuckets(planned('days'), DAYS), groupOf, sumsOf);
    addPages(hours, this.#codecs.costHours, planBuckets(planned('hours'), HOURS), groupOf, sumsOf);
  }

  #addWindows(
    spans: readonly CostSpans[],
    groups: CostGroups,
    allowed: ReadonlySet<string> | null,
  ): void {
    const found = new Map<number, Group | null>();
    const codec = this.#codecs.usage;
    const width = USAGE_COLUMNS.length;
    const plans = planBuckets(
      spans.map(({ windows }) => windows),
      windowsGrain(this.#windowMs),
    );
    for (const { bucket, steps } of plans) {
      for (const { key, page } of this.#statements.windows.iterate(bucket) as Iterable<PageRow>) {
        let group = found.get(key);
        if (group === undefined) {
          const identity = readIdentity(this.#statements.container.get(key), allowed);
          found.set(key, (group = identity === null ? null : groups.group(identity)));
        }
        if (group === null) continue;
        const { present, values } = codec.decode(page);
        for (const [slot, step] of steps.entries()) {
          if (step === undefined || present[slot] === 0) continue;
          addUsage(groups.sums(group, step), values, slot * width, this.#windowMs);
          const start = bucket + slot * this.#windowMs;
          const seen = group.seen[step];
          group.seen[step] = {
            start: Math.min(start, seen?.start ?? start),
            end: Math.max(start + this.#windowMs, seen?.end ?? 0),
          };
        }
      }
    }
  }

  #coverage(spans: CostSpans, asked: Span): number {
    const windows = (asked.to - asked.from) / this.#windowMs;
    if (windows <= 0) return 0;
    let sum = 0;
    for (const { from, to } of [...spans.days, ...spans.hours, ...spans.windows]) {
      sum += this.#statements.coverage.get(from, to) as number;
    }
    return Math.min(1, sum / windows);
  }

  #provisional({ from, to }: Span): boolean {
    const watermark = this.#meta.get('watermark') ?? 0;
    if (to > watermark) return true;
    const asked = Math.max(from, watermark - CORRECTED_FOR_MS);
    return this.#statements.incomplete.get(asked, to) !== undefined;
  }
}

function readIdentity(row: unknown, allowed: ReadonlySet<string> | null): CostIdentity | null {
  const { labels, ...identity } = row as Omit<CostIdentity, 'labels'> & { labels: string };
  if (allowed !== null && !allowed.has(identity.namespace)) return null;
  return { ...identity, labels: JSON.parse(labels) as Record<string, string> };
}
