import { readFileSync } from 'node:fs';

/**
 * Preloaded into a burnwatch process (`NODE_OPTIONS=--import …`) by tests that must not wait for the
 * wall clock: the time is the machine's plus the milliseconds that the file BURNWATCH_TEST_CLOCK holds.
 * Worker threads load it too. Timers stay as they are.
 */
const file = process.env['BURNWATCH_TEST_CLOCK'] ?? '';
const RealDate = Date;
const REREAD_MS = 20;
let offset = 0;
let readAt = -Infinity;

function now(): number {
  if (performance.now() - readAt > REREAD_MS) {
    offset = Number(readFileSync(file, 'utf8'));
    readAt = performance.now();
  }
  return RealDate.now() + offset;
}

class ShiftedDate extends RealDate {
  constructor(...args: readonly unknown[]) {
    if (args.length === 0) super(now());
    else super(...(args as [number]));
  }

  static override now(): number {
    return now();
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
