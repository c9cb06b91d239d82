import { putNew, type Row, type Db } from './db.ts';

type Values = readonly (string | number)[];

/** Rows that repeat, stored once: `id ⇄ values of the columns`, which are UNIQUE together. */
export class Dictionary {
  readonly #db: Db;
  readonly #table: string;
  readonly #columns: readonly string[];
  #ids = new Map<string, number>();

  constructor(db: Db, table: string, columns: readonly string[]) {
    this.#db = db;
    this.#table = table;
    this.#columns = columns;
  }

  async id(...row: Values): Promise<number> {
    return this.#ids.get(keyOf(row)) ?? (await this.ids([row]))[0]!;
  }

  /** The ids of several rows; those that are not held are looked up, and stored, all at once. */
  async ids(rows: readonly Values[]): Promise<readonly number[]> {
    const unknown = new Map<string, Row>();
    for (const row of rows) {
      const key = keyOf(row);
      if (!this.#ids.has(key)) unknown.set(key, this.#row(row));
    }
    if (unknown.size > 0) await this.#learn([...unknown.keys()], [...unknown.values()]);
    return rows.map((row) => this.#ids.get(keyOf(row))!);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Drops what is held in memory: after a rolled back transaction, or to bound it. */
  forget(): void {
    this.#ids = new Map();
  }

  async #learn(keys: readonly string[], rows: readonly Row[]): Promise<void> {
    const found = await this.#db.lookUp(this.#table, rows);
    const missing = rows.filter((_, index) => found[index] === null);
    const numbers = [...(await this.#db.numbers(this.#table, 'id', missing.length))];
    const added = missing.map((row, index) => ({ id: numbers[index]!, ...row }));
    await putNew(this.#db, this.#table, ['id'], ...added);
    keys.forEach((key, index) => this.#ids.set(key, found[index] ?? numbers.shift()!));
  }

  #row(values: Values): Row {
    return Object.fromEntries(this.#columns.map((column, index) => [column, values[index]!]));
  }
}

function keyOf(row: Values): string {
  return row.join('\0');
}
