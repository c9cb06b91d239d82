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

// No subclass: libraries for time zones look at what Date's own prototype has.
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver): unknown =>
    name === 'now' ? now : Reflect.get(target, name, receiver),
});
