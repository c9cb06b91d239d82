import type { HistoryReader } from '../../store/history.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { HOUR_MS } from '../../model/time.ts';
import { firstLabel } from '../../model/nodeFacts.ts';
import { NODE_LABELS } from '../../model/nodeLabels.ts';
import { GIB } from '../nodes.ts';
import { hourlyAt } from '../splitNodePrice.ts';
import type { PlacedContainer, SavingsNode } from './estimateSavings.ts';

/**
 * What of a node's capacity pods can have, where only the capacity is known. The clouds reserve 4 to 8 % of the
 * CPU and 6 to 11 % of the memory of common machine sizes for the kubelet and the system.
 */
export const ALLOCATABLE_SHARE = 0.92;

/** Nodes and where containers run on them, as the last hour of the history shows it. */
export async function readPlacement(
  reader: Pick<HistoryReader, 'status' | 'costs' | 'nodes'>,
): Promise<{
  readonly nodes: readonly SavingsNode[];
  readonly containers: readonly PlacedContainer[];
}> {
  const { watermark } = await reader.status();
  if (watermark === null) return { nodes: [], containers: [] };
  const from = watermark - HOUR_MS;
  const by = ['pod', 'container', 'node'] as const;
  const table = await reader.costs({ from, to: watermark, by, namespaces: null });
  const containers = table.rows.flatMap((row) => {
    const { namespace, pod, workload, container, node, seen } = row;
    // Pods that ended within the hour hold nothing any more.
    const isRunning = seen !== null && seen !== undefined && seen.end === watermark;
    if (!isRunning || namespace === null || pod === null || workload === null) return [];
    if (container === null || node === null) return [];
    const hours = (seen.end - seen.start) / HOUR_MS;
    const cpuCores = row.cpuRequestCoreHours / hours;
    const ramBytes = row.ramRequestByteHours / hours;
    return [{ namespace, pod, workload, container, node, cpuCores, ramBytes }];
  });
  const nodes = await reader.nodes();
  return { nodes: nodes.flatMap((node) => toNode(node, watermark)), containers };
}

function toNode(node: NodeRecord, watermark: number): SavingsNode[] {
  const { name, cpuCores, ramBytes, gpus, price, labels } = node;
  if (cpuCores === null || ramBytes === null || price === null) return [];
  if (node.lastSeen < watermark) return [];
  const pool = firstLabel(labels, NODE_LABELS.pool);
  return [
    {
      name,
      pool: pool ?? '',
      instanceType: firstLabel(labels, NODE_LABELS.instanceType) ?? null,
      region: firstLabel(labels, NODE_LABELS.region),
      isControlPlane: NODE_LABELS.controlPlane.some((label) => labels[label] !== undefined),
      allocatableCpuCores: cpuCores * ALLOCATABLE_SHARE,
      allocatableRamBytes: ramBytes * ALLOCATABLE_SHARE,
      hourly: hourlyAt({ cpuCores, ramGiB: ramBytes / GIB, gpus }, price),
      cpuCoreHour: price.cpuCoreHour,
      ramGiBHour: price.ramGiBHour,
      gpuHour: price.gpuHour,
      labels,
    },
  ];
}
