import { setTimeout as pause } from 'node:timers/promises';

/** How long a test waits for what must happen before it says that it did not: a busy machine is slow, not wrong. */
export const WAIT_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Waits until a condition holds. @throws naming `what`, with `details`, when it never does. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  details: () => string = () => '',
): Promise<void> {
  for (const giveUpAt = Date.now() + WAIT_MS; !(await condition()); await pause(LOOK_EVERY_MS))
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}\n${details()}`);
}

/** Asks again and again until `holds`. @throws with the last answer when it never does. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  holds: (answer: T) => boolean,
): Promise<T> {
  for (const giveUpAt = Date.now() + WAIT_MS; ; await pause(LOOK_EVERY_MS)) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > giveUpAt)
      throw new Error(`still not after ${WAIT_MS / 1000} s: ${String(answer)}`);
  }
}
