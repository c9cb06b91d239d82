import { afterAll } from 'vitest';

/** What is being closed gets this long. */
const GRACE_MS = 20_000;
/** What a file of tests must not leave open in its own process when its last hook has run. */
const OPEN = ['TCPServerWrap', 'PipeServerWrap', 'ProcessWrap', 'MessagePort'];

/** Hooks run last in, first out: this one, registered before the file's own, runs after them all. */
const before = open();
afterAll(async () => {
  // A socket that was closed a moment ago still counts until the next turn.
  for (const giveUpAt = Date.now() + GRACE_MS; Date.now() < giveUpAt && extra().length > 0;)
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
