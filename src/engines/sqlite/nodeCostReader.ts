import { HOUR_MS } from '../../model/time.ts';
import type { CostTable, NodeCostRow } from '../../store/costTable.ts';
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
import { NODE, NODE_COLUMNS } from '../../store/pages/columns.ts';
import type { CostSpans } from '../../store/pages/costSpans.ts';
import type { Db, Statement } from './database.ts';
import { addPages, DAYS, HOURS, planBuckets, windowsGrain } from './levels.ts';
import { emptySums } from '../../store/pages/pageCodec.ts';
import { pageCodecs } from './writerTables.ts';

type NodesOfTable = Pick<CostTable, 'idle' | 'nodesNano' | 'nodes'>;

interface Statements {
  readonly days: Statement;
  readonly hours: Statement;
  readonly windows: Statement;
  readonly name: Statement;
}

/** Answers what nodes cost, and how much of them nobody was allocated. */
export class NodeCostReader {
  readonly #statements: Statements;
  readonly #windowMs: number;
  readonly #codecs: ReturnType<typeof pageCodecs>;

  private constructor(statements: Statements, windowMs: number) {
    this.#statements = statements;
    this.#windowMs = windowMs;
    this.#codecs = pageCodecs(windowMs);
  }

  static create(db: Db, windowMs: number): NodeCostReader {
    const statements = {
      days: db.prepare('SELECT node AS key, page FROM node_days WHERE month = ?'),
      hours: db.prepare('SELECT node AS key, page FROM node_hours WHERE day = ?'),
      windows: db.prepare('SELECT node AS key, page FROM node_windows WHERE hour = ?'),
      name: db.prepare('SELECT name FROM nodes WHERE id = ?').pluck(),
    };
    return new NodeCostReader(statements, windowMs);
  }

  /** The nodes of each step. */
  steps(spans: readonly CostSpans[]): readonly NodesOfTable[] {
    const byStep = spans.map(() => new Map<number, Float64Array>());
    const sameKey = (key: number) => key;
    const sumsOf = (key: number, step: number) => {
      const nodes = byStep[step]!;
      let sums = nodes.get(key);
      // One column more than the sums: windows also have the price, which nobody reads here.
      if (sums === undefined) nodes.set(key, (sums = emptySums(NODE_COLUMNS)));
      return sums;
    };
    const { days, hours, windows } = this.#statements;
    const { nodeDays, nodeHours, nodes } = this.#codecs;
    const planned = (level: keyof CostSpans) => spans.map((each) => each[level]);
    const grain = windowsGrain(this.#windowMs);
    addPages(days, nodeDays, planBuckets(planned('days'), DAYS), sameKey, sumsOf);
    addPages(hours, nodeHours, planBuckets(planned('hours'), HOURS), sameKey, sumsOf);
    addPages(windows, nodes, planBuckets(planned('windows'), grain), sameKey, sumsOf);
    // Read once for all steps: hundreds of nodes in thousands of hours.
    const names = new Map<number, string>();
    const nameOf = (key: number): string => {
      let name = names.get(key);
      if (name === undefined) names.set(key, (name = this.#statements.name.get(key) as string));
      return name;
    };
    return byStep.map((sums) => this.#table(sums, nameOf));
  }

  #table(byNode: ReadonlyMap<number, Float64Array>, nameOf: (key: number) => string): NodesOfTable {
    const nodes = [...byNode].map(([key, sums]) => this.#row(nameOf(key), sums));
    return {
      idle: sumParts(NODE_PARTS, nodes.map(idleOf)),
      nodesNano: sumNano(nodes, nodeNano),
      nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)),
    };
  }

  #row(node: string, sums: Float64Array): NodeCostRow {
    const hours = this.#windowMs / HOUR_MS;
    return {
      node,
      cpuCoreHours: sums[NODE.cpuCores]! * 1e-9 * hours,
      ramByteHours: sums[NODE.ramBytes]! * hours,
      gpuHours: sums[NODE.gpus]! * 1e-9 * hours,
      ...makeParts([...NODE_PARTS, ...IDLE_COLUMNS], (column) => sums[NODE[column]]!),
    };
  }
}

/** Whoever may see only some namespaces sees neither the nodes' cost nor what is idle on them. */
export function nodesOfRows(rows: CostTable['rows']): NodesOfTable {
  return {
    nodes: [],
    idle: NO_NODE_PARTS,
    nodesNano: sumNano(rows, nodeNano),
  };
}
