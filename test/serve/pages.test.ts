import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { COLOR_RULES, LOOKS, openPage, startBrowser, violations } from '../support/browser.ts';
import { cpuTimeMs } from '../support/cpuTime.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { addDigest } from '../support/addDigest.ts';
import { addManyFindings } from '../support/manyFindings.ts';
import { shopConfig, SHOP_NOW, writeShopHistory } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';

const history = new TempHistory();
let browser: Browser;
let server: ShopServer;
let finding: string;
let week: string;

beforeAll(async () => {
  const config = await writeShopHistory(history.path('shop'), 6);
  week = await addDigest(config, SHOP_NOW);
  server = await serveShop(config, []);
  browser = await startBrowser();
  const reader = await openHistoryReader(config.history.path);
  const query = { state: 'open', kind: 'cryptojacking', since: null, namespaces: null } as const;
  const [found] = await reader.findings(query);
  await reader.close();
  finding = `/findings/${found?.id ?? ''}`;
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  history[Symbol.dispose]();
});

/** By a loopback name, since there are no tokens. */
function urlOf(path: string): string {
  return server.url.replace('127.0.0.1', 'localhost') + path;
}

/** Each page, and the entry of the navigation that it marks. */
const PAGES = [
  ['/', 'Overview'],
  ['/findings', 'Findings'],
  ['/findings?q=nothing+fits+this', 'Findings'],
  ['FINDING', 'Findings'],
  ['/namespaces/shop', 'Overview'],
  ['/namespaces/shop/Deployment/checkout', 'Overview'],
  ['/explore?window=24h&by=workload,node&filter=namespace=shop', 'Explore'],
  ['/events', 'Events'],
  ['/recommendations?all', 'Recommendations'],
  ['/savings', 'Explore'],
  ['/budgets', 'Explore'],
  ['/owners', 'Explore'],
  ['/unit-costs', 'Explore'],
  ['/prices', 'Explore'],
  // Not listed while responses are off.
  ['/response', null],
  ['/posture', 'Posture'],
  ['/posture/platform-monitoring', 'Posture'],
  ['/signals', 'Signals'],
  ['/signals?source=audit&class=exec', 'Signals'],
  ['/control-plane', 'Control plane'],
  ['/silences', 'Silences'],
  ['/system', 'System'],
  ['/digests', 'Digests'],
  ['DIGEST', 'Digests'],
] as const;

describe.each(LOOKS)('at $width px, $colorScheme', (look) => {
  // Dark differs from light by its colours alone.
  const rules = look.colorScheme === 'dark' ? COLOR_RULES : null;

  it('every page is whole, accessible and without an error', async () => {
    const { page, errors } = await openPage(browser, look);
    try {
      for (const [path, entry] of PAGES) {
        const answer = await page.goto(
          urlOf(path.replace('FINDING', finding).replace('DIGEST', `/digests/${week}`)),
        );
        const seen = {
          path,
          status: answer?.status(),
          headings: await page.locator('h1').count(),
          entries: await page.locator('header nav [aria-current]').allInnerTexts(),
          overflow: await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          ),
          violations: await violations(page, rules),
        };
        expect(seen).toEqual({
          path,
          status: 200,
          headings: 1,
          entries: entry === null ? [] : [entry],
          overflow: 0,
          violations: [],
        });
      }
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  });
});

it('the first screen of a finding on a phone says what, where, how sure, whether it goes on, and what to do', async () => {
  const { page } = await openPage(browser, { width: 390, colorScheme: 'light' });
  await page.goto(urlOf(finding));
  const text = (await page.locator('.finding-head').innerText()).replaceAll(/\s+/g, ' ');
  expect(text).toMatch(
    /Likely cryptojacking shop \/ checkout .*critical.*confidence high.*still running.*Since Tue 24 Nov, 04:05.*cores of CPU in all pods.*Call security now/,
  );
  for (const selector of [
    'h1',
    '.badges',
    '.since',
    '.act .advice',
    '.act button',
    '.glance svg.plot',
  ]) {
    const box = await page.locator(selector).first().boundingBox();
    expect({ selector, bottom: (box?.y ?? 1e9) + (box?.height ?? 0) }).toMatchObject({
      bottom: expect.toSatisfy((bottom: number) => bottom <= 844),
    });
  }
  expect(await page.locator('.act button').innerText()).toBe('Acknowledge');
  await page.close();
});

it('on a phone the entry of the page is in sight, however far right it stands', async () => {
  const { page } = await openPage(browser, { width: 390, colorScheme: 'light' });
  for (const path of ['/', '/system']) {
    await page.goto(urlOf(path));
    const box = await page.locator('header nav [aria-current]').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
  }
  await page.close();
});

it('the accessibility check sees what is wrong', async () => {
  const { page } = await openPage(browser, { width: 1280, colorScheme: 'light' });
  await page.goto(urlOf('/silences'));
  await page.evaluate(
    'document.querySelector("h1").insertAdjacentHTML("afterend", "<img src=/x>")',
  );
  expect(await violations(page)).toContainEqual(expect.stringContaining('image-alt'));
  await page.close();
});

describe('a finding', () => {
  it('is acknowledged and silenced by keyboard alone', async () => {
    const { page } = await openPage(browser, { width: 1280, colorScheme: 'light' });
    await page.goto(urlOf(finding));
    await tabTo(page, 'button:has-text("Acknowledge")');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=acknowledge/);
    expect(await page.locator('[role=status]').innerText()).toMatch(/Acknowledged/);
    expect(await page.locator('.badge.state').first().innerText()).toBe('acknowledged');

    await tabTo(page, 'summary:has-text("Silence")');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('seen, being dealt with');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=silence/);
    expect(await page.locator('.finding-head').innerText()).toMatch(/seen, being dealt with/);

    await page.goto(urlOf('/silences'));
    expect(await page.locator('table').innerText()).toMatch(/seen, being dealt with/);
    await tabTo(page, 'button:has-text("End now")');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=expire/);
    await page.goto(urlOf('/system'));
    const log = await page.locator('main').innerText();
    expect(log).toMatch(/finding\.acknowledge[^]*silence|silence[^]*finding\.acknowledge/);
    await page.close();
  });

  it('is zoomed by drag and by keyboard, and its address keeps the zoom', async () => {
    const { page, errors } = await openPage(browser, { width: 1280, colorScheme: 'light' });
    await page.goto(urlOf(finding));
    const lengthOf = async (target: Page): Promise<number> => {
      const { from, to } = await target
        .locator('#charts')
        .evaluate(({ dataset }: HTMLLike) => ({ from: dataset['from'], to: dataset['to'] }));
      return Number(to) - Number(from);
    };
    const whole = await lengthOf(page);
    const plot = await page.locator('[data-panel=cpu] svg.plot').boundingBox();
    if (plot === null) throw new Error('the CPU panel has no plot');
    await page.mouse.move(plot.x + plot.width * 0.75, plot.y + 60);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.95, plot.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    await expect.poll(() => lengthOf(page)).toBeLessThan(whole * 0.25);
    const dragged = await lengthOf(page);
    expect(dragged).toBeGreaterThan(whole * 0.15);

    await page.locator('.zoomable').focus();
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() => page.locator('.cursor').innerText())
      .toMatch(/^\w{3} \d+ \w{3}, \d\d:\d\d UTC$/);
    await expect
      .poll(() => page.locator('[data-panel=cpu] output').first().innerText())
      .toMatch(/cores$/);
    await page.keyboard.press('+');
    await expect.poll(() => lengthOf(page)).toBeLessThan(dragged * 0.6);
    const zoomed = await lengthOf(page);
    await page.reload();
    expect(await lengthOf(page)).toBe(zoomed);
    await page.locator('.zoomable').focus();
    await page.keyboard.press('0');
    await expect.poll(() => lengthOf(page)).toBe(whole);
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('5,000 findings', () => {
  it('are filtered, searched, paged and acknowledged without waiting', async () => {
    await server.close();
    const config = shopConfig(history.path('shop'));
    await addManyFindings(config, 5_000);
    server = await serveShop(config, []);
    const { page } = await openPage(browser, { width: 1280, colorScheme: 'light' });
    const shown = async (path: string): Promise<number> => {
      const before = cpuTimeMs();
      await page.goto(urlOf(path));
      expect(cpuTimeMs() - before).toBeLessThan(2_500);
      return page.locator('.finding-row').count();
    };
    expect(await shown('/findings')).toBe(100);
    expect(await page.locator('.pager').innerText()).toMatch(/1–100 of 5,0\d\d/);
    await page.locator('a:has-text("Next")').click();
    await expect.poll(() => page.locator('.pager').innerText()).toMatch(/101–200/);
    expect(await shown('/findings?namespace=team-7&order=cost')).toBe(50);
    expect(await shown('/findings?q=service-4321')).toBe(1);

    await shown('/findings?namespace=team-7');
    await page.locator('input[data-check-all]').check();
    await page.locator('button:has-text("Acknowledge selected")').click();
    await page.waitForURL(/done=bulk/);
    expect(await shown('/findings?namespace=team-7&state=unacknowledged')).toBe(0);
    expect(await shown('/findings?namespace=team-7')).toBe(50);
    await page.close();
  });
});

/** As much of an element as a test looks at. */
interface HTMLLike {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  matches(selector: string): boolean;
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const target = page.locator(selector).first();
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element: HTMLLike) => element.matches(':focus'))) return;
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}
