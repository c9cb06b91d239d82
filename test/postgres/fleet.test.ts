import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stringify } from 'yaml';
import { startPostgres, type TestPostgres } from '../../demo/postgresServer.ts';
import { costReportSchema } from '../../src/cost/report/costReportForm.ts';
import { weekOf } from '../../src/store/digests/week.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { formatTime, monthStart } from '../../src/model/time.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { burnwatch, startBurnwatch } from '../support/cli.ts';
import { startDaemon, type Daemon } from '../support/daemon.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { startTestCluster, type TestCluster } from '../support/testCluster.ts';

const digestSchema = z.looseObject({
  cluster: z.string(),
  clusters: z.array(z.looseObject({ key: z.string() })).optional(),
  total: z.looseObject({ cost: z.number() }),
});

const budgetsSchema = z.object({
  budgets: z.array(
    z.object({
      namespace: z.string(),
      across: z.literal(true).optional(),
      spent: z.number(),
      without: z.array(z.string()).optional(),
    }),
  ),
});

const TOKENS = {
  all: 'a-token-for-all-of-it',
  eu: 'a-token-for-prod-eu-alone',
  us: 'a-token-for-prod-us-alone',
};

let small: TestCluster;
let large: TestCluster;
let server: TestPostgres;
let folder: TempFolder;
let span: readonly string[];

function writeFleet(at: TempFolder, history: object, more: object = {}): void {
  const of = (cluster: string, { url }: TestCluster) => ({
    cluster,
    prometheus: { url, attempts: 1 },
    workloads: { source: 'prometheus' },
  });
  const config = {
    clusters: [of('prod-eu', small), of('prod-us', large)],
    history,
    serve: {
      listen: '127.0.0.1:0',
      probes: '127.0.0.1:0',
      tokens: [
        { name: 'all', token: TOKENS.all, scopes: ['admin'] },
        { name: 'eu', token: TOKENS.eu, scopes: ['read'], clusters: ['prod-eu'] },
        { name: 'us', token: TOKENS.us, scopes: ['read', 'ack'], clusters: ['prod-us'] },
      ],
    },
    ...more,
  };
  writeFileSync(at.file('burnwatch.yaml'), stringify(config));
}

const report = async (cwd: string, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await burnwatch(['costs', ...args, '-o', 'json'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  return costReportSchema.parse(JSON.parse(stdout));
};

beforeAll(async () => {
  [small, large] = await Promise.all([
    startTestCluster({ hours: 3, containers: 6 }),
    startTestCluster({ hours: 3, containers: 40 }),
  ]);
  server = await startPostgres();
  folder = new TempFolder();
  writeFleet(folder, { url: await server.database() });
  span = ['--from', formatTime(small.start), '--to', formatTime(small.end)];
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  await Promise.all([small, large].map((each) => each[Symbol.asyncDispose]()));
});

describe('several clusters by the command line', () => {
  it('fill a history each, and add up to the costs of all', async () => {
    const cwd = folder.path;
    for (const cluster of ['prod-eu', 'prod-us']) {
      const filled = await burnwatch(['backfill', ...span, '--no-notify', '--cluster', cluster], {
        cwd,
      });
      expect([filled.code, filled.stderr]).toEqual([0, expect.stringContaining('sealed')]);
    }
    const all = await report(cwd, '--by', 'cluster', ...span);
    const [eu, us] = await Promise.all(
      ['prod-eu', 'prod-us'].map((cluster) => report(cwd, '--cluster', cluster, ...span)),
    );
    expect(all.rows.map(({ key }) => key)).toEqual(['prod-us', 'prod-eu']);
    expect(all.totalCost).toBeCloseTo(eu!.totalCost + us!.totalCost, 8);
    expect(all.nodesCost).toBeCloseTo(eu!.nodesCost + us!.nodesCost, 8);
    const rows = all.rows.reduce((sum, { totalCost }) => sum + totalCost, all.idle.totalCost);
    expect(rows).toBeCloseTo(all.totalCost, 8);
    const both = await report(cwd, '--by', 'cluster,namespace', ...span);
    expect(new Set(both.rows.map(({ parts }) => parts?.[0]))).toEqual(
      new Set(['prod-eu', 'prod-us']),
    );
    expect(both.totalCost).toBeCloseTo(all.totalCost, 8);
  });

  it('have one digest of all', async () => {
    const cwd = folder.path;
    const digest = async (...args: readonly string[]) => {
      const week = weekOf(small.start, 'UTC').name;
      const run = ['digest', '--week', week, '--dry-run', '--offline', '-o', 'json', ...args];
      const { code, stdout, stderr } = await burnwatch(run, { cwd });
      expect([code, stderr]).toEqual([0, '']);
      return digestSchema.parse(JSON.parse(stdout));
    };
    const [all, eu, us] = await Promise.all([
      digest(),
      digest('--cluster', 'prod-eu'),
      digest('--cluster', 'prod-us'),
    ]);
    expect(all.cluster).toBe('prod-eu, prod-us');
    expect(all.clusters?.map(({ key }) => key)).toEqual(['prod-us', 'prod-eu']);
    expect(all.total.cost).toBeCloseTo(eu.total.cost + us.total.cost, 8);
    expect([eu.cluster, eu.clusters]).toEqual(['prod-eu', undefined]);
  });

  it('have a budget over all of them', async () => {
    // Months of budgets are UTC.
    const from = formatTime(Math.max(small.start, monthStart(small.end - 1)));
    const args = ['--by', 'cluster,namespace', '--from', from, '--to', span[3]!];
    const costs = await report(folder.path, ...args);
    const namespace = costs.rows[0]!.parts![1]!;
    const spent = costs.rows.filter(({ parts }) => parts?.[1] === namespace);
    expect(spent).toHaveLength(2);
    const history = { url: server.url('history_1') };
    writeFleet(folder, history, { budgets: [{ namespace, monthly: 90 }] });
    for (const cluster of ['prod-eu', 'prod-us']) {
      const asked = ['budgets', '--cluster', cluster, '-o', 'json'];
      const { code, stdout } = await burnwatch(asked, { cwd: folder.path });
      expect(code).toBe(0);
      const [budget] = budgetsSchema.parse(JSON.parse(stdout)).budgets;
      expect(budget).toMatchObject({ namespace, across: true });
      expect(budget?.spent).toBeCloseTo(
        spent.reduce((sum, { totalCost }) => sum + totalCost, 0),
        8,
      );
    }
    writeFleet(folder, history);
  });

  it('are chosen by name where a command is about one', async () => {
    const cwd = folder.path;
    const none = await burnwatch(['findings'], { cwd });
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/--cluster NAME \(prod-eu, prod-us\)/),
    ]);
    const wrong = await burnwatch(['findings', '--cluster', 'prod'], { cwd });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/no cluster "prod"/)]);
    const checked = await burnwatch(['check-config'], { cwd });
    expect(checked.stdout.match(/: ok, cluster prod-(eu|us)/g)).toHaveLength(2);
  });

  it('have a file each without PostgreSQL', async () => {
    using other = new TempFolder();
    writeFleet(other, { path: 'burnwatch.db' });
    const args = ['backfill', ...span, '--no-notify', '--cluster', 'prod-eu'];
    expect((await burnwatch(args, { cwd: other.path })).code).toBe(0);
    expect(existsSync(other.file('burnwatch-prod-eu.db'))).toBe(true);
    const copied = await burnwatch(
      ['migrate-history', '--to', await server.database(), '--cluster', 'prod-eu'],
      { cwd: other.path },
    );
    expect([copied.code, copied.stdout]).toEqual([0, expect.stringContaining('are the same')]);
  });
});

describe('several clusters that a daemon each writes into one database', () => {
  let url: string;
  let eu: TempFolder;
  let us: TempFolder;
  const member = (
    at: TempFolder,
    cluster: string,
    of: TestCluster,
    fleet: readonly string[],
    pricing: object = {},
  ) =>
    writeFileSync(
      at.file('burnwatch.yaml'),
      stringify({
        clusters: [
          {
            cluster,
            prometheus: { url: of.url, attempts: 1 },
            workloads: { source: 'prometheus' },
            pricing,
          },
        ],
        history: { url, fleet },
        budgets: [{ namespace: 'team-0', monthly: 90 }],
        serve: { listen: '127.0.0.1:0', probes: '127.0.0.1:0' },
      }),
    );
  const fill = async ({ path: cwd }: TempFolder) =>
    expect((await burnwatch(['backfill', ...span, '--no-notify'], { cwd })).code).toBe(0);
  const budgetOf = async ({ path: cwd }: TempFolder) => {
    const { code, stdout } = await burnwatch(['budgets', '-o', 'json'], { cwd });
    expect(code).toBe(0);
    return budgetsSchema.parse(JSON.parse(stdout)).budgets[0];
  };

  beforeAll(async () => {
    url = await server.database();
    [eu, us] = [new TempFolder(), new TempFolder()];
    const fleet = ['prod-eu', 'prod-us'];
    member(eu, 'prod-eu', small, fleet);
    member(us, 'prod-us', large, fleet);
    await fill(eu);
    await fill(us);
  });
  afterAll(() => {
    eu[Symbol.dispose]();
    us[Symbol.dispose]();
  });

  it('have budgets over all of them, whichever process is asked', async () => {
    const from = formatTime(Math.max(small.start, monthStart(small.end - 1)));
    const args = ['--by', 'namespace', '--from', from, '--to', span[3]!];
    const costs = await Promise.all([eu, us].map(({ path }) => report(path, ...args)));
    const spent = costs
      .flatMap(({ rows }) => rows.filter(({ key }) => key === 'team-0'))
      .reduce((sum, { totalCost }) => sum + totalCost, 0);
    for (const daemon of [eu, us]) {
      const budget = await budgetOf(daemon);
      expect(budget).toMatchObject({ namespace: 'team-0', across: true });
      expect(budget?.without).toBeUndefined();
      expect(budget?.spent).toBeCloseTo(spent, 8);
    }
  });

  it('leave the digest of all to the one that speaks for them', async () => {
    const week = weekOf(small.start, 'UTC').name;
    const digest = ({ path: cwd }: TempFolder, ...more: readonly string[]) =>
      burnwatch(['digest', '--week', week, '--offline', ...more], { cwd });
    const refused = await digest(us);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/prod-eu speaks for the fleet .* --cluster NAME/),
    ]);
    const own = await digest(us, '--dry-run');
    expect([own.code, own.stdout]).toEqual([0, expect.stringContaining('prod-us')]);
    const alone = await digest(us, '--cluster', 'prod-us', '-o', 'json');
    expect([alone.code, JSON.parse(alone.stdout)]).toEqual([
      0,
      expect.objectContaining({ cluster: 'prod-us' }),
    ]);
    const all = await digest(eu, '-o', 'json');
    expect([all.code, JSON.parse(all.stdout)]).toEqual([
      0,
      expect.objectContaining({ cluster: 'prod-eu, prod-us' }),
    ]);
  });

  it('leave their prices to the others when they begin, and when they are reloaded', async () => {
    const pricesLeft = async () => {
      const reader = await openHistoryReader(postgresLocation(url, 'prod-us'));
      const { fleet } = await reader.status();
      await reader.close();
      return fleet?.pricing;
    };
    const of = (percent: number) => ({ discounts: [{ match: {}, percent }] });
    const fleet = ['prod-eu', 'prod-us'];
    member(us, 'prod-us', large, fleet, of(10));
    await using daemon = await startDaemon({ cwd: us.path });
    expect(await pricesLeft()).toMatchObject(of(10));
    member(us, 'prod-us', large, fleet, of(20));
    daemon.process.kill('SIGHUP');
    await daemon.process.shows(/Configuration reloaded/);
    expect(await pricesLeft()).toMatchObject(of(20));
    // The next one is reloaded again and again while it takes over: what came last is in force.
    await using next = startBurnwatch(['run', '--log-format', 'text'], { cwd: us.path });
    await next.shows(/stands by/);
    daemon.process.kill('SIGTERM');
    let percent = 20;
    const running = next.shows(/Burnwatch is running/).then(() => true);
    for (let isRunning = false; !isRunning;) {
      percent += 0.01;
      member(us, 'prod-us', large, fleet, of(percent));
      next.kill('SIGHUP');
      isRunning = await Promise.race([running, pause(50, false)]);
    }
    await daemon.process.ended;
    await expect.poll(pricesLeft).toMatchObject(of(percent));
    member(us, 'prod-us', large, fleet);
    next.kill('SIGHUP');
    next.kill('SIGTERM');
    await next.ended;
  });

  it('are told which of them is not counted, and why', async () => {
    const said = async () =>
      (await burnwatch(['check-config', '--online'], { cwd: us.path })).stdout;
    member(us, 'prod-us', large, ['prod-eu', 'prod-us']);
    expect(await said()).not.toContain('history.fleet');
    member(us, 'prod-us', large, ['prod-eu', 'prod-us', 'prod-app']);
    expect(await said()).toMatch(
      /PostgreSQL +lacking +history\.fleet: prod-app has no history yet/,
    );
    expect(await said()).toMatch(
      /prod-eu is not counted: its process has history\.fleet \[prod-eu, prod-us\], here it is \[prod-eu, prod-us, prod-app\]/,
    );
    const { stderr } = await burnwatch(['backfill', ...span, '--no-notify'], { cwd: us.path });
    expect(stderr).toMatch(/warn .*prod-app has no history yet/);
    const rates = {
      cpuCoreHour: 1,
      ramGiBHour: 1,
      gpuHour: 1,
      storageGiBHour: 1,
      loadBalancerHour: 1,
    };
    const network = { zoneGiB: 0, regionGiB: 0, internetGiB: 0 };
    member(us, 'prod-us', large, ['prod-eu', 'prod-us'], { currency: 'EUR', ...rates, network });
    // What is there is in another currency, too.
    expect(await said()).toMatch(/PostgreSQL +FAILED.*currency/i);
    member(us, 'prod-us', large, ['prod-eu', 'prod-us']);
    await fill(us);
  });

  it('that do not name the same clusters are not counted together', async () => {
    member(us, 'prod-us', large, ['prod-us', 'prod-eu']);
    await fill(us);
    expect(await budgetOf(eu)).toMatchObject({ across: true, without: ['prod-us'] });
    expect(await budgetOf(us)).toMatchObject({ across: true, without: ['prod-eu'] });
  });

  it('must name their own', async () => {
    member(us, 'prod-us', large, ['prod-eu', 'prod-ap']);
    const { code, stderr } = await burnwatch(['costs'], { cwd: us.path });
    expect([code, stderr]).toEqual([2, expect.stringContaining('does not name "prod-us"')]);
  });
});

describe('several clusters in one daemon', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon({ cwd: folder.path });
  });
  afterAll(async () => {
    daemon.process.kill('SIGTERM');
    await daemon.process.ended;
    await daemon[Symbol.asyncDispose]();
  });

  const get = (path: string, token: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${daemon.pages}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      redirect: 'manual',
    });
  const query = () => `from=${span[1]}&to=${span[3]}`;

  it('answer at one address, by ?cluster, and together by cluster', async () => {
    const costs = z.looseObject({ cluster: z.string(), totalCost: z.number() });
    const of = async (path: string) =>
      costs.parse(await (await get(`/api/v1/costs?${query()}${path}`, TOKENS.all)).json());
    const [first, us, all] = [await of(''), await of('&cluster=prod-us'), await of('&by=cluster')];
    expect([first.cluster, us.cluster, all.cluster]).toEqual([
      'prod-eu',
      'prod-us',
      'prod-eu,prod-us',
    ]);
    expect(all.totalCost).toBeCloseTo(first.totalCost + us.totalCost, 8);
    const csv = await (
      await get(`/api/v1/costs?${query()}&by=cluster&format=csv`, TOKENS.all)
    ).text();
    expect(csv.match(/^prod-(eu|us),/gm)).toHaveLength(2);
    expect(csv.match(/^key,/gm)).toHaveLength(1);
    expect((await get('/api/v1/costs?cluster=prod', TOKENS.all)).status).toBe(404);
  });

  it('keep tokens to their clusters', async () => {
    expect((await get('/api/v1/findings?cluster=prod-eu', TOKENS.eu)).status).toBe(200);
    const refused = await get('/api/v1/findings?cluster=prod-us', TOKENS.eu);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('for other clusters'),
    ]);
    // Without a name it is the first that the token is for.
    const own = await get(`/api/v1/costs?${query()}`, TOKENS.us);
    expect(await own.json()).toMatchObject({ cluster: 'prod-us' });
    const together = await get(`/api/v1/costs?${query()}&by=cluster`, TOKENS.us);
    expect(await together.json()).toMatchObject({ cluster: 'prod-us', rows: [{ key: 'prod-us' }] });
    expect((await get(`/api/v1/costs?by=cluster`, 'a-token-of-nobody-at-all')).status).toBe(401);
    for (const path of ['/metrics', '/api/v1/posture', '/allocation/compute?window=1h', '/'])
      expect([
        path,
        (await get(`${path}${path.includes('?') ? '&' : '?'}cluster=prod-us`, TOKENS.eu)).status,
      ]).toEqual([path, 403]);
  });

  it('have a picker on pages that the browser remembers', async () => {
    const accept = { accept: 'text/html' };
    const page = await get('/?cluster=prod-us', TOKENS.all, accept);
    const text = await page.text();
    expect(text).toMatch(/<summary[^>]*>prod-us<\/summary>/);
    expect(text).toContain('href="/?cluster=prod-eu"');
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
    const next = await get('/findings', TOKENS.all, { ...accept, cookie });
    expect(await next.text()).toMatch(/<summary[^>]*>prod-us<\/summary>/);
    const alone = await get('/?cluster=prod-eu', TOKENS.eu, accept);
    expect(await alone.text()).not.toContain('prod-us');
  });

  it('are told apart by their metrics', async () => {
    const text = await daemon.metrics();
    for (const cluster of ['prod-eu', 'prod-us'])
      expect(text).toMatch(new RegExp(`^burnwatch_build_info\\{[^}]*cluster="${cluster}"`, 'm'));
    expect(text.match(/^# TYPE burnwatch_build_info/gm)).toHaveLength(1);
    expect(text).toMatch(/^burnwatch_config_last_reload_successful\{cluster="prod-us"\} 1$/m);
    expect((await fetch(`${daemon.probes}/-/ready`)).status).toBe(200);
  });

  it('are reloaded together, and refuse what needs a restart', async () => {
    writeFleet(
      folder,
      { url: server.url('history_1') },
      { budgets: [{ namespace: 'x', monthly: 1 }] },
    );
    expect(
      (
        await fetch(`${daemon.pages}/-/reload`, {
          method: 'POST',
          headers: { authorization: `Bearer ${TOKENS.all}` },
        })
      ).status,
    ).toBe(200);
    writeFleet(
      folder,
      { url: server.url('history_1') },
      { clusters: [{ cluster: 'prod-us' }, { cluster: 'prod-eu' }] },
    );
    const refused = await fetch(`${daemon.pages}/-/reload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKENS.all}` },
    });
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining('restart'),
    ]);
  });
});
