import { insert, value, type Db } from './database.ts';

/** Rows that repeat, stored once: `id ⇄ values of the columns`, which are UNIQUE together. */
export class Dictionary {
  readonly #db: Db;
  readonly #find: string;
  readonly #insert: string;
  #ids = new Map<string, number>();

  constructor(db: Db, table: string, columns: readonly string[]) {
    const names = columns.join(', ');
    const places = columns.map(() => '?').join(', ');
    this.#db = db;
    this.#find = `SELECT id FROM ${table} WHERE (${names}) = (${places})`;
    this.#insert = `INSERT INTO ${table} (${names}) VALUES (${places})`;
  }

  id(...row: readonly (string | number)[]): number {
    const key = row.join('\0');
    const held = this.#ids.get(key);
    if (held !== undefined) return held;
    const found = value<number>(this.#db, this.#find, ...row);
    const id = found ?? insert(this.#db, this.#insert, ...row);
    this.#ids.set(key, id);
    return id;
  }

  /** Drops what is held in memory: after a rolled back transaction, or to bound it. */
  forget(): void {
    this.#ids = new Map();
  }
}
