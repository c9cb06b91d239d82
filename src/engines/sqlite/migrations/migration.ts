import type { Db } from '../database.ts';

/**
 * One step of the schema: one file, one line in `index.ts`. Numbers never change once released; a file does
 * not have to know of the others. Reserved: 001–009 the history itself, 010–019 notify, 020–029
 * collect and specs, 030–039 cost, 040–049 rightsize and posture, 050–059 digest; from 060
 * on whatever is next.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly up: (db: Db) => void;
}
