import { describe, expect, it } from 'vitest';
import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';

const web = (start: TimeMs, burnt = 0, change: Parameters<typeof using>[2] = {}): PodSample =>
  using(0.1 + 0.01 * Math.sin(start / 7e5) + burnt, 20_000, change);
const quiet = (start: TimeMs): readonly PodSample[] => [web(start)];

describe('within the first day of a history', () => {
  const minutes = [60, 75, 95, 130, 200];

  it.each(minutes)(
    'a pod that was quiet for %i minutes and then burns is a warning in two hours',
    (for_) => {
      const run = new AbuseRun({ start: AbuseRun.START + 35 * MINUTE_MS }).play(
        for_ * MINUTE_MS,
        quiet,
      );
      const onset = run.now;
      run.play(2 * HOUR_MS, (start) => [web(start, 0.45)]);
      const opened = run.events.find(({ finding }) => finding.severity === 'warning');
      expect(opened?.finding.startedAt).toBe(onset);
      expect(opened!.at - onset).toBeLessThanOrEqual(2 * HOUR_MS);
    },
  );

  it('a miner in an ephemeral container is a warning in two hours', () => {
    const run = new AbuseRun({ start: AbuseRun.START + 35 * MINUTE_MS }).play(HOUR_MS, quiet);
    const onset = run.now;
    run.play(2 * HOUR_MS, (start) => {
      const pod = web(start);
      const [main] = pod.containers;
      const debug = {
        ...main!,
        name: 'debugger-x7k2p',
        image: 'busybox:1',
        cpuUsageCores: 0.45,
        cpuLimitCores: null,
      };
      return [{ ...pod, containers: [...pod.containers, debug] }];
    });
    const opened = run.events.find(({ finding }) => finding.severity === 'warning');
    expect(opened?.finding.scope.container).toBe('debugger-x7k2p');
    expect(opened!.at - onset).toBeLessThanOrEqual(2 * HOUR_MS);
  });

  /** So many pods of one service, the first with another container or more use. */
  const replicas = (count: number, start: TimeMs, first: (pod: PodSample) => PodSample) =>
    Array.from({ length: count }, (_, n) => {
      const at = {
        uid: `web-${n}`,
        name: `web-7d4b9c5f6-${n}`,
        node: `node-${n + 1}`,
      };
      const pod = web(start + n * HOUR_MS, 0, at);
      return n === 0 ? first(pod) : pod;
    });
  const more = (pod: PodSample, cores: number): PodSample => ({
    ...pod,
    containers: pod.containers.map((one) => ({
      ...one,
      cpuUsageCores: cores,
      throttledShare: 1,
    })),
  });

  it('a hijacked replica is held against the other one from the first minute on', () => {
    const run = new AbuseRun();
    run.play(2 * HOUR_MS, (start) => replicas(2, start, (pod) => more(pod, 0.95)));
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('a hijacked replica is held against the other one after quiet hours of its own, however the load grows', () => {
    const run = new AbuseRun();
    const grown = (pod: PodSample, start: TimeMs): PodSample => ({
      ...pod,
      networkReceiveBytesPerSecond: 1e5 * (1 + (start - AbuseRun.START) / HOUR_MS),
    });
    const service = (start: TimeMs, burns: boolean) =>
      replicas(2, start, (pod) => (burns ? more(pod, 0.95) : pod)).map((pod) => grown(pod, start));
    run.play(4 * HOUR_MS, (start) => service(start, false));
    expect(run.open()).toEqual([]);
    run.play(2 * HOUR_MS, (start) => service(start, true));
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  /** At its limit from the first minute on, with so much traffic on average, which comes and goes. */
  const atItsLimit = (bytes: number, follows: boolean) =>
    new AbuseRun().play(8 * HOUR_MS, (start) => {
      const load = 1 + 0.3 * Math.sin(start / 9e5) + 0.1 * Math.sin(start / 4e5);
      return [using(follows ? Math.min(1, 0.95 * load) : 1, bytes * load)];
    });

  it('what is at its limit for two hours while its traffic varies is a warning', () => {
    const [opened] = atItsLimit(20_000, false).events;
    expect(opened).toMatchObject({ finding: { severity: 'warning' } });
    expect(opened!.finding.evidence.map(({ text }) => text).join()).toContain(
      'however its traffic',
    );
    expect(opened!.at - AbuseRun.START).toBeLessThanOrEqual(3 * HOUR_MS);
  });

  it('what uses less when there is less traffic is none, nor what moves much for its CPU', () => {
    expect(atItsLimit(20_000, true).events).toEqual([]);
    expect(atItsLimit(100_000, false).events).toEqual([]);
  });

  it('a container in one pod of several is not credited with the traffic that all of them have', () => {
    const run = new AbuseRun().play(2 * HOUR_MS, (start) =>
      replicas(3, start, (pod) => {
        const beside = {
          ...pod.containers[0]!,
          name: 'debugger-x7k2p',
          cpuUsageCores: 0.95,
        };
        return { ...pod, containers: [...pod.containers, beside] };
      }),
    );
    expect(run.open().map(({ scope }) => scope.container)).toEqual(['debugger-x7k2p']);
  });

  it('a container whose sample is lost in another pod keeps its traffic', () => {
    const isLost = (start: TimeMs): boolean => (start / (5 * MINUTE_MS)) % 2 === 0;
    const run = new AbuseRun().play(4 * HOUR_MS, (start) =>
      replicas(3, start, (pod) => pod).map((pod, n) => {
        const [main] = pod.containers;
        const beside = { ...main!, name: 'proxy', cpuUsageCores: 0.01 };
        const cores = n === 1 && isLost(start) ? null : 0.3;
        return { ...pod, containers: [{ ...main!, cpuUsageCores: cores }, beside] };
      }),
    );
    expect(run.events).toEqual([]);
  });

  it('a container that is renamed pod by pod keeps its traffic', () => {
    const run = new AbuseRun().play(3 * DAY_MS, (start) => replicas(3, start, (pod) => pod));
    run.play(12 * HOUR_MS, (start) =>
      replicas(3, start, (pod) => ({
        ...pod,
        containers: pod.containers.map((one) => ({ ...one, name: 'web' })),
      })),
    );
    expect(run.events).toEqual([]);
  });

  it('an hour without a rest shows where single windows had reached as much before', () => {
    const bursts = (start: TimeMs) => [web(start, (start / (5 * MINUTE_MS)) % 12 === 5 ? 0.85 : 0)];
    const run = new AbuseRun().play(6 * HOUR_MS, bursts);
    expect(run.events).toEqual([]);
    run.play(3 * HOUR_MS, (start) => [web(start, 0.85)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('a service whose load comes with its traffic is none', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    run.play(6 * HOUR_MS, () => [using(0.5, 110_000)]);
    expect(run.events).toEqual([]);
  });
});

describe('the cause', () => {
  const causeOf = (change: (start: TimeMs) => PodSample): string | undefined => {
    const run = new AbuseRun().play(4 * DAY_MS, quiet);
    run.play(3 * HOUR_MS, (start) => [change(start)]);
    return run.open()[0]?.cause;
  };

  it('is mining where nothing else fits, and where a signature is there', () => {
    expect(causeOf((start) => web(start, 0.6))).toBe('mining');
    const image = 'docker.io/xmrig/xmrig:6.21';
    expect(causeOf((start) => web(start, 1, { container: { image } }))).toBe('mining');
  });

  it('is a busy loop for one core that never rests', () => {
    const container = { cpuLimitCores: 4 };
    expect(causeOf((start) => web(start, 1, { container }))).toBe('busy-loop');
  });

  it('is the collector at the memory limit, a release, and a crash loop', () => {
    const full = { ramUsageBytes: 9.8e8 };
    expect(causeOf((start) => web(start, 0.6, { container: full }))).toBe('garbage-collection');
    const released = { image: 'registry.example.com/shop/web:v2' };
    expect(causeOf((start) => web(start, 0.6, { container: released }))).toBe('costlier-release');
    const crashing = { waitingReason: 'CrashLoopBackOff' };
    expect(causeOf((start) => web(start, 0.6, { container: crashing }))).toBe('crash-loop');
  });

  it('below critical it is unusual CPU, and no command stops anything', () => {
    const run = new AbuseRun().play(4 * DAY_MS, quiet);
    run.play(3 * HOUR_MS, (start) => [web(start, 0.6)]);
    const [finding] = run.open();
    expect(finding).toMatchObject({ kind: 'cryptojacking', severity: 'warning' });
    expect(finding!.summary).toContain('Unusual CPU');
    expect(new Set(finding!.next.map(({ effect }) => effect))).toEqual(new Set(['read']));
  });
});

it('what its own chart shows at the same hour yesterday is not new', () => {
  const spike = (start: TimeMs): boolean =>
    start % DAY_MS >= 9 * HOUR_MS && start % DAY_MS < 10 * HOUR_MS;
  const shifted = (start: TimeMs): boolean =>
    start % DAY_MS >= 15 * HOUR_MS && start % DAY_MS < 16 * HOUR_MS;
  const run = new AbuseRun().play(5 * DAY_MS, (start) => [web(start, spike(start) ? 0.6 : 0)]);
  // The job was moved: new on the first day only.
  run.play(DAY_MS, (start) => [web(start, shifted(start) ? 0.6 : 0)]);
  const before = run.events.length;
  run.play(DAY_MS, (start) => [web(start, shifted(start) ? 0.6 : 0)]);
  expect(run.events.slice(before).filter(({ type }) => type !== 'closed')).toEqual([]);
});

it('a month costs what the mean since the onset does, however the last window was', () => {
  const run = new AbuseRun().play(4 * DAY_MS, quiet);
  const inTurns = (start: TimeMs): readonly PodSample[] => [
    web(start, start % (30 * MINUTE_MS) < 10 * MINUTE_MS ? 0.9 : 0, {
      container: { cpuRequestCores: 0.05 },
    }),
  ];
  run.play(6 * HOUR_MS, inTurns);
  const months = [0, 1, 2, 3, 4, 5].map(
    () => run.play(5 * MINUTE_MS, inTurns).open()[0]!.costPerMonth!,
  );
  expect(Math.max(...months) / Math.min(...months)).toBeLessThan(1.3);
  expect(run.open()).toHaveLength(1);
});

describe('a miner of many pods', () => {
  const miner = (index: number): PodSample =>
    using(0.9, 100, {
      name: `job-${index}`,
      uid: `uid-${index}`,
      namespace: 'dark',
      node: `node-${index + 1}`,
      workload: { kind: 'Pod', name: `job-${index}` },
      container: { image: 'docker.io/library/alpine-x:1', cpuRequestCores: null },
    });

  it('that joins a group is not announced as resolved, and the group is no less severe', () => {
    const run = new AbuseRun().play(3 * DAY_MS, quiet);
    run.play(2 * HOUR_MS, (start) => [web(start), miner(0)]);
    const first = run.open()[0]!.severity;
    run.play(2 * HOUR_MS, (start) => [web(start), ...[0, 1, 2, 3, 4].map(miner)]);
    expect(run.events.filter(({ type }) => type === 'closed')).toEqual([]);
    const group = run.open().find(({ scope }) => scope.workload === null);
    expect(first).toBe('critical');
    expect(group?.severity).toBe('critical');
  });

  it('that is drained and comes back is the same episode', () => {
    const run = new AbuseRun().play(3 * DAY_MS, quiet);
    const pod = (name: string, createdAt: TimeMs): PodSample =>
      using(0.9, 100, {
        name,
        uid: name,
        createdAt,
        namespace: 'dark',
        workload: { kind: 'Deployment', name: 'm' },
      });
    const onset = run.now;
    run.play(2 * HOUR_MS, (start) => [web(start), pod('m-1', onset)]);
    expect(run.open()[0]?.severity).toBe('critical');
    run.play(15 * MINUTE_MS, quiet);
    const back = run.now;
    run.play(2 * HOUR_MS, (start) => [web(start), pod('m-2', back)]);
    expect(run.open()[0]).toMatchObject({ severity: 'critical', startedAt: onset });
    expect(run.events.filter(({ type }) => type === 'closed' || type === 'reopened')).toEqual([]);
  });
});

it('a pod whose owner is not known yet opens nothing', () => {
  const run = new AbuseRun().play(4 * DAY_MS, quiet);
  const orphan = using(0.9, 100, {
    name: 'web-1',
    uid: 'web-1',
    workload: { kind: 'Pod', name: 'web-1' },
    workloadKnown: false,
  });
  run.play(3 * HOUR_MS, (start) => [web(start), orphan]);
  expect(run.events).toEqual([]);
});

it('a signature that was seen stays while the miner rests under another image', () => {
  const pod = (cores: number, image: string): PodSample =>
    using(cores, 120, { name: 'x', uid: 'x', namespace: 'dark', container: { image } });
  const run = new AbuseRun().play(2 * HOUR_MS, quiet);
  run.play(HOUR_MS, (start) => [web(start), pod(0.3, 'docker.io/metal3d/xmrig:latest')]);
  run.play(15 * MINUTE_MS, (start) => [web(start), pod(0.001, 'docker.io/library/debian:13')]);
  const [finding] = run.open();
  expect(finding).toMatchObject({ severity: 'critical', cause: 'mining' });
  expect(finding!.evidence.find(({ signal }) => signal === 'signature')?.weight).toBeGreaterThan(0);
  run.play(HOUR_MS, (start) => [web(start), pod(0.001, 'docker.io/library/debian:13')]);
  expect(run.open()).toEqual([]);
});

it('bursts that a workload has always had are one finding of the first day', () => {
  const bursts = (start: TimeMs): readonly PodSample[] => {
    const isOn = start % (7 * HOUR_MS) < 50 * MINUTE_MS;
    return [using(isOn ? 0.9 : 0.02, 300, { container: { cpuRequestCores: 0.5 } })];
  };
  const run = new AbuseRun({ start: AbuseRun.START + HOUR_MS }).play(4 * DAY_MS, bursts);
  const messages = run.events.filter(({ type }) => type !== 'closed' && type !== 'better');
  expect(messages.length).toBeLessThanOrEqual(2);
  expect(run.open()).toEqual([]);
  expect(messages.every(({ at }) => at - AbuseRun.START < DAY_MS)).toBe(true);
});

describe('what comes and goes', () => {
  const HISTORY = 4 * DAY_MS;
  /** Cores of each window from the end of a quiet history on; the rest of the hours are quiet. */
  const after = (burnt: readonly number[], hours: number, repeats = false) => {
    const run = new AbuseRun().play(HISTORY, quiet);
    const onset = run.now;
    return run.play(hours * HOUR_MS, (start) => {
      const at = (start - onset) / (5 * MINUTE_MS);
      return [web(start, burnt[repeats ? at % burnt.length : at] ?? 0)];
    });
  };

  it('two bursts of ten minutes are ordinary', () => {
    expect(after([0.5, 0.8, 0, 0.5, 0.8], 3).events).toEqual([]);
  });

  it('a miner of ten minutes in thirty is found', () => {
    const run = after([0.5, 0.5, 0, 0, 0, 0], 12, true);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('what does its work in bursts', () => {
  const app = { container: { cpuLimitCores: 4, cpuRequestCores: 1 } };
  const idle = () => using(0.02, 5_000, app);
  const busy = (times: number) => using(times, times * 9e6, app);

  it('is busy for longer when there is more to do: load, by its own bytes a core-second', () => {
    const hourly = (start: TimeMs) => [start % HOUR_MS === 0 ? busy(1) : idle()];
    const run = new AbuseRun().play(3 * DAY_MS, hourly);
    run.play(HOUR_MS / 2, () => [busy(1.5)]).play(HOUR_MS, () => [busy(2)]);
    expect(run.play(3 * HOUR_MS, hourly).events).toEqual([]);
  });

  it.each([10, 15, 30])('is learnt from windows of %i minutes as it is', (minutes) => {
    const run = new AbuseRun({ windowMs: minutes * MINUTE_MS });
    run.play(3 * DAY_MS, (start) => [using(start % HOUR_MS < HOUR_MS / 2 ? 0.9 : 0.1, 500)]);
    expect(run.events.filter(({ at }) => at > AbuseRun.START + 2 * DAY_MS)).toEqual([]);
    expect(run.events.filter(({ at }) => at > AbuseRun.START + DAY_MS)).toHaveLength(1);
    expect(run.open()).toEqual([]);
  });
});
