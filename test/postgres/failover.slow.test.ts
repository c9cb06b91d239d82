import { expect, it } from 'vitest';
import { differences } from '../support/dumpHistory.ts';
import { runFailovers } from '../support/failover.ts';

it('takes over from a leader that fails, loses no window and says nothing twice', async () => {
  const { rows, said, dump, undisturbed, log } = await runFailovers();
  expect(
    rows.map(({ failure, oldEndedWith, standbyPage }) => [failure, oldEndedWith, standbyPage]),
  ).toEqual([
    ['killed (SIGKILL) with a message on its way', null, 200],
    ['paused (SIGSTOP)', 1, 200],
    ['cut off from the database', 1, 200],
    ['ended (SIGTERM)', 0, 200],
    ['the database crashed and started again', null, 200],
    ['the database fails over to its synchronous copy', null, 200],
  ]);
  expect(new Set(said).size).toBe(said.length);
  expect(said.length).toBeGreaterThan(0);
  expect(
    log.match(/another process leads .* writes and sends nothing any more/g)?.length,
  ).toBeGreaterThan(1);
  expect(differences(plain(dump), plain(undisturbed)).slice(0, 5)).toEqual([]);
});

/** Without what says how a window was sealed, and not what is in it. */
function plain(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/^meta .*(hours|windows)_from/.test(line))
    .map((line) => line.replace(/"muted":[01]/, '').replace(/"suppressed":[01]/, ''));
}
