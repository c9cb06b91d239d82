import type { NodePrice } from '../../model/cost.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { type Db, first, insert, run } from './db.ts';
import { Dictionary } from './dictionary.ts';

interface NodeRow {
  readonly id: number;
  provider_id: string;
  labels: string;
  first_hour: TimeMs;
  last_hour: TimeMs;
}

/** The fields of a price by their columns. */
const PRICE = {
  cpu_core_hour: 'cpuCoreHour',
  ram_gib_hour: 'ramGiBHour',
  gpu_hour: 'gpuHour',
  source: 'source',
  reason: 'reason',
  coverage: 'coverage',
  confidence: 'confidence',
} as const;

/** The dimensions of node rows: nodes by name, and prices as they were given. */
export class NodeRows {
  readonly #db: Db;
  readonly #prices: Dictionary;
  #nodes = new Map<string, NodeRow>();

  constructor(db: Db) {
    this.#db = db;
    this.#prices = new Dictionary(db, 'node_prices', Object.keys(PRICE));
  }

  /** The node's id; what is known of it is that of the latest hour it was seen in. */
  async nodeId(name: string, sample: NodeSample | undefined, hour: TimeMs): Promise<number> {
    const row = await this.#row(name, hour);
    const latest = hour >= row.last_hour && sample !== undefined;
    const labels = latest ? sortedJson(sample.labels) : row.labels;
    const providerId = latest ? (sample.providerId ?? '') : row.provider_id;
    const inside = hour >= row.first_hour && hour <= row.last_hour;
    if (!inside || labels !== row.labels || providerId !== row.provider_id) {
      row.labels = labels;
      row.provider_id = providerId;
      row.first_hour = Math.min(row.first_hour, hour);
      row.last_hour = Math.max(row.last_hour, hour);
      await run(
        this.#db,
        'UPDATE nodes SET provider_id = ?, labels = ?, first_hour = ?, last_hour = ? WHERE id = ?',
        [row.provider_id, row.labels, row.first_hour, row.last_hour, row.id],
      );
    }
    return row.id;
  }

  priceId(price: NodePrice): Promise<number> {
    const whole = { ...price, confidence: price.confidence ?? price.coverage };
    return this.#prices.id(...Object.values(PRICE).map((field) => whole[field]));
  }

  forget(): void {
    this.#nodes = new Map();
    this.#prices.forget();
  }

  async #row(name: string, hour: TimeMs): Promise<NodeRow> {
    const held = this.#nodes.get(name) ?? (await this.#read(name));
    const row = held ?? (await this.#insert(name, hour));
    this.#nodes.set(name, row);
    return row;
  }

  async #read(name: string): Promise<NodeRow | undefined> {
    const sql = 'SELECT id, provider_id, labels, first_hour, last_hour FROM nodes WHERE name = ?';
    return await first<NodeRow>(this.#db, sql, name);
  }

  async #insert(name: string, hour: TimeMs): Promise<NodeRow> {
    const row = { provider_id: '', labels: '{}', first_hour: hour, last_hour: hour };
    return { id: await insert(this.#db, 'nodes', 'id', { name, ...row }), ...row };
  }
}

function sortedJson(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}
