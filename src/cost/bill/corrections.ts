import {
  addParts,
  idleColumns,
  idleOf,
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  sumNano,
  sumParts,
  type NodeParts,
} from '../../model/costParts.ts';
import { BILL_PARTS, type BillParts } from '../../store/bills.ts';
import { partsKey, rowParts, type CostTable } from '../../store/costTable.ts';

const NONE_BESIDE: BillParts = makeParts(BILL_PARTS, () => 0);

/** What the bills change: nano-units to add, by row key and by node. */
export interface Corrections {
  readonly rows: Map<string, NodeParts>;
  /** Of volumes, load balancers and traffic, by row key. */
  readonly beside: Map<string, BillParts>;
  readonly nodes: Map<string, NodeParts>;
  readonly idle: Map<string, NodeParts>;
}

/** Puts the corrections into the table; idle and the nodes' cost only where the whole cluster is shown. */
export function applyTo(table: CostTable, corrections: Corrections, isCluster: boolean): CostTable {
  const rows = table.rows.map((row) => {
    const key = partsKey(rowParts(row));
    const change = corrections.rows.get(key) ?? NO_NODE_PARTS;
    const beside = corrections.beside.get(key) ?? NONE_BESIDE;
    return {
      ...row,
      ...addParts(NODE_PARTS, row, change),
      ...addParts(BILL_PARTS, row, beside),
    };
  });
  if (!isCluster) return { ...table, rows, nodesNano: sumNano(rows, nodeNano) };
  const nodes = (table.nodes ?? []).map((node) => {
    const cost = corrections.nodes.get(node.node);
    const idle = corrections.idle.get(node.node);
    if (cost === undefined || idle === undefined) return node;
    return {
      ...node,
      ...addParts(NODE_PARTS, node, cost),
      ...idleColumns(addParts(NODE_PARTS, idleOf(node), idle)),
    };
  });
  return {
    ...table,
    rows,
    nodes,
    nodesNano: sumNano(nodes, nodeNano),
    idle: sumParts(NODE_PARTS, nodes.map(idleOf)),
  };
}

/** Adds a change to what a key has. */
export function addChange<K extends string>(
  sums: Map<string, Readonly<Record<K, number>>>,
  key: string,
  change: Readonly<Record<K, number>>,
): void {
  const known = sums.get(key);
  const parts = Object.keys(change) as K[];
  sums.set(key, known === undefined ? change : addParts(parts, known, change));
}
