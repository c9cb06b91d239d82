import { describe, expect, it } from 'vitest';
import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';

/** An honest web pod: its CPU and its bytes follow the day. */
function honest(start: TimeMs, burnt = 0, change: Parameters<typeof using>[2] = {}): PodSample {
  const load = 1 + 0.4 * Math.sin((start / DAY_MS) * 2 * Math.PI) + 0.05 * Math.sin(start / 7e5);
  return using(0.1 * load + burnt, 20_000 * load, change);
}

const quiet = (start: TimeMs): readonly PodSample[] => [honest(start)];

describe('a hijacked pod', () => {
  const run = new AbuseRun().play(4 * DAY_MS, quiet);
  const onset = run.now;
  run.play(2 * HOUR_MS, (start) => [honest(start, 0.3)]);

  it('is a warning within twenty minutes, from the onset on, and never a page', () => {
    const [opened, ...more] = run.events;
    expect(more.filter(({ type }) => type !== 'better')).toEqual([]);
    expect(opened).toMatchObject({ type: 'opened', finding: { severity: 'warning' } });
    expect(opened!.at - onset).toBeLessThanOrEqual(20 * MINUTE_MS);
    expect(opened!.finding.startedAt).toBe(onset);
    expect(run.open()[0]!.summary).toMatch(/^Unusual CPU: .*0\.4\d\d? cores/);
    expect(
      run
        .open()[0]!
        .evidence.map(({ text }) => text)
        .join(),
    ).toMatch(/Known software/);
  });

  it('ends half an hour after the use has', () => {
    run.play(HOUR_MS, quiet);
    expect(run.open()).toEqual([]);
    expect(run.events.at(-1)).toMatchObject({ type: 'closed' });
  });
});

it('load that comes with its traffic is no finding', () => {
  const run = new AbuseRun().play(4 * DAY_MS, quiet);
  run.play(3 * HOUR_MS, (start) => [using(0.5, 100_000 + (start % 7))]);
  expect(run.events).toEqual([]);
});

describe('something deployed', () => {
  const miner = (index: number, change: Parameters<typeof using>[2] = {}): PodSample =>
    using(0.9, 120, {
      name: `kube-proxy-api-${index}`,
      namespace: 'kube-system',
      uid: `miner-${index}`,
      node: `node-${index}`,
      workload: { kind: 'DaemonSet', name: 'kube-proxy-api' },
      container: {
        name: 'proxy',
        image: 'docker.io/somebody/kube-proxy:latest',
        cpuLimitCores: null,
        cpuRequestCores: null,
      },
      ...change,
    });

  it('over many nodes is one page, about the workload itself', () => {
    const run = new AbuseRun().play(3 * DAY_MS, quiet);
    const miners = Array.from({ length: 6 }, (_, index) => miner(index));
    run.play(2 * HOUR_MS, (start) => [...miners, honest(start)]);
    expect(run.open()).toHaveLength(1);
    const [finding] = run.open();
    expect(finding).toMatchObject({
      severity: 'critical',
      scope: {
        namespace: 'kube-system',
        workload: { kind: 'DaemonSet', name: 'kube-proxy-api' },
        container: 'proxy',
      },
    });
    expect(finding!.pods).toHaveLength(6);
    expect(finding!.next.some(({ command }) => command.includes('kube-proxy-api'))).toBe(true);
  });

  it.each(['Job', 'TaskRun', 'EphemeralRunner'])('as %s after %s is one finding', (kind) => {
    const quiet = (start: TimeMs) => using(0.1 + 0.01 * Math.sin(start / 7e5), 20_000);
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [quiet(start)]);
    const began = run.now;
    run.play(2 * HOUR_MS, (start) => {
      const number = Math.floor((start - began) / (20 * MINUTE_MS));
      const name = `run-${number}`;
      const workload = { kind, name };
      const createdAt = began + number * 20 * MINUTE_MS;
      const pod = { name, uid: name, namespace: 'ci', createdAt, workload };
      const cores = 0.9 + 0.02 * Math.sin(start / 1e5);
      return [quiet(start), using(cores, 100, { ...pod, container: { image: 'r.io/ci/run:1' } })];
    });
    expect(run.open()).toMatchObject([
      { kind: 'cryptojacking', severity: 'critical', scope: { namespace: 'ci', workload: null } },
    ]);
  });

  it('as a swarm of bare pods is one finding, which takes over its members', () => {
    const run = new AbuseRun().play(3 * DAY_MS, quiet);
    const swarm = Array.from({ length: 12 }, (_, index) =>
      miner(index, {
        name: `job-${index}`,
        namespace: 'dev',
        workload: { kind: 'Pod', name: `job-${index}` },
      }),
    );
    run.play(3 * HOUR_MS, (start) => [...swarm, honest(start)]);
    expect(run.open()).toHaveLength(1);
    expect(run.open()[0]!.scope).toMatchObject({ namespace: 'dev', workload: null });
    expect(run.open()[0]!.pods).toHaveLength(12);
    expect(run.open()[0]!.summary).toContain('on 12 pods');
    run.play(5 * MINUTE_MS, (start) => [honest(start)]);
    const [between] = run.open();
    expect(between).toMatchObject({ pods: [], scope: { namespace: 'dev' } });
    expect(between!.summary).not.toContain('0 pod');
    expect(between!.next.map(({ effect }) => effect)).toEqual(['read', 'read']);
  });

  it('on the first day is a warning at most', () => {
    const run = new AbuseRun().play(12 * HOUR_MS, quiet);
    run.play(6 * HOUR_MS, (start) => [miner(1), honest(start)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('a signature at work pages at once, also on the first day', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    const image = 'docker.io/metal3d/xmrig:latest';
    const pod = using(0.3, 120, { name: 'x', uid: 'x', container: { image } });
    run.play(5 * MINUTE_MS, () => [pod]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['critical']);
  });
});

describe('what cannot exempt or hide a miner', () => {
  it('an annotation of its own', () => {
    const annotations = {
      'burnwatch.io/ignore': 'true',
      'burnwatch.io/allow': 'cryptojacking',
      'burnwatch.io/owner': 'nobody',
    };
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [honest(start, 0, { annotations })]);
    run.play(HOUR_MS, (start) => [honest(start, 0.5, { annotations })]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('an allow-list entry lowers it to an info, and expires', () => {
    const until = new Date(AbuseRun.START + 3 * DAY_MS + HOUR_MS).toISOString();
    const allow = [{ namespace: 'shop', workload: 'Deployment/web', until, reason: 'load test' }];
    const run = new AbuseRun({ allow }).play(3 * DAY_MS, quiet);
    run.play(HOUR_MS, (start) => [honest(start, 0.5)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['info']);
    run.play(HOUR_MS, (start) => [honest(start, 0.5)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('a ramp of a week, slow enough for every day’s baseline', () => {
    const run = new AbuseRun().play(8 * DAY_MS, quiet);
    const from = run.now;
    const ramp = (start: TimeMs): readonly PodSample[] => [
      honest(start, (0.5 * (start - from)) / (7 * DAY_MS)),
    ];
    run.play(7 * DAY_MS, ramp);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });
});

it('a CronJob that alarmed on the first day is learnt once it has like past runs', () => {
  const job = (start: TimeMs): readonly PodSample[] => {
    const minute = (start / MINUTE_MS) % 60;
    const run = Math.floor(start / HOUR_MS);
    const pod = using(0.95, 150, {
      name: `report-${run}-x`,
      uid: `report-${run}`,
      createdAt: run * HOUR_MS,
      workload: { kind: 'CronJob', name: 'report' },
    });
    return minute < 20 ? [honest(start), pod] : [honest(start)];
  };
  const run = new AbuseRun().play(3 * DAY_MS, job);
  expect(run.open()).toEqual([]);
  expect(run.events.filter(({ type }) => type === 'opened').length).toBeLessThanOrEqual(1);
});

describe('streaming', () => {
  const story = (run: AbuseRun): AbuseRun =>
    run
      .play(3 * DAY_MS, quiet)
      .play(2 * HOUR_MS, (start) => [honest(start, 0.3)])
      .play(2 * HOUR_MS, quiet);

  it('state that is stored and read between windows gives the same events', () => {
    expect(story(new AbuseRun({ stores: true })).events).toEqual(story(new AbuseRun()).events);
  });

  it.each([1, 15])('windows of %i minutes find the same miner', (minutes) => {
    const run = new AbuseRun({ windowMs: minutes * MINUTE_MS });
    run.play(2.75 * DAY_MS, quiet);
    const onset = run.now;
    run.play(2 * HOUR_MS, (start) => [honest(start, 0.3)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
    expect(run.events[0]!.at - onset).toBeLessThanOrEqual(30 * MINUTE_MS);
    expect(run.open()[0]!.startedAt - onset).toBe(0);
  });
});
