import axeCore from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findTool } from '../../demo/tools.ts';
import { WAIT_MS } from './waiting.ts';

/** Nothing of the browser's own leaves the machine; tests may run as root in a container. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Starts Chromium, Debian's if there is no other. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findTool('chromium');
  return chromium.launch({ executablePath, args: FLAGS, timeout: WAIT_MS });
}

export interface Look {
  readonly width: 390 | 1280;
  readonly colorScheme: 'light' | 'dark';
}

export const LOOKS: readonly Look[] = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
];

/** A page that takes note of everything that goes wrong in it. */
export async function openPage(
  browser: Browser,
  { width, colorScheme }: Look,
): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme,
  });
  page.setDefaultTimeout(WAIT_MS);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors };
}

/** All that a change of colours alone can break. */
export const COLOR_RULES: readonly string[] = ['color-contrast', 'link-in-text-block'];

/**
 * What axe-core finds against WCAG 2.2 A and AA and its best practices: one line a violation and place.
 *
 * @param rules only these; all by default
 */
export async function violations(
  page: Page,
  rules: readonly string[] | null = null,
): Promise<readonly string[]> {
  await page.evaluate(axeCore.source);
  return page.evaluate(async (only) => {
    interface AxeResult {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }[];
    }
    interface Axe {
      run(options: {
        readonly resultTypes: readonly string[];
        readonly runOnly?: readonly string[];
      }): Promise<AxeResult>;
    }
    const { axe } = globalThis as unknown as { axe: Axe };
    const result = await axe.run({ resultTypes: ['violations'], ...(only && { runOnly: only }) });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    );
  }, rules);
}
