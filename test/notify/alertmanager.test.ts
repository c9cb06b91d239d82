import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { alertmanagerChannel } from '../../src/channels/alertmanager/alertmanagerChannel.ts';
import type { Finding } from '../../src/model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { aDelivery } from '../support/notify/deliveries.ts';
import { FakeClock } from '../support/notify/fakeClock.ts';
import { aFinding } from '../support/notify/findings.ts';
import { TestServer } from '../support/notify/httpServer.ts';
import { until } from '../support/waiting.ts';
import { startAlertmanager, type Alertmanager } from './support/alertmanager.ts';
import { SlackBench } from './support/slackBench.ts';

/** The channel against a real Alertmanager, whose receiver is a server of the test. */
let alertmanager: Alertmanager;
let hook: TestServer;
beforeAll(async () => {
  hook = await TestServer.start();
  alertmanager = await startAlertmanager(`${hook.url}/hook`);
});
afterAll(async () => {
  await alertmanager.stop();
  await hook.stop();
});
beforeEach(() => {
  hook.requests.length = 0;
});

const CONTEXT = {
  currency: 'USD',
  externalUrl: 'https://burnwatch.example.com',
  kubeContext: null,
};

/** Findings of now: Alertmanager looks at its own clock. */
function finding(name: string, more: Partial<Finding> = {}): Finding {
  const now = Date.now();
  const times = { startedAt: now - HOUR_MS, firstSeen: now - HOUR_MS, lastSeen: now };
  return aFinding({ name, ...times, ...more });
}

/** The other member of the pair, which is away. */
const GONE = 'http://127.0.0.1:9';

function send(...findings: readonly Finding[]) {
  return sendSealed(findings, null);
}

function sendSealed(findings: readonly Finding[], sealedUntil: number | null) {
  const urls = [alertmanager.url, GONE];
  const options = { urls, headers: {}, cluster: 'prod-eu', windowMs: 5 * MINUTE_MS };
  const channel = alertmanagerChannel(options, CONTEXT);
  const notice = { kind: 'alerts', at: Date.now(), findings, sealedUntil } as const;
  const receiver = { channel: 'alertmanager', target: '' };
  return channel.send(aDelivery({ receiver, notice }), new AbortController().signal);
}

const active = async (workload: string) =>
  (await alertmanager.alerts()).filter(({ labels }) => labels['workload'] === workload);

function notified(workload: string, status: 'firing' | 'resolved'): Promise<void> {
  return until(`Alertmanager to tell that ${workload} is ${status}`, () =>
    hook.requests.some(({ body }) => {
      const { alerts } = JSON.parse(body) as {
        alerts: readonly { status: string; labels: Readonly<Record<string, string>> }[];
      };
      return alerts.some(
        (alert) => alert.status === status && alert.labels['workload'] === workload,
      );
    }),
  );
}

describe('a real Alertmanager', () => {
  test('takes a finding as an alert, and tells its receiver', async () => {
    await send(finding('checkout'));
    const [alert] = await active('checkout');
    expect(alert).toMatchObject({
      labels: {
        alertname: 'BurnwatchLikelyCryptojacking',
        severity: 'critical',
        namespace: 'shop',
        workload: 'checkout',
        workload_kind: 'Deployment',
        cluster: 'prod-eu',
      },
      annotations: {
        summary: 'Burns 3.9 cores around the clock without doing any work that is seen',
      },
      generatorURL: expect.stringContaining('https://burnwatch.example.com/findings/') as string,
    });
    await notified('checkout', 'firing');
  });

  test('said again at the next plan it is the same alert, also when its severity stays and its text changes', async () => {
    await send(finding('cart'));
    await send(finding('cart', { summary: 'another sentence', owner: 'team-shop' }));
    const alerts = await active('cart');
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.annotations).toMatchObject({ summary: 'another sentence' });
  });

  test('over: resolved at its receiver, and gone', async () => {
    await send(finding('search'));
    await notified('search', 'firing');
    await send(finding('search', { state: 'resolved', resolvedAt: Date.now() - MINUTE_MS }));
    await notified('search', 'resolved');
    expect(await active('search')).toEqual([]);
  });

  test('ends by itself when nobody says it any more', async () => {
    await send(finding('mail'));
    const [alert] = await active('mail');
    const lasts = Date.parse(alert?.endsAt ?? '') - Date.now();
    expect(lasts).toBeGreaterThan(15 * MINUTE_MS);
    expect(lasts).toBeLessThanOrEqual(20 * MINUTE_MS);
  });

  test('has an alert that fires while windows are sealed, and ends when they are not, whatever is said', async () => {
    const watchdog = async () =>
      (await alertmanager.alerts()).filter(
        ({ labels }) => labels['alertname'] === 'BurnwatchWatchdog',
      );
    await sendSealed([], Date.now() - 5 * MINUTE_MS);
    const [alert] = await watchdog();
    expect(alert?.labels).toEqual({
      alertname: 'BurnwatchWatchdog',
      severity: 'none',
      cluster: 'prod-eu',
    });
    expect(Date.parse(alert?.endsAt ?? '') - Date.now()).toBeGreaterThan(15 * MINUTE_MS);
    await sendSealed([], Date.now() - HOUR_MS);
    expect(await watchdog()).toEqual([]);
  });

  test('its silences apply to our labels', async () => {
    await alertmanager.silence({ namespace: 'shop', workload: 'noisy' });
    await send(finding('noisy'));
    const [alert] = await active('noisy');
    expect(alert?.status.state).toBe('suppressed');
  });

  test.each([
    ['quotes and braces', 'a"}],\n{"x":`${{{id}}}\\'],
    ['control characters', '\u0000\u001b[31m\u202e'],
    ['half a character', '\uD800x'],
    ['a long name', 'x'.repeat(5_000)],
    ['nothing', ''],
  ])('hostile names are taken as they are: %s', async (_, text) => {
    const scope = {
      namespace: text,
      workload: { kind: 'Deployment', name: `hostile${text.length}` },
      container: text,
      subject: text,
    };
    await send(finding('x', { scope, summary: text, rule: text, owner: text }));
    expect(await active(`hostile${text.length}`)).toHaveLength(1);
  });

  test('from the history, through the whole notifier', async () => {
    const clock = new FakeClock(Date.now());
    await using bench = await SlackBench.start({
      clock,
      yaml: `alertmanager: { url: '${alertmanager.url}' }\n`,
    });
    const open = finding('whole-way');
    await bench.record([open]);
    await bench.plan();
    await bench.drain();
    await notified('whole-way', 'firing');
    await bench.record([{ ...open, state: 'resolved', resolvedAt: Date.now() }]);
    clock.time += 1_000;
    await bench.plan();
    await bench.drain();
    await notified('whole-way', 'resolved');
    expect(await active('whole-way')).toEqual([]);
  });
});
