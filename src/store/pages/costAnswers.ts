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
import { COST_COLUMNS, NODE, NODE_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import { costRows, StepSums, type CostIdentity, type CostGroup } from './costGroups.ts';
import { cutSpan, type CostSpans } from './costSpans.ts';
import { KeptSums, type KeptBuckets, type KeptCosts, type KeptState } from './keptSums.ts';
import {
  addPages,
  DAYS,
  HOURS,
  packedPages,
  pageCodecs,
  planBuckets,
  windowsGrain,
  type GroupFinder,
  type LevelPages,
} from './levels.ts';
import { requireFits, type CostKeys, type Grains } from './requireFits.ts';
import { emptySums, type KeyedPage, type PageRow } from './pageCodec.ts';
import { costFilterTest } from '../costFilter.ts';
import { REASK_MS } from '../observed.ts';

/** What an engine reads for a cost table. */
export interface CostPages extends CostKeys {
  span(): Promise<HistorySpan>;
  /** When the window that ends then was sealed. */
  sealedAt(end: TimeMs): Promise<TimeMs | undefined>;
  /** Pages of a level's bucket, by cost key, some thousands at a time. */
  costs(level: 'days' | 'hours', bucket: TimeMs): AsyncIterable<readonly PageRow[]>;
  /** The same by node. */
  nodes(level: keyof CostSpans, bucket: TimeMs): AsyncIterable<readonly PageRow[]>;
  /** Windows of an hour, by container; of an hour that is not over only those from a slot on. */
  usage(hour: TimeMs, from: number): Promise<readonly KeyedPage[]>;
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
  readonly #kept: KeptSums;

  /** @param kept what was added up for earlier questions to the same history */
  constructor(pages: CostPages, windowMs: number, kept: KeptSums = new KeptSums()) {
    this.#pages = pages;
    this.#kept = kept;
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
    const span = await this.#pages.span();
    const kept = await this.#kept.holdFor(span, this.#pages.sealedAt);
    const shape = kept.shape(query);
    let isAnswered = false;
    try {
      const tables = await this.#tables(query, span, kept, shape);
      isAnswered = true;
      return tables;
    } finally {
      kept.weigh(shape, isAnswered);
    }
  }

  async #tables(
    query: CostSeriesQuery,
    span: HistorySpan,
    kept: KeptState,
    shape: KeptCosts,
  ): Promise<readonly CostTable[]> {
    const { boundaries, by, where = [] } = query;
    const byPod = [...by, ...where.map((filter) => filter.by)].includes('pod');
    const steps = boundaries.slice(1).map((to, index) => ({ from: boundaries[index]!, to }));
    const spans = steps.map((step) => this.#spans(span, step, byPod));
    const finders = {
      'rolled-up': this.#groupFinder('rolled-up', shape, query),
      windows: this.#groupFinder('windows', shape, query),
    };
    await requireFits(this.#pages, spans, this.#grains, groupsOfKeys(finders), query.mostRows);
    const sums = new StepSums<CostGroup>(COST_COLUMNS, steps.length);
    const { costDays, costHours } = this.#codecs;
    const add = <Page extends { readonly key: number }>(
      name: keyof CostSpans,
      level: LevelPages<Page>,
    ) => {
      const finder = finders[name === 'windows' ? 'windows' : 'rolled-up'];
      const levelSpans = spans.map((each) => each[name]);
      const buckets = shape.key === null ? null : shape.level(name);
      return this.#add(level, levelSpans, finder, sums, buckets, span);
    };
    const load = (name: 'days' | 'hours') => (bucket: TimeMs) => this.#pages.costs(name, bucket);
    await add('days', packedPages(DAYS, costDays, load('days')));
    await add('hours', packedPages(HOURS, costHours, load('hours')));
    await add('windows', this.#usage());
    const nodes = isWholeCluster(query) ? await this.#nodes(spans, span, kept) : null;
    const tables: CostTable[] = [];
    for (const [index, step] of steps.entries()) {
      const rows = costRows(sums.step(index), by, this.#windowMs);
      tables.push({
        window: { start: step.from, end: step.to },
        rows,
        ...(nodes?.[index] ?? nodesOfRows(rows)),
        coverage: await this.#coverage(spans[index]!, step),
        provisional: await this.#provisional(span, step),
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

  #add<Page extends { readonly key: number }, Group>(
    level: LevelPages<Page>,
    spans: readonly (readonly Span[])[],
    groupsOf: GroupFinder<Group>,
    sums: StepSums<Group>,
    kept: KeptBuckets<Group> | null,
    { watermark }: HistorySpan,
  ): Promise<void> {
    const plans = planBuckets(spans, level.grain);
    const sumsOf = (group: Group, step: number) => sums.of(group, step);
    return addPages(level, plans, groupsOf, sumsOf, kept, watermark);
  }

  /** Windows by container: a row is what a cost key would have of it. */
  #usage(): LevelPages<KeyedPage> {
    const width = USAGE_COLUMNS.length;
    const { slots } = this.#codecs.usage;
    const nothing = emptySums(COST_COLUMNS);
    const row = emptySums(COST_COLUMNS);
    const spare = this.#codecs.usage.empty();
    const { usage } = this.#pages;
    return {
      grain: this.#grains.windows,
      columns: COST_COLUMNS,
      slots,
      bySlot: true,
      load: async function* (hour, from) {
        yield await usage(hour, from);
      },
      add: (sums, { read }, hour, from) => {
        const { present, values } = read(spare);
        for (let slot = from; slot < slots; slot += 1) {
          if (present[slot] === 0) continue;
          row.set(nothing);
          addUsage(row, values, slot * width, hour + slot * this.#windowMs, this.#windowMs);
          sums.addRow(slot, row);
        }
      },
    };
  }

  /** The group of a key, or null where it is not wanted; each key is looked up once. */
  #groupFinder(
    level: 'windows' | 'rolled-up',
    shape: KeptCosts,
    query: CostSeriesQuery,
  ): GroupFinder<CostGroup> {
    const found = shape.groupsOfKeys[level];
    const isWanted = wantedBy(query);
    const groupOf = (identity: CostIdentity) =>
      isWanted(identity)
        ? shape.groups.group({ ...identity, node: shape.nameOf(identity.node) })
        : null;
    return async (keys) => {
      const missing = keys.filter((key) => !found.has(key));
      if (missing.length > 0) {
        const identities = await this.#pages.identities(level, missing);
        for (const [key, identity] of identities) found.set(key, groupOf(identity));
      }
      return (key) => found.get(key) ?? null;
    };
  }

  /** What the nodes of each step cost, and how much of them was not allocated. */
  async #nodes(
    spans: readonly CostSpans[],
    span: HistorySpan,
    kept: KeptState,
  ): Promise<readonly NodesOfTable[]> {
    // One column more than the sums: windows also have the price, which is not read here.
    const sums = new StepSums<number>(NODE_COLUMNS, spans.length);
    const { nodeDays, nodeHours, nodes } = this.#codecs;
    for (const [name, grain, codec] of [
      ['days', DAYS, nodeDays],
      ['hours', HOURS, nodeHours],
      ['windows', this.#grains.windows, nodes],
    ] as const) {
      const level = packedPages(grain, codec, (bucket) => this.#pages.nodes(name, bucket));
      const levelSpans = spans.map((each) => each[name]);
      const groupsOf = async () => (key: number) => key;
      await this.#add(level, levelSpans, groupsOf, sums, kept.nodes.level(name), span);
    }
    const names = await this.#pages.nodeNames();
    return spans.map((_, step) => {
      const rows = [...sums.step(step)].map(([key, sum]) => this.#nodeRow(names.get(key)!, sum));
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
