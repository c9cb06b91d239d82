import {
  addParts,
  idleColumns,
  idleOf,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  sumNano,
  sumParts,
  type NodeParts,
} from '../../model/costParts.ts';
import type { CostTable } from '../../store/costTable.ts';

/** What the bills change: nano-units to add, by row key and by node. */
export interface Corrections {
  readonly rows: Map<string, NodeParts>;
  readonly nodes: Map<string, NodeParts>;
  readonly idle: Map<string, NodeParts>;
}

/** Puts the corrections into the table; idle and the nodes' cost only where the whole cluster is shown. */
export function applyTo(table: CostTable, corrections: Corrections, isCluster: boolean): CostTable {
  const rows = table.rows.map((row) => {
    const change = corrections.rows.get(partsKey(row.parts ?? [row.key]));
    if (change === undefined) return row;
    return { ...row, ...addParts(NODE_PARTS, row, change) };
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

/** The key that rows are corrected by. */
export function partsKey(parts: readonly string[]): string {
  return parts.join('\0');
}

/** Adds a change to what a key has. */
export function add(sums: Map<string, NodeParts>, key: string, change: NodeParts): void {
  sums.set(key, addParts(NODE_PARTS, sums.get(key) ?? NO_NODE_PARTS, change));
}
