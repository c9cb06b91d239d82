import { HOUR_MS } from '../../model/time.ts';
import type { NodePrice } from '../../model/cost.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { NODE, NODE_COLUMNS } from '../../store/pages/columns.ts';
import type { SentMessage } from '../../store/findingLog.ts';
import type { Db } from './db.ts';
import { pageCodecs } from '../../store/pages/levels.ts';

/** Nodes of the history by name, each with the price of the last window that it was seen in. */
export async function readNodes(db: Db, windowMs: number): Promise<readonly NodeRecord[]> {
  const codec = pageCodecs(windowMs).nodes;
  type Known = Pick<NodeRecord, 'name' | 'providerId' | 'labels' | 'firstSeen' | 'lastSeen'>;
  const rows = await db.parsed<Known & { page: Buffer | null }>(
    'labels',
  )`SELECT name, nullif(provider_id, '') AS providerId, labels, first_hour AS firstSeen,
      last_hour + ${HOUR_MS} AS lastSeen, page
    FROM nodes LEFT JOIN node_windows ON hour = last_hour AND node = id ORDER BY name`;
  const stored = await db.all<NodePrice & { readonly id: number }>`SELECT id,
      cpu_core_hour AS cpuCoreHour, ram_gib_hour AS ramGiBHour, gpu_hour AS gpuHour,
      source, reason, coverage, confidence FROM node_prices`;
  const prices = new Map(stored.map(({ id, ...price }) => [id, price]));
  return rows.map(({ page, ...known }) => {
    const { present, values } = page === null ? codec.empty() : codec.decode(page);
    const last = present.lastIndexOf(1);
    const at = (column: number) => values[last * NODE_COLUMNS.length + column]!;
    return {
      ...known,
      cpuCores: last < 0 ? null : at(NODE.cpuCores) * 1e-9,
      ramBytes: last < 0 ? null : at(NODE.ramBytes),
      gpus: last < 0 ? null : at(NODE.gpus) * 1e-9,
      price: last < 0 ? null : prices.get(at(NODE.price))!,
    };
  });
}

/** Names of all namespaces that ever cost something, sorted. */
export async function readNamespaces(db: Db): Promise<readonly string[]> {
  return await db.values`SELECT namespace FROM cost_keys UNION SELECT namespace FROM containers ORDER BY namespace`;
}

/** Messages that were sent about a finding's conversations, oldest first. */
export async function readSentMessages(db: Db, findingId: string): Promise<readonly SentMessage[]> {
  return await db.all`SELECT d.channel AS channel, d.target AS target, d.sent_at AS at
     FROM ops_notified n JOIN ops_deliveries d
       ON d.channel = n.channel AND d.target = n.target AND d.conversation = n.conversation
     WHERE n.finding_id = ${findingId} AND d.state = 'sent' AND d.sent_at IS NOT NULL
     ORDER BY d.sent_at LIMIT 200`;
}
