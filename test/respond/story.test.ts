import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../demo/slack/sendSigned.ts';
import { valueAt } from '../../src/respond/objects.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { ApiServer } from '../support/apiServer/apiServer.ts';
import { violations } from '../support/browser.ts';
import { IS_REAL, REAL_USER, RealCluster } from '../support/respond/realCluster.ts';
import { MINER, startWorld } from '../support/respond/world.ts';
import { eventually } from '../support/waiting.ts';
import { ANA, GUEST, MALLORY, StoryDaemon } from './support/storyDaemon.ts';

describe('a response from the plan to the end, by a running daemon', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startWorld();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('planned by a command, approved in Slack and on the page, undone by a button and by itself', async () => {
    await using story = await StoryDaemon.start(
      { ...MINER, lastSeen: Date.now() },
      server.kubeconfig('secret'),
    );
    const replicas = async () =>
      valueAt(server.get('Deployment', 'shop', 'miner'), ['spec', 'replicas']);
    expect(await tell(story, replicas)).toEqual([]);
  });
});

describe.skipIf(!IS_REAL)('the same on a real API server', () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await RealCluster.start('burnwatch-story');
  });
  afterAll(async () => cluster?.[Symbol.asyncDispose]());

  it('the story, and only the verbs of the response’s role', async () => {
    const startedAt = Date.now();
    const pods = await cluster.podsOf('miner');
    const finding = cluster.finding('Deployment', 'miner', pods);
    await using story = await StoryDaemon.start(finding, cluster.proxy.kubeconfig());
    const replicas = async () =>
      valueAt(await cluster.get('deployment', 'miner'), ['spec', 'replicas']);
    expect(await tell(story, replicas)).toEqual([]);
    // `npm run cluster` keeps the API server's audit log beside the kubeconfig.
    const file = join(dirname(process.env['BURNWATCH_TEST_KUBECONFIG'] ?? ''), 'audit.log');
    if (!existsSync(file)) return;
    const entries = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(cluster.namespace))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ user }) => user.username === REAL_USER)
      .filter(({ stageTimestamp }) => Date.parse(stageTimestamp) > startedAt);
    const writes = entries
      .filter(({ verb }) => verb !== 'get' && verb !== 'list')
      // A dry run of what a controller changed meanwhile is done again.
      .filter(({ responseStatus }) => responseStatus.code !== 409)
      .map(({ verb, objectRef, requestURI, responseStatus }) => {
        const { resource, subresource, name } = objectRef;
        const dry = requestURI.includes('dryRun=All') ? ' (dry run)' : '';
        return `${verb} ${resource}/${subresource} ${name}${dry}: ${responseStatus.code}`;
      });
    const scale = 'patch deployments/scale miner';
    const once = [
      `${scale} (dry run): 200`,
      `${scale} (dry run): 200`,
      `${scale}: 200`,
      `${scale}: 200`,
    ];
    expect(writes).toEqual([...once, ...once]);
  });
});

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly stageTimestamp: string;
  readonly objectRef: Readonly<Record<'resource' | 'subresource' | 'name', string>>;
  readonly responseStatus: { readonly code: number };
}

/**
 * @param replicas of the miner, now
 * @returns what went wrong in the browser
 */
async function tell(
  story: StoryDaemon,
  replicas: () => Promise<unknown>,
): Promise<readonly string[]> {
  const id = await story.plan('scale-to-zero', '<!channel> *mining*');
  expect(await story.cli('response', 'approve', id)).toContain('requester-approves');

  // Slack's signature, workspace and users.
  await eventually(
    () => story.texts(),
    (texts) => texts.includes(id),
  );
  expect(story.texts()).not.toContain('<!channel>');
  expect(await forged(story, id)).toEqual([401, 401, 401]);
  expect(await story.press(GUEST, id, 'approve')).toContain('approver-not-allowed');
  expect(await story.press(MALLORY, id, 'approve')).toContain('approver-not-allowed');
  expect(await story.press(ANA, id, 'approve')).toContain('takes 1 more');
  expect(await story.press(ANA, id, 'approve')).toContain('same-approver-twice');
  expect(await replicas()).toBe(2);

  const { page, errors } = await story.page(`/response/${id}`);
  await page.getByRole('button', { name: 'Approve this plan' }).click();
  await story.reaches(id, 'verified');
  expect(await replicas()).toBe(0);
  const evidence = await story.cli('response', 'show', id, '--evidence');
  for (const kind of ['manifest', 'log', 'events', 'connections'])
    expect(evidence).toContain(`"name": "${kind} `);

  // By Socket Mode, as where there is no public address.
  const { interactionsUrl } = story.slack;
  story.slack.interactionsUrl = null;
  await eventually(
    () => story.slack.connections(),
    (connections) => connections > 0,
  );
  expect(await story.press(ANA, id, 'undo')).toContain('being undone');
  story.slack.interactionsUrl = interactionsUrl;
  await story.reaches(id, 'undone');
  expect(await replicas()).toBe(2);

  const trail = (await story.cli('response', 'show', id)).split('Audit trail:\n')[1] ?? '';
  const who = {
    ana: 'ana \\(slack:U0ANA0001 \\(ana\\)\\) via slack',
    ben: 'ben \\(ben-token\\) via page',
  };
  const steps = [
    'plan .*rita .*via cli',
    'approve .*rita .*refused \\(requester-approves\\)',
    'approve .*guest.*refused \\(approver-not-allowed\\)',
    'approve .*mallory.*refused \\(approver-not-allowed\\)',
    `approve .*${who.ana}`,
    `approve .*${who.ana}.*refused \\(same-approver-twice\\)`,
    `approve .*${who.ben} from 127.0.0.1`,
    'execute ',
    'evidence .*\\d+ items',
    'step.writing .*scale Deployment .*from 2 to 0 replicas',
    'step.done ',
    'verify ',
    `undo .*${who.ana}`,
    'step.undoing ',
    'step.undone ',
    'undone ',
  ];
  const lines = trail.trimEnd().split('\n');
  expect(lines).toHaveLength(steps.length);
  steps.forEach((step, index) =>
    expect(lines[index]).toMatch(new RegExp(`^  2\\d{3}-\\S+  ${step}`)),
  );
  await page.reload();
  const shown = page.getByRole('table', { name: 'What happened' }).getByRole('row');
  expect(await shown.count()).toBe(steps.length + 1);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await violations(page)).toEqual([]);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
  }

  // The second one is planned on the finding's page, and undone when its time is over.
  await story.undoAfter('2s');
  await page.close();
  // A reload ends the sessions.
  const { page: later, errors: laterErrors } = await story.page(`/findings/${story.finding.id}`);
  await later.getByText('Plan a response').click();
  await later.getByLabel('Action').selectOption('scale-to-zero');
  await later.getByRole('button', { name: 'Plan it' }).click();
  await later.getByRole('heading', { name: 'Scale to zero' }).waitFor();
  const second = later.url().replace(/.*\/response\/(\w+).*/, '$1');
  expect(await story.press(ANA, second, 'approve')).toContain('takes 1 more');
  expect(await story.cli('response', 'approve', second)).toContain('is approved');
  expect(await story.reaches(second, 'undone')).toMatchObject({ undoneBy: 'burnwatch' });
  expect(await replicas()).toBe(2);
  await later.close();
  return [...errors, ...laterErrors];
}

/** Statuses of requests that Slack has not signed like that: another secret, too old, no signature. */
async function forged({ slack, daemon }: StoryDaemon, id: string): Promise<readonly number[]> {
  const payload = {
    type: 'block_actions',
    user: { id: ANA, name: 'ana' },
    team: { id: 'T0' },
    actions: [
      { action_id: 'burnwatch_response_approve', action_ts: '1', value: `${id}:${'0'.repeat(64)}` },
    ],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const now = Date.now();
  const attempts: readonly Readonly<Record<string, string>>[] = [
    signedHeaders(body, 'not the signing secret', now),
    signedHeaders(body, slack.signingSecret, now - 6 * MINUTE_MS),
    { 'content-type': 'application/x-www-form-urlencoded' },
  ];
  const url = `${daemon.pages}/slack/interactions`;
  return Promise.all(
    attempts.map(async (headers) => (await fetch(url, { method: 'POST', headers, body })).status),
  );
}
