import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TimeMs } from '../../src/model/time.ts';

const PRELOAD = pathToFileURL(resolve(import.meta.dirname, 'shiftedClock.ts')).href;

/** The clock of a burnwatch process, set by a test; it runs on at the usual pace. */
export class TestClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor(file: string, at: TimeMs) {
    this.#file = file;
    this.env = { NODE_OPTIONS: `--import ${PRELOAD}`, BURNWATCH_TEST_CLOCK: file };
    this.set(at);
  }

  set(at: TimeMs): void {
    // Renamed, so that the process never reads half of it.
    writeFileSync(`${this.#file}.new`, String(at - Date.now()));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
