import type { ContainerRow } from './containerTable.ts';
import type { Db, Statement } from './database.ts';

/** The fields of a container's row that costs are kept by. */
export type CostKey = Pick<
  ContainerRow,
  'namespace' | 'kind' | 'name' | 'container' | 'node' | 'label_set' | 'owner'
>;

/** What hours and days are kept by: everything a cost table can be asked by, but the pod. */
export class CostKeys {
  readonly #find: Statement;
  readonly #insert: Statement;
  #ids = new Map<string, number>();

  private constructor(find: Statement, insert: Statement) {
    this.#find = find;
    this.#insert = insert;
  }

  static create(db: Db): CostKeys {
    const columns = 'namespace, kind, name, container, node, label_set, owner';
    return new CostKeys(
      db.prepare(`SELECT id FROM cost_keys WHERE (${columns}) = (?, ?, ?, ?, ?, ?, ?)`).pluck(),
      db.prepare(`INSERT INTO cost_keys (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    );
  }

  idOf(row: CostKey): number {
    const { namespace, kind, name, container, node, label_set: labelSet, owner } = row;
    const key = `${namespace}\0${kind}\0${name}\0${container}\0${node}\0${labelSet}\0${owner}`;
    const held = this.#ids.get(key);
    if (held !== undefined) return held;
    const values = [namespace, kind, name, container, node, labelSet, owner];
    const found = this.#find.get(...values) as number | undefined;
    const id = found ?? Number(this.#insert.run(...values).lastInsertRowid);
    this.#ids.set(key, id);
    return id;
  }

  forget(): void {
    this.#ids = new Map();
  }
}
