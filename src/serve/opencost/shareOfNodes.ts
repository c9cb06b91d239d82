import {
  makeParts,
  NODE_PARTS,
  nodeNano,
  sumNano,
  sumParts,
  type NodeParts,
} from '../../model/costParts.ts';
import type { CostTable } from '../../store/costTable.ts';
import type { Keyed } from './aggregate.ts';
import type { OpenCostQuery } from './parseQuery.ts';
import { nodeProperties, type AllocationContext } from './toAllocations.ts';

/**
 * How much of each node (`idleByNode`), or of all of them, the members of an allocation take (opencost
 * core/pkg/opencost/allocation.go, `ProportionalAssetResourceCost`).
 */
export function shareOfNodes(
  members: readonly Keyed[],
  table: CostTable,
  { idleByNode }: OpenCostQuery,
  { cluster, nodes }: AllocationContext,
): Readonly<Record<string, object>> {
  const all = table.nodes ?? [];
  const onNodes = members.filter(({ sums }) => sums.properties.node !== undefined);
  if (!idleByNode) {
    if (onNodes.length === 0) return {};
    const volumes = shareOf(members, table, 'storageNano');
    const balancers = shareOf(members, table, 'loadBalancerNano');
    const shares = sharesOf(sumOf(onNodes), sumParts(NODE_PARTS, all));
    return {
      [cluster]: {
        cluster,
        type: 'Node',
        ...shares,
        loadBalancerPercentage: balancers,
        pvPercentage: volumes,
      },
    };
  }
  const byNode = Map.groupBy(onNodes, ({ sums }) => sums.properties.node!);
  const entries = [...byNode].flatMap(([node, parts]) => {
    const total = all.find((each) => each.node === node);
    if (total === undefined) return [];
    const { providerID } = nodeProperties(cluster, node, nodes);
    const about = { cluster, name: node, type: 'Node', ...(providerID && { providerID }) };
    const shares = sharesOf(sumOf(parts), total);
    return [
      [`${cluster},${node}`, { ...about, ...shares, loadBalancerPercentage: 0, pvPercentage: 0 }],
    ];
  });
  return Object.fromEntries(entries) as Record<string, object>;
}

function sumOf(members: readonly Keyed[]): NodeParts {
  return sumParts(
    NODE_PARTS,
    members.map(({ sums }) => sums),
  );
}

function sharesOf(own: NodeParts, whole: NodeParts) {
  const { cpuNano, ramNano, gpuNano } = makeParts(NODE_PARTS, (part) =>
    ratio(own[part], whole[part]),
  );
  return {
    cpuPercentage: cpuNano,
    gpuPercentage: gpuNano,
    ramPercentage: ramNano,
    nodeResourceCostPercentage: ratio(nodeNano(own), nodeNano(whole)),
  };
}

function shareOf(
  members: readonly Keyed[],
  table: CostTable,
  part: 'storageNano' | 'loadBalancerNano',
): number {
  return ratio(
    sumNano(members, ({ sums }) => sums[part]),
    sumNano(table.rows, (row) => row[part]),
  );
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
