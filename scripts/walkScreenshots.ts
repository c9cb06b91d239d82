// `node scripts/walkScreenshots.ts [FOLDER]`: walks through the pages of a made-up shop as the three seats do, and photographs
// each step for docs/walks.md: 390 and 1440 px wide, light and dark.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHistoryReader } from '../src/engines/openHistory.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { DAY_MS } from '../src/model/time.ts';
import { addDigest } from '../test/support/addDigest.ts';
import { startBrowser } from '../test/support/browser.ts';
import { serveShop } from '../test/support/serveShop.ts';
import { SHOP_NOW, writeShopHistory } from '../test/support/shopHistory.ts';
import { TempHistory } from '../test/support/tempHistory.ts';
import { toWebp } from '../test/support/webp.ts';

const MIB = 2 ** 20;
const DAYS = 16;
/** When the owner of the catalogue applied a recommendation. */
const APPLIED = SHOP_NOW - 6 * DAY_MS;

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/images/walks');
await mkdir(folder, { recursive: true });
using temp = new TempHistory();
const config = await writeShopHistory(temp.path('shop'), DAYS, shopOfTheWalk);
const week = await addDigest(config, SHOP_NOW);
const reader = await openHistoryReader(config.history.path);
const query = { state: 'open', kind: 'cryptojacking', since: null, namespaces: null } as const;
const [found] = await reader.findings(query);
await reader.close();
const finding = `/findings/${found?.id ?? ''}`;

/** An element of the page; Node's types know none. */
interface Scrolling {
  scrollIntoView(): void;
}

interface Step {
  readonly name: string;
  readonly path: string;
  /** What is at the top of the picture; the page's top without it. */
  readonly at?: string;
}

const STEPS: readonly Step[] = [
  { name: 'oncall-1', path: finding },
  { name: 'oncall-2', path: finding, at: 'h2:has-text("Evidence")' },
  { name: 'oncall-3', path: finding, at: 'h2:has-text("Next steps")' },
  { name: 'owner-1', path: '/namespaces/shop' },
  {
    name: 'owner-2',
    path: '/namespaces/shop/Deployment/search',
    at: 'h2:has-text("Recommendations")',
  },
  {
    name: 'owner-3',
    path: '/savings',
    at: 'h2:has-text("Applied")',
  },
  { name: 'finops-1', path: '/' },
  { name: 'finops-2', path: '/explore?window=7d&by=namespace' },
  { name: 'finops-3', path: `/digests/${week}` },
  { name: 'finops-4', path: '/savings' },
];

const server = await serveShop(config, []);
const url = server.url.replace('127.0.0.1', 'localhost');
const browser = await startBrowser();
for (const width of [390, 1440] as const)
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = { width, height: width === 390 ? 844 : 900 };
    const page = await browser.newPage({ viewport, colorScheme });
    for (const { name, path, at } of STEPS) {
      await page.goto(url + path);
      if (at !== undefined)
        await page
          .locator(at)
          .first()
          .evaluate((part) => (part as unknown as Scrolling).scrollIntoView());
      const suffix = `${width}${colorScheme === 'dark' ? '-dark' : ''}`;
      await writeFile(
        join(folder, `${name}-${suffix}.webp`),
        await toWebp(browser, await page.screenshot()),
      );
    }
    await page.close();
  }
await browser.close();
await server.close();

/** The catalogue was right-sized, and nobody works in the notebooks at night and at weekends. */
function shopOfTheWalk(snapshot: Snapshot): Snapshot {
  const { end } = snapshot.window;
  const at = new Date(end);
  const isWork = at.getUTCDay() % 6 !== 0 && at.getUTCHours() >= 8 && at.getUTCHours() < 18;
  const pods = snapshot.pods.map((pod) => {
    const change =
      pod.workload.name === 'catalogue' && end > APPLIED
        ? { cpuRequestCores: 0.85, ramRequestBytes: 736 * MIB }
        : pod.workload.name === 'notebooks' && !isWork
          ? { cpuUsageCores: 0.002 }
          : null;
    if (change === null) return pod;
    return { ...pod, containers: pod.containers.map((one) => ({ ...one, ...change })) };
  });
  return { ...snapshot, pods };
}
