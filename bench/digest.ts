/**
 * How long a weekly digest takes over a large history. Run: `npx node bench/digest.ts [DAYS]` (90 by default; some
 * minutes and 4 GB of disk to build it). Days come from days, a week's ends in another time zone from hours.
 */
import { configSchema } from '../src/daemon/config/schema.ts';
import { loadThresholds } from '../src/daemon/config/loadThresholds.ts';
import { readDigest } from '../src/digest/read/readDigest.ts';
import { renderDigestHtml } from '../src/serve/pages/digests/digests.ts';
import { lastWeek } from '../src/store/digests/week.ts';
import { openHistoryReader } from '../src/engines/openHistory.ts';
import type { TimeMs } from '../src/model/time.ts';
import { buildHistory } from './bigHistory.ts';
import { bytesOf, enginesOf, print, startEngine } from './engine.ts';

const days = Number(process.argv[2] ?? 90);
const CONTAINERS = 10_000;
for (const name of enginesOf(process.argv[3])) {
  await using engine = await startEngine(name);
  const path = engine.location('bench');
  const end = await buildHistory(path, { days, containers: CONTAINERS });
  print(
    `${name}, history of ${days} days × 10,000 containers`,
    `${Math.round((await bytesOf(path)) / 1e6)} MB`,
  );
  for (const timezone of ['UTC', 'Europe/Berlin']) await time(path, timezone, end);
}

async function time(path: string, timezone: string, now: TimeMs): Promise<void> {
  const config = configSchema.parse({
    cluster: 'bench',
    history: { path },
    schedule: { timezone },
    budgets: [{ namespace: 'ns-0', monthly: 100 }],
  });
  const reader = await openHistoryReader(path);
  const request = {
    config,
    thresholds: loadThresholds([]),
    week: lastWeek(now, timezone),
    now,
    late: null,
    reach: null,
    present: null,
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
