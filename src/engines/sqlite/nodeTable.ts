import type { NodePrice } from '../../model/cost.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Db, Statement } from './database.ts';

interface NodeRow {
  readonly id: number;
  provider_id: string;
  labels: string;
  first_hour: TimeMs;
  last_hour: TimeMs;
}

interface Statements {
  readonly node: Statement;
  readonly insertNode: Statement;
  readonly updateNode: Statement;
  readonly price: Statement;
  readonly insertPrice: Statement;
}

/** The dimensions of node rows: nodes by name, and prices as they were given. */
export class NodeTable {
  readonly #statements: Statements;
  #nodes = new Map<string, NodeRow>();
  #prices = new Map<string, number>();

  private constructor(statements: Statements) {
    this.#statements = statements;
  }

  static create(db: Db): NodeTable {
    const price = 'cpu_core_hour, ram_gib_hour, gpu_hour, source, reason, coverage';
    return new NodeTable({
      node: db.prepare(
        'SELECT id, provider_id, labels, first_hour, last_hour FROM nodes WHERE name = ?',
      ),
      insertNode: db.prepare(
        'INSERT INTO nodes (name, provider_id, labels, first_hour, last_hour) VALUES (?, ?, ?, ?, ?)',
      ),
      updateNode: db.prepare(
        'UPDATE nodes SET provider_id = ?, labels = ?, first_hour = ?, last_hour = ? WHERE id = ?',
      ),
      price: db.prepare(`SELECT id FROM node_prices WHERE (${price}) = (?, ?, ?, ?, ?, ?)`).pluck(),
      insertPrice: db.prepare(`INSERT INTO node_prices (${price}) VALUES (?, ?, ?, ?, ?, ?)`),
    });
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
      this.#statements.updateNode.run(
        row.provider_id,
        row.labels,
        row.first_hour,
        row.last_hour,
        row.id,
      );
    }
    return row.id;
  }

  priceId(price: NodePrice): number {
    const values = [
      price.cpuCoreHour,
      price.ramGiBHour,
      price.gpuHour,
      price.source,
      price.reason,
      price.coverage,
    ];
    const key = values.join('\0');
    const held = this.#prices.get(key);
    if (held !== undefined) return held;
    const found = this.#statements.price.get(...values) as number | undefined;
    const id = found ?? Number(this.#statements.insertPrice.run(...values).lastInsertRowid);
    this.#prices.set(key, id);
    return id;
  }

  forget(): void {
    this.#nodes = new Map();
    this.#prices = new Map();
  }

  #row(name: string, hour: TimeMs): NodeRow {
    let row = this.#nodes.get(name);
    if (row === undefined) {
      row = this.#statements.node.get(name) as NodeRow | undefined;
      if (row === undefined) {
        const id = Number(
          this.#statements.insertNode.run(name, '', '{}', hour, hour).lastInsertRowid,
        );
        row = { id, provider_id: '', labels: '{}', first_hour: hour, last_hour: hour };
      }
      this.#nodes.set(name, row);
    }
    return row;
  }
}

function sortedJson(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}
