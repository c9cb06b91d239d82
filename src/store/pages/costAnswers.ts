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
import { addPages, DAYS, HOURS, planBuckets, windowsGrain, type GroupFinder } from './levels.ts';
import type { KeyedPage, PageRow } from './pageBuffer.ts';
import { pageCodecs } from './pageCodecs.ts';
import { requireFits, type CostKeys, type Grains } from './requireFits.ts';
import { emptySums } from './pageCodec.ts';
import { costFilterTest } from '../costFilter.ts';
import { REASK_MS } from '../observed.ts';

/** What an engine reads for a cost table. */
export interface CostPages extends CostKeys {
  span(): Promise<HistorySpan>;
  /** Pages of a level's bucket, by cost key. */
  costs(level: 'days' | 'hours', bucket: TimeMs): Promise<readonly PageRow[]>;
  /** The same by node. */
  nodes(level: keyof CostSpans, bucket: TimeMs): Promise<readonly PageRow[]>;
  /** Windows of an hour, by container. */
  usage(hour: TimeMs): Promise<readonly KeyedPage[]>;
  /** What the pages of keys are about: a container's in windows, a cost key's above. */
  identities(
    level: 'windows' | 'rolled-up',
    keys: readonly number[],
  ): Promise<ReadonlyMap<number, CostIdentity>>;
  nodeNames(): Promise<ReadonlyMap<number, string>>;
  /** Sum of the coverage of sealed windows in [from, to). */
  coverage(span: Span): Promise<number>;
  hasIncomplete(span: Span): Promise<boolean>;
}

type NodesOfTable = Pick<CostTable, 'idle' | 'nodesNano' | 'nodes'>;

/** Answers what something cost, from days, hours and windows. */
export class CostAnswers {
  readonly #pages: CostPages;
  readonly #windowMs: number;
  readonly #codecs: ReturnType<typeof pageCodecs>;
  readonly #grains: Grains;

  constructor(pages: CostPages, windowMs: number) {
    this.#pages = pages;
    this.#windowMs = windowMs;
    this.#codecs = pageCodecs(windowMs);
    this.#grains = { days: DAYS, hours: HOURS, windows: windowsGrain(windowMs) };
  }

  async costs(query: CostQuery): Promise<CostTable> {
    const [table] = await this.series({ ...query, boundaries: [query.from, query.to] });
    return table!;
  }

  /** One table for each step between two boundaries; every page is read once, for all steps. */
  async series(query: CostSeriesQuery): Promise<readonly CostTable[]> {
    const { boundaries, by, where = [] } = query;
    const byPod = [...by, ...where.map((filter) => filter.by)].includes('pod');
    const steps = boundaries.slice(1).map((to, index) => ({ from: boundaries[index]!, to }));
    const kept = await this.#pages.span();
    const spans = steps.map((step) => this.#spans(kept, step, byPod));
    const groups = new CostGroups(by);
    const isWanted = wantedBy(query);
    const finders = {
      'rolled-up': this.#groupFinder('rolled-up', groups, isWanted),
      windows: this.#groupFinder('windows', groups, isWanted),
    };
    await requireFits(this.#pages, spans, this.#grains, groupsOfKeys(finders), query.mostRows);
    await this.#addRolledUp(spans, groups, finders['rolled-up']);
    await this.#addWindows(spans, groups, finders.windows);
    const nodes = isWholeCluster(query) ? await this.#nodes(spans) : null;
    const tables: CostTable[] = [];
    for (const [index, step] of steps.entries()) {
      const rows = groups.rows(index, this.#windowMs);
      tables.push({
        window: { start: step.from, end: step.to },
        rows,
        ...(nodes?.[index] ?? nodesOfRows(rows)),
        coverage: await this.#coverage(spans[index]!, step),
        provisional: await this.#provisional(kept, step),
      });
    }
    return tables;
  }

  #spans(kept: HistorySpan, step: Span, byPod: boolean): CostSpans {
    const { watermark, windowsFrom, hoursFrom } = kept;
    const sealed: Span = {
      from: ceilTo(step.from, this.#windowMs),
      to: floorTo(Math.min(step.to, watermark), this.#windowMs),
    };
    const windowsWanted = byPod ? Math.max(windowsFrom, sealed.from) : Infinity;
    return cutSpan(sealed, { windowsFrom, hoursFrom }, windowsWanted);
  }

  async #addRolledUp(
    spans: readonly CostSpans[],
    groups: CostGroups,
    groupsOf: GroupFinder<CostGroup>,
  ): Promise<void> {
    const sumsOf = (group: CostGroup, step: number) => groups.sums(group, step);
    const { costDays, costHours } = this.#codecs;
    for (const [level, codec] of [
      ['days', costDays],
      ['hours', costHours],
    ] as const) {
      const plans = planBuckets(
        spans.map((each) => each[level]),
        this.#grains[level],
      );
      const load = (bucket: TimeMs) => this.#pages.costs(level, bucket);
      await addPages(load, codec, plans, groupsOf, sumsOf);
    }
  }

  async #addWindows(
    spans: readonly CostSpans[],
    groups: CostGroups,
    groupsOf: GroupFinder<CostGroup>,
  ): Promise<void> {
    const width = USAGE_COLUMNS.length;
    const plans = planBuckets(
      spans.map(({ windows }) => windows),
      this.#grains.windows,
    );
    for (const { bucket, steps } of plans) {
      const pages = await this.#pages.usage(bucket);
      const groupOf = await groupsOf(pages.map(({ key }) => key));
      for (const { key, read } of pages) {
        const group = groupOf(key);
        if (group === null) continue;
        const { present, values } = read();
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
  ): GroupFinder<CostGroup> {
    const found = new Map<number, CostGroup | null>();
    return async (keys) => {
      const missing = keys.filter((key) => !found.has(key));
      if (missing.length > 0) {
        const identities = await this.#pages.identities(level, missing);
        for (const [key, identity] of identities) {
          found.set(key, isWanted(identity) ? groups.group(identity) : null);
        }
      }
      return (key) => found.get(key) ?? null;
    };
  }

  /** What the nodes of each step cost, and how much of them was not allocated. */
  async #nodes(spans: readonly CostSpans[]): Promise<readonly NodesOfTable[]> {
    const byStep = spans.map(() => new Map<number, Float64Array>());
    const sumsOf = (key: number, step: number) => {
      const nodes = byStep[step]!;
      let sums = nodes.get(key);
      // One column more than the sums: windows also have the price, which is not read here.
      if (sums === undefined) nodes.set(key, (sums = emptySums(NODE_COLUMNS)));
      return sums;
    };
    const { nodeDays, nodeHours, nodes } = this.#codecs;
    for (const [level, codec] of [
      ['days', nodeDays],
      ['hours', nodeHours],
      ['windows', nodes],
    ] as const) {
      const plans = planBuckets(
        spans.map((each) => each[level]),
        this.#grains[level],
      );
      const load = (bucket: TimeMs) => this.#pages.nodes(level, bucket);
      await addPages(load, codec, plans, async () => (key) => key, sumsOf);
    }
    const names = await this.#pages.nodeNames();
    return byStep.map((sums) => {
      const rows = [...sums].map(([key, sum]) => this.#nodeRow(names.get(key)!, sum));
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

  async #coverage(spans: CostSpans, asked: Span): Promise<number> {
    const windows = (asked.to - asked.from) / this.#windowMs;
    if (windows <= 0) return 0;
    let sum = 0;
    for (const span of [...spans.days, ...spans.hours, ...spans.windows]) {
      sum += await this.#pages.coverage(span);
    }
    return Math.min(1, sum / windows);
  }

  async #provisional({ watermark }: HistorySpan, { from, to }: Span): Promise<boolean> {
    if (to > watermark) return true;
    return this.#pages.hasIncomplete({ from: Math.max(from, watermark - REASK_MS), to });
  }
}

/** The same finders for keys of which no page was read yet. */
function groupsOfKeys(finders: Record<'rolled-up' | 'windows', GroupFinder<CostGroup>>) {
  return async (level: keyof CostSpans, keys: readonly number[]) => {
    const groupOf = await finders[level === 'windows' ? 'windows' : 'rolled-up'](keys);
    return keys.map(groupOf);
  };
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
