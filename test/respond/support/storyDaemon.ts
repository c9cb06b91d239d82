import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import type { SlackStandIn } from '../../../demo/slack/options.ts';
import { startSlackStandIn } from '../../../demo/slack/startSlackStandIn.ts';
import { openHistoryWriter } from '../../../src/engines/openHistory.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { openPage, startBrowser, type Look } from '../../support/browser.ts';
import { burnwatch } from '../../support/cli.ts';
import { startDaemon, type Daemon } from '../../support/daemon.ts';
import { TempFolder } from '../../support/tempFolder.ts';
import { writeConfig } from '../../support/testCluster.ts';
import { eventually } from '../../support/waiting.ts';
import { IDENTITY } from '../../support/tempHistory.ts';

export const ANA = 'U0ANA0001';
export const MALLORY = 'U0MALLORY';
/** A member of another workspace, in a shared channel, with the id of nobody here. */
export const GUEST = 'U0GUEST01';
const BEN_TOKEN = 'ben-token-of-the-story';

const PERSON = { realName: 'x', email: 'x@example.com' };

/** A running daemon with one finding, a Slack, a browser, and the people of the configuration. */
export class StoryDaemon implements AsyncDisposable {
  readonly slack: SlackStandIn;
  readonly daemon: Daemon;
  readonly finding: Finding;
  readonly #folder: TempFolder;
  readonly #browser: Browser;

  private constructor(
    slack: SlackStandIn,
    daemon: Daemon,
    finding: Finding,
    folder: TempFolder,
    browser: Browser,
  ) {
    this.slack = slack;
    this.daemon = daemon;
    this.finding = finding;
    this.#folder = folder;
    this.#browser = browser;
  }

  static async start(finding: Finding, kubeconfig: string): Promise<StoryDaemon> {
    const folder = new TempFolder();
    const slack = await startSlackStandIn({
      channels: [{ name: 'cloud-cost' }, { name: 'security' }],
      users: [
        { id: ANA, name: 'ana', ...PERSON },
        { id: MALLORY, name: 'mallory', ...PERSON },
        { id: GUEST, name: 'guest', ...PERSON, team: 'T0ELSEWHERE' },
      ],
      rates: null,
    });
    const path = folder.file('burnwatch.db');
    mkdirSync(dirname(path), { recursive: true });
    const history = await openHistoryWriter({
      path,
      ...IDENTITY,
      command: 'test',
      clock: Date.now,
    });
    await history.recordFindings([finding], []);
    await history.close();
    writeFileSync(folder.file('kubeconfig'), kubeconfig, { mode: 0o600 });
    await configure(folder, slack, '1h');
    const daemon = await startDaemon({ cwd: folder.path });
    slack.interactionsUrl = `${daemon.pages}/slack/interactions`;
    return new StoryDaemon(slack, daemon, finding, folder, await startBrowser());
  }

  /** Reloads the configuration with another time after which responses are undone. */
  async undoAfter(text: string): Promise<void> {
    await configure(this.#folder, this.slack, text);
    this.daemon.process.kill('SIGHUP');
    await this.daemon.process.shows(/Configuration reloaded/);
  }

  /** A command of the operating system's user, who is rita in the configuration. */
  async cli(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await burnwatch(args, { cwd: this.#folder.path });
    return stdout + stderr;
  }

  /** @returns the new response's id */
  async plan(action: string, reason: string): Promise<string> {
    const asked = ['--action', action, '--reason', reason];
    const text = await this.cli('response', 'plan', this.finding.id, ...asked);
    const [, id] = /^([0-9a-f]{10})\n/.exec(text) ?? [];
    if (id === undefined) throw new Error(text);
    return id;
  }

  /** Presses a button of the newest message about a response. @returns the answer that the user alone sees */
  async press(userId: string, response: string, what: 'approve' | 'undo'): Promise<string> {
    const actionId = `burnwatch_response_${what}`;
    const { ts } = await eventually(
      () => this.#messages().findLast(({ blocks }) => JSON.stringify(blocks).includes(actionId)),
      (found) => JSON.stringify(found?.blocks ?? '').includes(`${response}:`),
    ).then((found) => found ?? { ts: '' });
    const before = this.#answers(userId).length;
    const { acknowledged } = await this.slack.press({ userId, channel: '#security', ts, actionId });
    if (!acknowledged) throw new Error('Slack shows: this app did not answer in time');
    const answers = await eventually(
      () => this.#answers(userId),
      (all) => all.length > before,
    );
    return answers.at(-1) ?? '';
  }

  /** Texts of the messages in the security channel. */
  texts(): string {
    return this.#messages()
      .map(({ text, blocks }) => `${text}\n${JSON.stringify(blocks)}`)
      .join('\n');
  }

  #messages() {
    return this.slack.messages('#security').filter(({ onlyFor }) => onlyFor === null);
  }

  #answers(userId: string): readonly string[] {
    return this.slack
      .messages('#security')
      .filter(({ onlyFor }) => onlyFor === userId)
      .map(({ text }) => text);
  }

  /** Waits until the response is in a state; its JSON. */
  async reaches(id: string, state: string): Promise<Readonly<Record<string, unknown>>> {
    return eventually(
      async () =>
        JSON.parse(await this.cli('response', 'show', id, '-o', 'json')) as Record<string, unknown>,
      (response) => response['state'] === state,
    );
  }

  /** Ben's browser, at a page. */
  async page(path: string, look: Look = { width: 1280, colorScheme: 'light' }) {
    const { page, errors } = await openPage(this.#browser, look);
    await page.goto(`${this.daemon.pages}/login?next=${encodeURIComponent(path)}`);
    await page.fill('input[name=token]', BEN_TOKEN);
    await page.press('input[name=token]', 'Enter');
    await page.waitForURL(`${this.daemon.pages}${path}`);
    return { page, errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.daemon[Symbol.asyncDispose]();
    await this.slack.close();
    this.#folder[Symbol.dispose]();
  }
}

function configure(folder: TempFolder, slack: SlackStandIn, undoAfter: string): Promise<void> {
  const prometheus = process.env['BURNWATCH_TEST_PROMETHEUS'] ?? 'http://127.0.0.1:9';
  return writeConfig(folder.path, prometheus, {
    workloads: { source: 'kubernetes', kubeconfig: 'kubeconfig' },
    history: { path: 'burnwatch.db' },
    serve: {
      listen: '127.0.0.1:0',
      probes: '127.0.0.1:0',
      tokens: [{ name: 'ben-token', token: BEN_TOKEN, scopes: ['read', 'ack', 'admin'] }],
    },
    slack: {
      token: slack.botToken,
      appToken: slack.appToken,
      signingSecret: slack.signingSecret,
      apiUrl: slack.apiUrl,
      securityChannel: '#security',
    },
    response: {
      enabled: true,
      undoAfter,
      approvers: [
        { name: 'ana', slack: ANA },
        { name: 'ben', token: 'ben-token' },
        { name: 'rita', user: userInfo().username },
      ],
    },
  });
}
