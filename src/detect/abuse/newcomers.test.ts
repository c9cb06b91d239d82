import { describe, expect, it } from 'vitest';
import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';

type Pods = (start: TimeMs) => readonly PodSample[];

const quiet = (start: TimeMs): PodSample => using(0.1 + 0.01 * Math.sin(start / 7e5), 20_000);

/** So many pods of one new workload, each on a node of its own; noise of a few per cent. */
function pods(
  kind: string,
  count: number,
  cores: number,
  bytesPerSecond: number,
  container: NonNullable<Parameters<typeof using>[2]>['container'] = {},
): Pods {
  return (start) =>
    Array.from({ length: count }, (_, n) =>
      using(cores * (1 + 0.03 * Math.sin(start / 1e5 + n)), bytesPerSecond, {
        name: `newcomer-${n}`,
        namespace: 'new',
        uid: `newcomer-${n}`,
        node: `node-${n + 1}`,
        createdAt: AbuseRun.START + 3 * DAY_MS,
        workload: { kind, name: 'newcomer' },
        container: { image: 'registry.example.com/new/comer:v1', ...container },
      }),
    );
}

const SAID: ReadonlySet<string> = new Set(['opened', 'reopened', 'worse']);

/** Severities after three quiet days and some hours with the newcomer. */
function said(newcomers: Pods, hours = 12): readonly string[] {
  const run = new AbuseRun().play(3 * DAY_MS, (start) => [quiet(start)]);
  run.play(hours * HOUR_MS, (start) => [quiet(start), ...newcomers(start)]);
  return run.events
    .filter(({ type, finding }) => SAID.has(type) && finding.severity !== 'info')
    .map(({ finding }) => finding.severity);
}

describe('new, even and in many places', () => {
  it('is no warning for a service whose replicas work', () => {
    expect(said(pods('Deployment', 6, 0.3, 20_000))).toEqual([]);
  });

  it('is no warning for replicas that wait for work, using hardly any of their requests', () => {
    const waiting = pods('Deployment', 10, 0.012, 300, { cpuRequestCores: 0.3 });
    expect(said(waiting)).toEqual([]);
  });

  it('is no warning for an agent on every node that is scraped', () => {
    expect(said(pods('DaemonSet', 8, 0.08, 2_000))).toEqual([]);
  });

  it('is a warning, and no page, for a silent DaemonSet that uses little of its nodes', () => {
    expect(said(pods('DaemonSet', 8, 0.15, 100))).toEqual(['warning']);
  });

  it('is found where it is silent', () => {
    expect(said(pods('Deployment', 6, 0.3, 100))).not.toEqual([]);
  });
});

describe('on the first day', () => {
  const miner: Pods = (start) => [
    using(0.9, 100, {
      name: 'tuner-1',
      namespace: 'new',
      uid: 'tuner-1',
      createdAt: AbuseRun.START + 8 * HOUR_MS,
      workload: { kind: 'Deployment', name: 'tuner' },
      container: {
        image: 'docker.io/some/tuner:v1',
        cpuLimitCores: null,
        cpuRequestCores: null,
        cpuUsageCores: 0.3 + 0.03 * Math.sin(start / 1e5),
        diskReadBytesPerSecond: null,
        diskWriteBytesPerSecond: null,
      },
    }),
  ];

  it('what comes after the first hours with pods younger than the history is half new', () => {
    const run = new AbuseRun().play(8 * HOUR_MS, (start) => [quiet(start)]);
    run.play(2 * HOUR_MS, (start) => [quiet(start), ...miner(start)]);
    const [finding] = run.open();
    expect(finding?.severity).toBe('warning');
    expect(finding?.evidence.find(({ signal }) => signal === 'new-workload')?.text).toContain(
      'first day of the history',
    );
  });

  it('the rise of a morning is learnt, though its traffic does not rise with it', () => {
    const run = new AbuseRun();
    run.play(4 * DAY_MS, (start) => {
      const day = 1 - 0.8 * Math.cos((start / DAY_MS) * 2 * Math.PI);
      return [using(0.1 * day * (1 + 0.05 * Math.sin(start / 1e5)), 40_000)];
    });
    expect(run.events.filter(({ finding }) => finding.severity !== 'info')).toEqual([]);
  });

  it('a hijack begins where the use left the first hours, not where the history does', () => {
    const run = new AbuseRun().play(6 * HOUR_MS, (start) => [quiet(start)]);
    const onset = run.now;
    run.play(3 * HOUR_MS, () => [using(0.8, 20_100)]);
    expect(run.open().map(({ severity }) => severity)).toEqual(['warning']);
    expect(run.open()[0]!.startedAt).toBe(onset);
  });
});

describe('Jobs of one image, under a new name each time', () => {
  /** Runs of so many minutes, every so many, so many at once. */
  const jobs =
    (from: TimeMs, every: number, minutes: number, cores: number, atOnce = 1): Pods =>
    (start) => {
      const run = Math.floor((start - from) / (every * MINUTE_MS));
      const since = from + run * every * MINUTE_MS;
      if (start < from || start - since >= minutes * MINUTE_MS) return [];
      return Array.from({ length: atOnce }, (_, n) => {
        const name = `calc-${run}-${n}`;
        return using(cores, 100, {
          name: `${name}-x`,
          namespace: 'batch',
          uid: name,
          createdAt: since,
          workload: { kind: 'Job', name },
          container: { image: 'docker.io/some/calc:v1' },
        });
      });
    };

  it('in a chain are one standing load: one finding, and a page', () => {
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [quiet(start)]);
    const chain = jobs(run.now, 10, 10, 0.9);
    run.play(20 * HOUR_MS, (start) => [quiet(start), ...chain(start)]);
    const found = run.events.filter(({ finding }) => finding.scope.namespace === 'batch');
    expect(found.filter(({ type }) => type === 'opened').length).toBeLessThanOrEqual(2);
    expect(run.open().map(({ severity }) => severity)).toEqual(['critical']);
  });

  it('at once compute and end: a warning', () => {
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [quiet(start)]);
    const batch = jobs(run.now, 600, 300, 0.9, 6);
    run.play(20 * HOUR_MS, (start) => [quiet(start), ...batch(start)]);
    const found = run.events.filter(({ finding }) => finding.scope.namespace === 'batch');
    expect(new Set(found.map(({ finding }) => finding.severity))).toEqual(new Set(['warning']));
  });

  it('that have always run are vouched for by those before them', () => {
    const honest = jobs(AbuseRun.START, 360, 90, 0.9);
    const run = new AbuseRun().play(4 * DAY_MS, (start) => [quiet(start), ...honest(start)]);
    expect(run.events.filter(({ type }) => type === 'opened').length).toBeLessThanOrEqual(1);
    expect(run.open()).toEqual([]);
  });
});
