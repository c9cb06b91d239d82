import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../../src/daemon/config/load.ts';
import type { Config } from '../../../src/daemon/config/schema.ts';
import { composeNotifier, type ComposedNotifier } from '../../../src/daemon/composeNotifier.ts';
import type { SlackStandIn, SlackStandInOptions } from '../../../demo/slack/options.ts';
import { startSlackStandIn } from '../../../demo/slack/startSlackStandIn.ts';
import type { Finding, FindingEvent } from '../../../src/model/finding.ts';
import { DAY_MS } from '../../../src/model/time.ts';
import { FakeClock } from '../../support/notify/fakeClock.ts';
import { anEvent, TEST_NOW } from '../../support/notify/findings.ts';
import { TempHistory } from '../../support/tempHistory.ts';
import { loadThresholds } from '../../../src/daemon/config/loadThresholds.ts';

/** A workspace as small teams have it. */
export const WORKSPACE: SlackStandInOptions = {
  channels: [
    { name: 'cloud-cost', topic: 'What the clusters cost' },
    { name: 'security', topic: 'Incidents' },
    { name: 'team-shop' },
  ],
  users: [
    { id: 'U0ALICE01', name: 'alice', realName: 'Alice Moreno', email: 'alice@example.com' },
    { id: 'U0SECURE1', name: 'sam', realName: 'Sam Okafor', email: 'sam@example.com' },
  ],
  userGroups: [
    {
      id: 'S0SHOPPERS',
      handle: 'shop-devs',
      name: 'Shop developers',
      users: ['U0ALICE01'],
      channels: ['team-shop'],
    },
  ],
};

export interface BenchOptions {
  /** YAML that is added to the configuration. */
  readonly yaml?: string;
  readonly slack?: Partial<SlackStandInOptions>;
  /** `slack.timeout`; by default so long that a busy machine does not count as a slow Slack. */
  readonly timeout?: string;
  readonly clock?: FakeClock;
}

/**
 * The whole way from the history to Slack on one made-up clock: a real history, the real composition of
 * the notifier, the stand-in for Slack.
 */
export class SlackBench implements AsyncDisposable {
  readonly history = new TempHistory();
  readonly clock: FakeClock;
  readonly slack: SlackStandIn;
  readonly configFile: string;
  #composed: ComposedNotifier | null = null;

  private constructor(slack: SlackStandIn, clock: FakeClock, yaml: string, timeout: string) {
    this.slack = slack;
    this.clock = clock;
    this.configFile = join(this.history.folder, 'burnwatch.yaml');
    writeFileSync(this.configFile, this.#yaml(yaml, timeout));
  }

  static async start(options: BenchOptions = {}): Promise<SlackBench> {
    const clock = options.clock ?? new FakeClock(TEST_NOW);
    const slack = await startSlackStandIn({
      ...WORKSPACE,
      now: () => clock.now(),
      fileProcessingMs: 1_500,
      ...options.slack,
    });
    const { yaml = '', timeout = '2m' } = options;
    const bench = new SlackBench(slack, clock, yaml, timeout);
    await bench.record();
    // The first plan ever is the install.
    await bench.plan();
    return bench;
  }

  #yaml(more: string, timeout: string): string {
    const { apiUrl, botToken, appToken } = this.slack;
    return `cluster: test
history: { path: ${JSON.stringify(this.history.path())} }
prometheus: { url: 'http://127.0.0.1:9', attempts: 1, timeout: 1s }
serve: { listen: '127.0.0.1:0', probes: '127.0.0.1:0' }
notifications: { preview: off }
slack:
  token: ${botToken}
  appToken: ${appToken}
  apiUrl: ${apiUrl}
  channel: '#cloud-cost'
  securityChannel: '#security'
  abuseResponders: [U0SECURE1]
  timeout: ${timeout}
${more}`;
  }

  get config(): Config {
    return loadConfig(this.configFile).config;
  }

  /** Records findings as one window would. */
  async record(findings: readonly Finding[] = [], events?: readonly FindingEvent[]): Promise<void> {
    const writer = await this.history.openWriter();
    try {
      if (findings.length > 0) {
        const made = findings.map((finding) =>
          anEvent(finding, finding.state === 'resolved' ? 'closed' : 'opened'),
        );
        await writer.recordFindings(findings, events ?? made);
      }
    } finally {
      await writer.close();
    }
  }

  /** The notifier as the daemon composes it, on the bench's clock. */
  async notifier(): Promise<ComposedNotifier> {
    const log = pino({ level: 'silent' });
    this.#composed ??= await composeNotifier(
      { config: this.config, thresholds: loadThresholds([]) },
      log,
      undefined,
      this.clock,
    );
    return this.#composed;
  }

  async plan(): Promise<number> {
    const { notifier } = await this.notifier();
    return (await notifier.plan(this.clock.now())).deliveries.length;
  }

  /** One turn of the pump. */
  async deliver(): Promise<{ sent: number; failed: number; dead: number }> {
    const { notifier } = await this.notifier();
    return notifier.deliver(new AbortController().signal);
  }

  /** Turns of the pump until nothing waits, or for at most `forMs` of the made-up clock. */
  async drain(forMs = DAY_MS): Promise<{ sent: number; failed: number; dead: number }> {
    const sum = { sent: 0, failed: 0, dead: 0 };
    const until = this.clock.now() + forMs;
    const { notifier } = await this.notifier();
    for (;;) {
      const turn = await this.deliver();
      sum.sent += turn.sent;
      sum.failed += turn.failed;
      sum.dead += turn.dead;
      const due = await notifier.nextDueAt();
      if (due === null || due > until) return sum;
      this.clock.time = Math.max(this.clock.time, due);
    }
  }

  /** Restarts the notifier, as after a reload or a new process. */
  async restart(): Promise<void> {
    await this.#composed?.close();
    this.#composed = null;
  }

  async deadLetters() {
    const { store } = await this.notifier();
    return store.deliveries('dead', 100);
  }

  async waiting(): Promise<number> {
    const { store } = await this.notifier();
    return (await store.queue()).waiting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.restart();
    await this.slack.close();
    this.history[Symbol.dispose]();
  }
}
