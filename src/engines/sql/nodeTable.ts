import type { NodePrice } from '../../model/cost.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { inList, type Db } from './db.ts';
import { Dictionary } from './dictionary.ts';

interface NodeRow {
  readonly id: number;
  readonly name: string;
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
  /** Rows that are new, or are not stored as they are. */
  readonly #changed = new Set<NodeRow>();

  constructor(db: Db) {
    this.#db = db;
    this.#prices = new Dictionary(db, 'node_prices', Object.keys(PRICE));
  }

  /** Reads at once the nodes that are not held yet. */
  async know(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.#nodes.has(name));
    if (unknown.length === 0) return;
    for (const row of await this.#db
      .all<NodeRow>`SELECT id, name, provider_id, labels, first_hour, last_hour
      FROM nodes
      WHERE name ${inList(unknown)}`)
      this.#nodes.set(row.name, row);
    const missing = unknown.filter((name) => !this.#nodes.has(name));
    const numbers = await this.#db.numbers('nodes', 'id', missing.length);
    for (const [index, name] of missing.entries()) {
      const id = numbers[index]!;
      const hours = { first_hour: Infinity, last_hour: -Infinity };
      this.#nodes.set(name, { id, name, provider_id: '', labels: '{}', ...hours });
    }
  }

  /** The node's id; what is known of it is that of the latest hour it was seen in. */
  async nodeId(name: string, sample: NodeSample | undefined, hour: TimeMs): Promise<number> {
    if (!this.#nodes.has(name)) await this.know([name]);
    const row = this.#nodes.get(name)!;
    const latest = hour >= row.last_hour && sample !== undefined;
    const labels = latest ? sortedJson(sample.labels) : row.labels;
    const providerId = latest ? (sample.providerId ?? '') : row.provider_id;
    const inside = hour >= row.first_hour && hour <= row.last_hour;
    if (!inside || labels !== row.labels || providerId !== row.provider_id) {
      row.labels = labels;
      row.provider_id = providerId;
      row.first_hour = Math.min(row.first_hour, hour);
      row.last_hour = Math.max(row.last_hour, hour);
      this.#changed.add(row);
    }
    return row.id;
  }

  priceId(price: NodePrice): Promise<number> {
    const whole = { ...price, confidence: price.confidence ?? price.coverage };
    return this.#prices.id(...Object.values(PRICE).map((field) => whole[field]));
  }

  /** Stores what is new about nodes. */
  async flush(): Promise<void> {
    const rows = [...this.#changed].map((row) => ({ ...row }));
    await this.#db.store('nodes', ['id'], rows, 'new');
    this.#changed.clear();
  }

  forget(): void {
    this.#nodes = new Map();
    this.#changed.clear();
    this.#prices.forget();
  }
}

function sortedJson(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}
