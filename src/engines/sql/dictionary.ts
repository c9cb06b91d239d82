import { type Db, insert, value } from './db.ts';

/** Rows that repeat, stored once: `id ⇄ values of the columns`, which are UNIQUE together. */
export class Dictionary {
  readonly #db: Db;
  readonly #find: string;
  readonly #table: string;
  readonly #columns: readonly string[];
  #ids = new Map<string, number>();

  constructor(db: Db, table: string, columns: readonly string[]) {
    const names = columns.join(', ');
    const places = columns.map(() => '?').join(', ');
    this.#db = db;
    this.#find = `SELECT id FROM ${table} WHERE (${names}) = (${places})`;
    this.#table = table;
    this.#columns = columns;
  }

  async id(...row: readonly (string | number)[]): Promise<number> {
    const key = row.join('\0');
    const held = this.#ids.get(key);
    if (held !== undefined) return held;
    const found = await value<number>(this.#db, this.#find, ...row);
    const names = this.#columns.map((column, index) => [column, row[index]!] as const);
    const id = found ?? (await insert(this.#db, this.#table, 'id', Object.fromEntries(names)));
    this.#ids.set(key, id);
    return id;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Drops what is held in memory: after a rolled back transaction, or to bound it. */
  forget(): void {
    this.#ids = new Map();
  }
}
