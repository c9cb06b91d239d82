/**
 * How long a weekly digest takes over a large history. Run: `npx node bench/digest.ts [DAYS]` (90 by default; some
 * minutes and 2 GB of disk to build it). Days come from days, a week's ends in another time zone from hours.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../src/daemon/config/schema.ts';
import { loadThresholds } from '../src/daemon/config/loadThresholds.ts';
import { readDigest } from '../src/digest/read/readDigest.ts';
import { renderDigestHtml } from '../src/serve/pages/digests/digests.ts';
import { lastWeek } from '../src/store/digests/week.ts';
import { openHistoryReader, openHistoryWriter } from '../src/engines/openHistory.ts';
import { DAY_MS } from '../src/model/time.ts';
import { WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { buildHours, START } from './bigHistory.ts';

const days = Number(process.argv[2] ?? 90);
const CONTAINERS = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
try {
  const path = join(folder, 'digest.db');
  const identity = { cluster: 'bench', currency: 'USD', windowMs: WINDOW_MS };
  const writer = await openHistoryWriter({ path, ...identity, command: 'bench', clock: Date.now });
  await writer.close();
  await buildHours(path, days, CONTAINERS);
  print(
    `history of ${days} days × 10,000 containers`,
    `${Math.round(statSync(path).size / 1e6)} MB`,
  );
  for (const timezone of ['UTC', 'Europe/Berlin']) await time(path, timezone);
} finally {
  rmSync(folder, { recursive: true });
}

async function time(path: string, timezone: string): Promise<void> {
  const config = configSchema.parse({
    cluster: 'bench',
    history: { path },
    schedule: { timezone },
    budgets: [{ namespace: 'ns-0', monthly: 100 }],
  });
  const reader = await openHistoryReader(path);
  const now = START + days * DAY_MS;
  const request = {
    config,
    thresholds: loadThresholds([]),
    week: lastWeek(now, timezone),
    now,
    late: null,
    reach: null,
    snapshot: null,
  };
  const began = performance.now();
  const digest = await readDigest(reader, request);
  const read = performance.now() - began;
  const page = await renderDigestHtml(digest);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  print(
    `digest of ${digest.week.name} in ${timezone}`,
    `${(read / 1e3).toFixed(1)} s, ${peak} MiB at most, page of ${Math.round(page.length / 1e3)} kB, row of ${Math.round(JSON.stringify(digest).length / 1e3)} kB`,
  );
  await reader.close();
}

function print(what: string, value: string): void {
  process.stdout.write(`${what}: ${value}\n`);
}
