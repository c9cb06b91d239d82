import type { CostTable, NodeCostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';

/** What the bills change: nano-units to add, by row key and by node. */
export interface Corrections {
  readonly rows: Map<string, Resources>;
  readonly nodes: Map<string, Resources>;
  readonly idle: Map<string, Resources>;
}

export interface Resources {
  cpu: Nano;
  ram: Nano;
  gpu: Nano;
}

/** Puts the corrections into the table; idle and the nodes' cost only where the whole cluster is shown. */
export function applyTo(table: CostTable, corrections: Corrections, isCluster: boolean): CostTable {
  const rows = table.rows.map((row) => {
    const change = corrections.rows.get(partsKey(row.parts ?? [row.key]));
    if (change === undefined) return row;
    return {
      ...row,
      cpuNano: row.cpuNano + change.cpu,
      ramNano: row.ramNano + change.ram,
      gpuNano: row.gpuNano + change.gpu,
    };
  });
  const rowsNano = rows.reduce((sum, row) => sum + row.cpuNano + row.ramNano + row.gpuNano, 0);
  if (!isCluster) return { ...table, rows, nodesNano: rowsNano };
  const nodes = (table.nodes ?? []).map((node) => {
    const cost = corrections.nodes.get(node.node);
    const idle = corrections.idle.get(node.node);
    if (cost === undefined || idle === undefined) return node;
    return {
      ...node,
      cpuNano: node.cpuNano + cost.cpu,
      ramNano: node.ramNano + cost.ram,
      gpuNano: node.gpuNano + cost.gpu,
      idleCpuNano: node.idleCpuNano + idle.cpu,
      idleRamNano: node.idleRamNano + idle.ram,
      idleGpuNano: node.idleGpuNano + idle.gpu,
    };
  });
  const total = (pick: (node: NodeCostRow) => Nano): Nano =>
    nodes.reduce((sum, node) => sum + pick(node), 0);
  return {
    ...table,
    rows,
    nodes,
    nodesNano: total((node) => node.cpuNano + node.ramNano + node.gpuNano),
    idle: {
      cpuNano: total((node) => node.idleCpuNano),
      ramNano: total((node) => node.idleRamNano),
      gpuNano: total((node) => node.idleGpuNano),
    },
  };
}

/** The key that rows are corrected by. */
export function partsKey(parts: readonly string[]): string {
  return parts.join('\0');
}

/** Adds a change to what a key has. */
export function add(sums: Map<string, Resources>, key: string, change: Resources): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { ...change });
  else {
    sum.cpu += change.cpu;
    sum.ram += change.ram;
    sum.gpu += change.gpu;
  }
}
