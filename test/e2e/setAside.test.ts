import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { TempHistory } from '../support/tempHistory.ts';

const CHILD = resolve(import.meta.dirname, 'support/poisonedChild.ts');
const WINDOW = 5 * MINUTE_MS;
const FROM = Date.UTC(2026, 10, 24, 5);
const UNTIL = FROM + HOUR_MS;
const IN_DETECTOR = FROM + 4 * WINDOW;
const IN_COLLECT = FROM + 7 * WINDOW;

it('what ends the process again and again is set aside, said, and the cycle goes on', async () => {
  using temp = new TempHistory();
  const path = temp.path();
  const args = [CHILD, path, ...[FROM, UNTIL, IN_DETECTOR, IN_COLLECT].map(String)];
  const ends: string[] = [];
  let said = '';
  for (let starts = 0; starts < 12 && ends.at(-1) !== 'done'; starts += 1) {
    const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    said += stderr;
    ends.push(status === 0 ? 'done' : (signal ?? `exit ${status}: ${stderr}`));
  }
  // Once in the batch, then three times in each of the two steps.
  expect(ends).toEqual([...Array.from({ length: 7 }, () => 'SIGKILL'), 'done']);
  expect(said).toContain(
    `The step cost-spike of the window ${formatTime(IN_DETECTOR)} ended the process 3 times`,
  );
  expect(existsSync(`${path}.step`)).toBe(true);

  const reader = await openHistoryReader(path);
  try {
    expect((await reader.status()).watermark).toBe(UNTIL);
    const coverage = await reader.windowCoverage(FROM, UNTIL);
    expect(coverage).toHaveLength(12);
    const unseen = coverage.filter((window) => window.coverage === 0);
    expect(unseen.map(({ start }) => start)).toEqual([IN_COLLECT]);
    const findings = await reader.findings({
      state: 'all',
      kind: 'data-quality',
      since: null,
      namespaces: null,
    });
    const texts = findings.filter(({ rule }) => rule === 'set-aside').map(({ summary }) => summary);
    expect(texts.sort()).toEqual([
      expect.stringContaining('The step collect'),
      expect.stringContaining('The step cost-spike'),
    ]);
  } finally {
    await reader.close();
  }
});
