import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

const BAD = `cluster: prod-eu
promethus:
  url: http://prometheus:9090
schedule:
  window: 7m
  cycle: every now and then
history: { retention: { windows: 2h } }
serve:
  listen: 0.0.0.0:9465
slack:
  channel: '#cost'
pricing:
  currency: dollars
  nodes:
    - match: { zone: a }
      hourly: '0.38'
`;

describe('check-config', () => {
  it('says of a good file what it means, with exit code 0', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, 'http://prometheus.example:9090');
    const { code, stdout, stderr } = await burnwatch(['check-config'], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^burnwatch\.yaml: ok, cluster test, Prometheus at prometheus\.example:9090, history in .*burnwatch\.db, messages to the log\n$/,
    );
  });

  it('names file, line, key and cure of every mistake at once, with exit code 2', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('bad.yaml'), BAD);
    const { code, stdout, stderr } = await burnwatch(['check-config', 'bad.yaml'], {
      cwd: folder.path,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    // Those of single keys and those between keys alike.
    expect(stderr.trimEnd().split('\n')).toEqual([
      'burnwatch: bad.yaml:2: promethus: is not a known key; did you mean prometheus?',
      'burnwatch: bad.yaml:5: schedule.window: must divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h',
      'burnwatch: bad.yaml:6: schedule.cycle: "every now and then" is not a cron expression such as */5 * * * *',
      'burnwatch: bad.yaml:7: history.retention.windows: must be at least 1d: hours are built from windows',
      'burnwatch: bad.yaml:9: serve.listen: "0.0.0.0:9465" can be reached from elsewhere, and serve.tokens is empty: set a token, serve.tokenReview or oidc, or listen on 127.0.0.1',
      'burnwatch: bad.yaml:10: slack: needs token or tokenFile; remove slack to have messages in the log',
      'burnwatch: bad.yaml:13: pricing.currency: "dollars" must be an ISO 4217 code such as USD or EUR',
      'burnwatch: bad.yaml:16: pricing.nodes[0].hourly: must be a number, but is text',
    ]);
  });

  it('names the line of broken YAML, a missing file and a missing default file', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('broken.yaml'), 'cluster: a\n  prometheus: [\n');
    const run = (...args: string[]) => burnwatch(['check-config', ...args], { cwd: folder.path });
    const broken = await run('broken.yaml');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/^burnwatch: broken\.yaml:\d+: /);
    const missing = await run('--config', 'none.yaml');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/^burnwatch: none\.yaml: /);
    const nothing = await run();
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('does not exist here: burnwatch init writes one');
  });

  it('checks files of thresholds too', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('overprovisioned.yaml'), 'openFactr: 2\n');
    const { code, stderr } = await burnwatch(['check-config', 'overprovisioned.yaml'], {
      cwd: folder.path,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('overprovisioned.yaml:1: openFactr: is not a known key');
    expect(stderr).toContain('did you mean openFactor?');
  });
});

describe('check-config --online', () => {
  let cluster: TestCluster;
  let folder: TempFolder;
  const online = async (more: Readonly<Record<string, unknown>>, url = cluster.url) => {
    await writeConfig(folder.path, url, more);
    const clock = new TestClock(folder.file('clock'), cluster.end + 2 * MINUTE_MS + 5_000);
    return burnwatch(['check-config', '--online'], { cwd: folder.path, env: clock.env });
  };
  beforeAll(async () => {
    cluster = await startTestCluster({ hours: 2 });
    folder = new TempFolder();
  });
  afterAll(async () => {
    folder[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('says what Prometheus has and what each missing metric takes away', async () => {
    const { code, stdout } = await online({});
    expect(stdout).toMatch(/Prometheus {2}ok .*answers: 1 nodes, 12 pods, 12 containers/);
    expect(stdout).toMatch(/Prometheus {2}ok .*holds data since/);
    expect(stdout).toMatch(
      /Prometheus {2}ok .*containers are scraped every 1 min, kube-state-metrics every 1 min/,
    );
    expect(code).toBe(0);
  });

  it('warns when the interval of scrapes does not fit the range', async () => {
    const { code, stdout } = await online({ prometheus: { url: cluster.url, rateRange: '2m' } });
    expect(stdout).toMatch(
      /Prometheus {2}lacking {2}containers are scraped every 1 min: too few samples in a range of 2 min.*at least 4 min/,
    );
    expect(code).toBe(0);
  });

  it('fails when Prometheus is away, or has nothing of this cluster', async () => {
    const away = await online({}, 'http://127.0.0.1:1');
    expect(away.code).toBe(1);
    expect(away.stdout).toMatch(/Prometheus {2}FAILED .*127\.0\.0\.1:1.*ECONNREFUSED/);
    expect(away.stderr).toContain('Prometheus cannot be worked with as configured');
    const nothing = await online({ prometheus: { url: cluster.url, matchers: 'cluster="x"' } });
    expect(nothing.code).toBe(1);
    expect(nothing.stdout).toContain('look whether prometheus.matchers (cluster="x")');
  });

  it('asks Slack who it is, what it may do and whether the channels are there', async () => {
    const slack = await startSlackStandIn({
      channels: [{ name: 'cloud-cost' }],
      scopes: ['chat:write', 'channels:read', 'groups:read'],
    });
    try {
      const { botToken: token, appToken, apiUrl } = slack;
      const channels = { channel: '#cloud-cost', securityChannel: '#nowhere' };
      const found = await online({ slack: { token, appToken, apiUrl, ...channels } });
      expect(found.stdout).toMatch(/Slack {2}ok .* in /);
      expect(found.stdout).toMatch(/Slack {2}lacking {2}the token lacks files:write: .*no charts/);
      expect(found.stdout).toMatch(/Slack {2}ok .*#cloud-cost is there/);
      expect(found.stdout).toMatch(/Slack {2}FAILED {3}#nowhere was not found: create it/);
      expect(found.stdout).toMatch(/Slack {2}ok .*buttons work/);
      expect(found.code).toBe(1);
      const refused = await online({ slack: { token: 'xoxb-wrong-token', apiUrl, ...channels } });
      expect(refused.stdout).toMatch(/Slack {2}FAILED .*replace slack\.token/);
      expect(refused.code).toBe(1);
      expect(refused.stdout + refused.stderr).not.toContain('xoxb-wrong-token');
    } finally {
      await slack.close();
    }
  });
});
