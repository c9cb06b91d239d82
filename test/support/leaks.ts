import { afterAll } from 'vitest';

/** What a file of tests must not leave open in its own process when its last hook has run. */
const OPEN = ['TCPServerWrap', 'PipeServerWrap', 'ProcessWrap', 'MessagePort'];

/** Hooks run last in, first out: this one, registered before the file's own, runs after them all. */
const before = open();
afterAll(async () => {
  // A socket that was closed a moment ago still counts until the next turn.
  for (let turn = 0; turn < 20 && extra().length > 0; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const left = extra();
  if (left.length > 0) throw new Error(`this file leaves something open: ${left.join(', ')}`);
});

function open(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => OPEN.includes(name));
}

function extra(): readonly string[] {
  const now = open();
  return OPEN.filter((name) => {
    const count = (names: readonly string[]): number => names.filter((n) => n === name).length;
    return count(now) > count(before);
  });
}
