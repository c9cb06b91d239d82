import { describe, expect, it } from 'vitest';
import { DetectorRun } from '../../../test/support/detect.ts';
import { signalOf } from '../../collect/signals/reading.ts';
import type { ControlPlaneReading } from '../../model/controlPlane.ts';
import type { Signal } from '../../model/signal.ts';
import { DAY_MS, MINUTE_MS } from '../../model/time.ts';
import { NO_SIGNALS } from '../signals/signalMemory.ts';
import { controlPlaneDetector } from './controlPlaneDetector.ts';
import { controlPlaneReport } from './report.ts';

const WINDOW = 5 * MINUTE_MS;
const START = 100 * DAY_MS;

class Run extends DetectorRun<unknown> {
  now = START;

  constructor() {
    super(controlPlaneDetector, { historyStart: START });
  }

  /** Windows with these readings and counted calls. */
  play(
    count: number,
    readings: readonly ControlPlaneReading[],
    calls: readonly Signal[] = [],
    complete = true,
  ): this {
    for (let index = 0; index < count; index += 1) {
      const change = readings.length === 0 ? { complete } : { complete, controlPlane: readings };
      this.signals = { ...NO_SIGNALS, calls };
      this.window(this.now, this.now + WINDOW, {}, change);
      this.now += WINDOW;
    }
    return this;
  }
}

function up(...jobs: readonly string[]): readonly ControlPlaneReading[] {
  return jobs.map((subject) => ({ measure: 'up', subject, value: 1 }));
}

function calls(
  user: string,
  count: number,
  change: { verb?: string; code?: string; unlimited?: true } = {},
): Signal {
  const { verb = 'get', code = '200', unlimited } = change;
  return signalOf({
    id: `${user}-${verb}-${code}`,
    source: 'audit',
    class: 'api-calls',
    rule: verb,
    severity: 'info',
    at: START,
    text: '',
    count,
    actor: { user, userAgent: 'tool/1.0', sourceIps: ['10.0.0.9'] },
    facts: { resource: 'pods', code, ...(unlimited && { unlimited: 'true' }) },
  });
}

describe('components', () => {
  const all = up('apiserver', 'kube-scheduler', 'kubelet');
  it('a stopped scheduler is a critical finding since it stopped, and closes when it is back', () => {
    const run = new Run().play(12, all);
    const stopped = run.now;
    run.play(1, [
      ...up('apiserver', 'kubelet'),
      { measure: 'down', subject: 'kube-scheduler', value: 1 },
    ]);
    expect(run.opened).toEqual([]);
    run.play(2, [
      ...up('apiserver', 'kubelet'),
      { measure: 'down', subject: 'kube-scheduler', value: 1 },
    ]);
    expect(run.opened.map(({ verdict }) => verdict)).toMatchObject([
      {
        kind: 'control-plane',
        rule: 'component-down',
        severity: 'critical',
        startedAt: stopped,
        scope: { subject: 'kube-scheduler' },
        summary: expect.stringContaining('kube-scheduler (job kube-scheduler) is down'),
      },
    ]);
    run.play(4, all);
    expect(run.closed).toHaveLength(1);
  });

  it('one whose target vanished is found too; a gap of the source is none', () => {
    const run = new Run().play(12, all);
    run.play(6, [], [], false).play(6, []);
    expect(run.opened).toEqual([]);
    run.play(3, up('apiserver', 'kubelet'));
    expect(run.opened.map(({ verdict }) => verdict.rule)).toEqual(['component-absent']);
  });

  it('what was never scraped is no finding, and reported as not scraped', () => {
    const run = new Run().play(20, up('kubelet'));
    expect(run.opened).toEqual([]);
    const { components } = controlPlaneReport(run.rows, []);
    const states = new Map(components.map(({ component, state }) => [component, state]));
    expect(states.get('kubelet')).toBe('up');
    expect(states.get('kube-scheduler')).toBe('not scraped');
  });
});

describe('limits', () => {
  const cases: readonly (readonly [ControlPlaneReading, string, string])[] = [
    [
      { measure: 'etcd-size', subject: '10.0.0.1:2379', value: 0.97 },
      'etcd-nearly-full',
      'critical',
    ],
    [{ measure: 'etcd-fsync', subject: '10.0.0.1:2379', value: 0.6 }, 'etcd-slow-disk', 'warning'],
    [
      { measure: 'api-rejected', subject: 'global-default', value: 3 },
      'api-requests-refused',
      'warning',
    ],
    [
      { measure: 'pending-pods', subject: 'unschedulable', value: 20 },
      'pods-wait-for-the-scheduler',
      'warning',
    ],
    [
      { measure: 'queue-depth', subject: 'job', value: 2_000 },
      'controller-queue-grows',
      'critical',
    ],
    [{ measure: 'dns-failures', subject: '', value: 0.02 }, 'dns-fails', 'warning'],
    [{ measure: 'runtime-errors', subject: 'node-1', value: 0.5 }, 'runtime-fails', 'warning'],
    [{ measure: 'certificate', subject: '', value: 3_600 }, 'certificate-expires', 'critical'],
  ];
  it.each(cases)('%j is %s, %s', (reading, rule, severity) => {
    const run = new Run().play(2, [reading]);
    expect(run.opened).toEqual([]);
    run.play(1, [reading]);
    expect(run.opened.map(({ verdict }) => verdict)).toMatchObject([
      { rule, severity, startedAt: START },
    ]);
  });

  it('an API server that fails', () => {
    const codes: readonly ControlPlaneReading[] = [
      { measure: 'api-code', subject: '200', value: 90 },
      { measure: 'api-code', subject: '500', value: 10 },
    ];
    const run = new Run().play(3, codes);
    expect(run.opened.map(({ verdict }) => verdict.rule)).toEqual(['api-fails']);
    expect(new Run().play(9, codes.slice(0, 1)).opened).toEqual([]);
  });
});

describe('clients of the API', () => {
  const ordinary = calls('system:serviceaccount:tools:scraper', 100);

  it('a controller of Kubernetes that deletes namespaces, and a start within a short window, are none', () => {
    const deleting = calls('system:serviceaccount:kube-system:namespace-controller', 400, {
      verb: 'list',
      unlimited: true,
    });
    const starting = calls('system:serviceaccount:monitoring:kube-state-metrics', 55, {
      verb: 'watch',
    });
    expect(new Run().play(3, [], [deleting, starting]).opened).toEqual([]);
  });

  it('a user with many programs is one client', () => {
    const spread = Array.from({ length: 20 }, (_, index) => {
      const one = calls('eve', 10, { verb: 'list', unlimited: true });
      return { ...one, actor: { ...one.actor, userAgent: `program-${index}` } };
    });
    const found = new Run().play(1, [], spread).opened.map(({ verdict }) => verdict);
    expect(found).toMatchObject([
      { rule: 'lists-without-limit', scope: { subject: 'eve (several programs)' } },
    ]);
  });

  it('one that lists everything in a loop: who, what, from where and since when', () => {
    const run = new Run().play(3, [], [ordinary]);
    const since = run.now;
    run.play(
      1,
      [],
      [calls('system:serviceaccount:tools:scraper', 200, { verb: 'list', unlimited: true })],
    );
    const [found] = run.opened;
    expect(found!.verdict).toMatchObject({ rule: 'lists-without-limit', startedAt: since });
    expect(found!.verdict.summary).toMatch(
      /^system:serviceaccount:tools:scraper with tool\/1\.0 from 10\.0\.0\.9 listed everything .* 200 times .*list pods, since /,
    );
  });

  it('one with failed logins, and one that does not keep its watches', () => {
    const run = new Run().play(
      1,
      [],
      [calls('unknown', 40, { code: '401' }), calls('a', 80, { verb: 'watch' })],
    );
    expect(run.opened.map(({ verdict }) => verdict.rule).sort()).toEqual([
      'failed-logins',
      'watch-loop',
    ]);
  });

  it('one far above its usual, once that is known; what it then does is not learnt', () => {
    const run = new Run()
      .play(13, [], [ordinary])
      .play(6, [], [calls('system:serviceaccount:tools:scraper', 5_000)]);
    expect(run.opened.map(({ verdict }) => verdict.rule)).toEqual(['client-far-above-its-usual']);
    expect(run.closed).toEqual([]);
    run.play(3, [], [ordinary]);
    expect(run.closed).toHaveLength(1);
  });

  it('a busy client whose usual is not known, and a quiet one that doubles, are none', () => {
    const run = new Run().play(3, [], [calls('new', 50_000)]);
    run.play(13, [], [calls('quiet', 2)]).play(3, [], [calls('quiet', 100)]);
    expect(run.opened).toEqual([]);
  });
});
