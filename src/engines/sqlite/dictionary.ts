import type { Db, Statement } from './database.ts';

/** Texts that repeat, stored once: `text ⇄ id` in a table `(id, COLUMN UNIQUE)`. */
export class Dictionary {
  readonly #find: Statement;
  readonly #insert: Statement;
  #ids = new Map<string, number>();

  private constructor(find: Statement, insert: Statement) {
    this.#find = find;
    this.#insert = insert;
  }

  static create(db: Db, table: string, column: string): Dictionary {
    return new Dictionary(
      db.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`).pluck(),
      db.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`),
    );
  }

  id(text: string): number {
    const held = this.#ids.get(text);
    if (held !== undefined) return held;
    const found = this.#find.get(text) as number | undefined;
    const id = found ?? Number(this.#insert.run(text).lastInsertRowid);
    this.#ids.set(text, id);
    return id;
  }

  /** Drops what is held in memory: after a rolled back transaction, or to bound it. */
  forget(): void {
    this.#ids = new Map();
  }
}
