import type { NodePrice } from '../../model/cost.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { first, insert, run, type Db } from './database.ts';
import { Dictionary } from './dictionary.ts';

interface NodeRow {
  readonly id: number;
  provider_id: string;
  labels: string;
  first_hour: TimeMs;
  last_hour: TimeMs;
}

/** The dimensions of node rows: nodes by name, and prices as they were given. */
export class NodeRows {
  readonly #db: Db;
  readonly #prices: Dictionary;
  #nodes = new Map<string, NodeRow>();

  constructor(db: Db) {
    this.#db = db;
    this.#prices = new Dictionary(db, 'node_prices', [
      'cpu_core_hour',
      'ram_gib_hour',
      'gpu_hour',
      'source',
      'reason',
      'coverage',
      'confidence',
    ]);
  }

  /** The node's id; what is known of it is that of the latest hour it was seen in. */
  nodeId(name: string, sample: NodeSample | undefined, hour: TimeMs): number {
    const row = this.#row(name, hour);
    const latest = hour >= row.last_hour && sample !== undefined;
    const labels = latest ? sortedJson(sample.labels) : row.labels;
    const providerId = latest ? (sample.providerId ?? '') : row.provider_id;
    const inside = hour >= row.first_hour && hour <= row.last_hour;
    if (!inside || labels !== row.labels || providerId !== row.provider_id) {
      row.labels = labels;
      row.provider_id = providerId;
      row.first_hour = Math.min(row.first_hour, hour);
      row.last_hour = Math.max(row.last_hour, hour);
      run(
        this.#db,
        'UPDATE nodes SET provider_id = ?, labels = ?, first_hour = ?, last_hour = ? WHERE id = ?',
        [row.provider_id, row.labels, row.first_hour, row.last_hour, row.id],
      );
    }
    return row.id;
  }

  priceId({
    cpuCoreHour,
    ramGiBHour,
    gpuHour,
    source,
    reason,
    coverage,
    confidence = coverage,
  }: NodePrice): number {
    return this.#prices.id(cpuCoreHour, ramGiBHour, gpuHour, source, reason, coverage, confidence);
  }

  forget(): void {
    this.#nodes = new Map();
    this.#prices.forget();
  }

  #row(name: string, hour: TimeMs): NodeRow {
    const held = this.#nodes.get(name) ?? this.#read(name);
    const row = held ?? this.#insert(name, hour);
    this.#nodes.set(name, row);
    return row;
  }

  #read(name: string): NodeRow | undefined {
    const sql = 'SELECT id, provider_id, labels, first_hour, last_hour FROM nodes WHERE name = ?';
    return first<NodeRow>(this.#db, sql, name);
  }

  #insert(name: string, hour: TimeMs): NodeRow {
    const row = { provider_id: '', labels: '{}', first_hour: hour, last_hour: hour };
    const sql =
      'INSERT INTO nodes (name, provider_id, labels, first_hour, last_hour) VALUES (?, ?, ?, ?, ?)';
    return { id: insert(this.#db, sql, name, '', '{}', hour, hour), ...row };
  }
}

function sortedJson(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}
