import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { NodePrice } from '../../model/cost.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { NODE, NODE_COLUMNS } from '../../store/pages/columns.ts';
import type { SentMessage } from '../../store/findingLog.ts';
import { all, values, type Db } from './db.ts';
import { pageCodecs } from '../../store/pages/pageCodecs.ts';

/** Nodes of the history by name, each with the price of the last window that it was seen in. */
export async function readNodes(db: Db, windowMs: number): Promise<readonly NodeRecord[]> {
  const codec = pageCodecs(windowMs).nodes;
  const rows = await all<{
    id: number;
    name: string;
    provider_id: string;
    labels: string;
    first_hour: TimeMs;
    last_hour: TimeMs;
    page: Buffer | null;
  }>(
    db,
    `SELECT id, name, provider_id, labels, first_hour, last_hour, page
     FROM nodes LEFT JOIN node_windows ON hour = last_hour AND node = id ORDER BY name`,
  );
  const prices = new Map(
    (
      await all<NodePrice & { readonly id: number }>(
        db,
        `SELECT id, cpu_core_hour AS cpuCoreHour, ram_gib_hour AS ramGiBHour, gpu_hour AS gpuHour,
           source, reason, coverage, confidence FROM node_prices`,
      )
    ).map(({ id, ...price }) => [id, price]),
  );
  return rows.map((row) => {
    const { present, values } = row.page === null ? codec.empty() : codec.decode(row.page);
    const last = present.lastIndexOf(1);
    const at = (column: number) => values[last * NODE_COLUMNS.length + column]!;
    return {
      name: row.name,
      providerId: row.provider_id || null,
      labels: JSON.parse(row.labels) as Record<string, string>,
      firstSeen: row.first_hour,
      lastSeen: row.last_hour + HOUR_MS,
      cpuCores: last < 0 ? null : at(NODE.cpuCores) * 1e-9,
      ramBytes: last < 0 ? null : at(NODE.ramBytes),
      gpus: last < 0 ? null : at(NODE.gpus) * 1e-9,
      price: last < 0 ? null : prices.get(at(NODE.price))!,
    };
  });
}

/** Names of all namespaces that ever cost something, sorted. */
export async function readNamespaces(db: Db): Promise<readonly string[]> {
  const sql =
    'SELECT namespace FROM cost_keys UNION SELECT namespace FROM containers ORDER BY namespace';
  return await values(db, sql);
}

/** Messages that were sent about a finding's conversations, oldest first. */
export async function readSentMessages(db: Db, findingId: string): Promise<readonly SentMessage[]> {
  return await all(
    db,
    `SELECT d.channel AS channel, d.target AS target, d.sent_at AS at
     FROM ops_notified n JOIN ops_deliveries d
       ON d.channel = n.channel AND d.target = n.target AND d.conversation = n.conversation
     WHERE n.finding_id = ? AND d.state = 'sent' AND d.sent_at IS NOT NULL
     ORDER BY d.sent_at LIMIT 200`,
    findingId,
  );
}
