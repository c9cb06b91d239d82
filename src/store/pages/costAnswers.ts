import {
  idleOf,
  IDLE_COLUMNS,
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  sumNano,
  sumParts,
} from '../../model/costParts.ts';
import { ceilTo, floorTo, HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';
import {
  isWholeCluster,
  type CostQuery,
  type CostSeriesQuery,
  type CostTable,
  type NodeCostRow,
} from '../costTable.ts';
import type { HistorySpan } from '../history.ts';
import { addUsage } from '../rollUp/rollUp.ts';
import { NODE, NODE_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import { CostGroups, type CostIdentity, type CostGroup } from './costGroups.ts';
import { cutSpan, type CostSpans } from './costSpans.ts';
import { addPages, DAYS, HOURS, planBuckets, windowsGrain } from './levels.ts';
import type { PageRow } from './pageBuffer.ts';
import { pageCodecs } from './pageCodecs.ts';
import { emptySums } from './pageCodec.ts';
import { costFilterTest } from '../costFilter.ts';

/** How long a window that was sealed with partial data is read again. */
const CORRECTED_FOR_MS = 2 * HOUR_MS;

/** What an engine reads for a cost table. */
export interface CostPages {
  span(): HistorySpan;
  /** Pages of a level's bucket, by cost key, by container (windows) or by node. */
  pages(level: keyof CostSpans, of: 'costs' | 'nodes', bucket: TimeMs): Iterable<PageRow>;
  /** What the pages of a key are about: a container's in windows, a cost key's above. */
  identity(level: 'windows' | 'rolled-up', key: number): CostIdentity;
  nodeName(key: number): string;
  /** Sum of the coverage of sealed windows in [from, to). */
  coverage(span: Span): number;
  hasIncomplete(span: Span): boolean;
}

type NodesOfTable = Pick<CostTable, 'idle' | 'nodesNano' | 'nodes'>;

/** Answers what something cost, from days, hours and windows. */
export class CostAnswers {
  readonly #pages: CostPages;
  readonly #windowMs: number;
  readonly #codecs: ReturnType<typeof pageCodecs>;

  constructor(pages: CostPages, windowMs: number) {
    this.#pages = pages;
    this.#windowMs = windowMs;
    this.#codecs = pageCodecs(windowMs);
  }

  costs(query: CostQuery): CostTable {
    return this.series({ ...query, boundaries: [query.from, query.to] })[0]!;
  }

  /** One table for each step between two boundaries; every page is read once, for all steps. */
  series(query: CostSeriesQuery): readonly CostTable[] {
    const { boundaries, by, where = [] } = query;
    const byPod = [...by, ...where.map((filter) => filter.by)].includes('pod');
    const steps = boundaries.slice(1).map((to, index) => ({ from: boundaries[index]!, to }));
    const spans = steps.map((step) => this.#spans(step, byPod));
    const groups = new CostGroups(by);
    const isWanted = wantedBy(query);
    this.#addRolledUp(spans, groups, isWanted);
    this.#addWindows(spans, groups, isWanted);
    const nodes = isWholeCluster(query) ? this.#nodes(spans) : null;
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
    const { watermark, windowsFrom, hoursFrom } = this.#pages.span();
    const sealed: Span = {
      from: ceilTo(step.from, this.#windowMs),
      to: floorTo(Math.min(step.to, watermark), this.#windowMs),
    };
    const windowsWanted = byPod ? Math.max(windowsFrom, sealed.from) : Infinity;
    return cutSpan(sealed, { windowsFrom, hoursFrom }, windowsWanted);
  }

  #addRolledUp(spans: readonly CostSpans[], groups: CostGroups, isWanted: IsWanted): void {
    const groupOf = this.#groupFinder('rolled-up', groups, isWanted);
    const sumsOf = (group: CostGroup, step: number) => groups.sums(group, step);
    const { costDays, costHours } = this.#codecs;
    for (const [level, codec, grain] of [
      ['days', costDays, DAYS],
      ['hours', costHours, HOURS],
    ] as const) {
      const plans = planBuckets(
        spans.map((each) => each[level]),
        grain,
      );
      const load = (bucket: TimeMs) => this.#pages.pages(level, 'costs', bucket);
      addPages(load, codec, plans, groupOf, sumsOf);
    }
  }

  #addWindows(spans: readonly CostSpans[], groups: CostGroups, isWanted: IsWanted): void {
    const groupOf = this.#groupFinder('windows', groups, isWanted);
    const width = USAGE_COLUMNS.length;
    const plans = planBuckets(
      spans.map(({ windows }) => windows),
      windowsGrain(this.#windowMs),
    );
    for (const { bucket, steps } of plans) {
      for (const { key, page } of this.#pages.pages('windows', 'costs', bucket)) {
        const group = groupOf(key);
        if (group === null) continue;
        const { present, values } = this.#codecs.usage.decode(page);
        for (const [slot, step] of steps.entries()) {
          if (step === undefined || present[slot] === 0) continue;
          const start = bucket + slot * this.#windowMs;
          addUsage(groups.sums(group, step), values, slot * width, start, this.#windowMs);
        }
      }
    }
  }

  /** The group of a key, or null where it is not wanted; each key is looked up once. */
  #groupFinder(
    level: 'windows' | 'rolled-up',
    groups: CostGroups,
    isWanted: IsWanted,
  ): (key: number) => CostGroup | null {
    return remembered((key) => {
      const identity = this.#pages.identity(level, key);
      return isWanted(identity) ? groups.group(identity) : null;
    });
  }

  /** What the nodes of each step cost, and how much of them was not allocated. */
  #nodes(spans: readonly CostSpans[]): readonly NodesOfTable[] {
    const byStep = spans.map(() => new Map<number, Float64Array>());
    const sumsOf = (key: number, step: number) => {
      const nodes = byStep[step]!;
      let sums = nodes.get(key);
      // One column more than the sums: windows also have the price, which is not read here.
      if (sums === undefined) nodes.set(key, (sums = emptySums(NODE_COLUMNS)));
      return sums;
    };
    const { nodeDays, nodeHours, nodes } = this.#codecs;
    for (const [level, codec, grain] of [
      ['days', nodeDays, DAYS],
      ['hours', nodeHours, HOURS],
      ['windows', nodes, windowsGrain(this.#windowMs)],
    ] as const) {
      const plans = planBuckets(
        spans.map((each) => each[level]),
        grain,
      );
      const load = (bucket: TimeMs) => this.#pages.pages(level, 'nodes', bucket);
      addPages(load, codec, plans, (key) => key, sumsOf);
    }
    // Read once for all steps: hundreds of nodes in thousands of hours.
    const nameOf = remembered((key) => this.#pages.nodeName(key));
    return byStep.map((sums) => {
      const rows = [...sums].map(([key, sum]) => this.#nodeRow(nameOf(key), sum));
      return {
        idle: sumParts(NODE_PARTS, rows.map(idleOf)),
        nodesNano: sumNano(rows, nodeNano),
        nodes: rows.sort((a, b) => (a.node < b.node ? -1 : 1)),
      };
    });
  }

  #nodeRow(node: string, sums: Float64Array): NodeCostRow {
    const hours = this.#windowMs / HOUR_MS;
    return {
      node,
      cpuCoreHours: sums[NODE.cpuCores]! * 1e-9 * hours,
      ramByteHours: sums[NODE.ramBytes]! * hours,
      gpuHours: sums[NODE.gpus]! * 1e-9 * hours,
      ...makeParts([...NODE_PARTS, ...IDLE_COLUMNS], (column) => sums[NODE[column]]!),
    };
  }

  #coverage(spans: CostSpans, asked: Span): number {
    const windows = (asked.to - asked.from) / this.#windowMs;
    if (windows <= 0) return 0;
    let sum = 0;
    for (const span of [...spans.days, ...spans.hours, ...spans.windows]) {
      sum += this.#pages.coverage(span);
    }
    return Math.min(1, sum / windows);
  }

  #provisional({ from, to }: Span): boolean {
    const { watermark } = this.#pages.span();
    if (to > watermark) return true;
    return this.#pages.hasIncomplete({ from: Math.max(from, watermark - CORRECTED_FOR_MS), to });
  }
}

type IsWanted = (identity: CostIdentity) => boolean;

/** What a question is about. */
function wantedBy({ namespaces, where = [] }: CostSeriesQuery): IsWanted {
  const allowed = namespaces === null ? null : new Set(namespaces);
  const tests = where.map(costFilterTest);
  return (identity) =>
    (allowed === null || allowed.has(identity.namespace)) &&
    tests.every((holdsFor) => holdsFor(identity));
}

/** A caller that may see only some namespaces, or asks about a part of the cluster, sees neither the nodes' cost nor their idle. */
function nodesOfRows(rows: CostTable['rows']): NodesOfTable {
  return { nodes: [], idle: NO_NODE_PARTS, nodesNano: sumNano(rows, nodeNano) };
}

function remembered<T>(find: (key: number) => T): (key: number) => T {
  const found = new Map<number, T>();
  return (key) => {
    let value = found.get(key);
    if (value === undefined && !found.has(key)) found.set(key, (value = find(key)));
    return value as T;
  };
}
