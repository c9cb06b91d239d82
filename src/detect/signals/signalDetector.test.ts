import { describe, expect, it } from 'vitest';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';
import { RECORDED, recordedAt } from '../../../test/support/signals/recorded.ts';
import { SIGNAL_ROUTES } from '../../collect/signals/readers.ts';
import { noObjects } from '../../model/clusterObjects.ts';
import { signalOf } from '../../collect/signals/reading.ts';
import type { Signal } from '../../model/signal.ts';
import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';

const WINDOW = 5 * MINUTE_MS;
const POD = 'web-7d4b9c5f6-abcde';
const WEB = { kind: 'Deployment', name: 'web' };

function web(start: TimeMs, burnt = 0): PodSample {
  const load = 1 + 0.4 * Math.sin((start / DAY_MS) * 2 * Math.PI) + 0.05 * Math.sin(start / 7e5);
  return using(0.1 * load + burnt, 20_000 * load, {
    namespace: 'shop',
    name: POD,
    workload: WEB,
    labels: { app: 'web' },
    container: { name: 'web', image: 'registry.example/web:1.4' },
  });
}
const quiet = (start: TimeMs): readonly PodSample[] => [web(start)];
const mining = (start: TimeMs): readonly PodSample[] => [web(start, 0.5)];

/** What a tool sent, as if it had happened in this window. */
function sent(route: string, body: unknown, at: TimeMs): readonly Signal[] {
  const context = { now: at + 2 * MINUTE_MS, windowMs: WINDOW };
  return SIGNAL_ROUTES[route]!.read(recordedAt(body, at), context);
}

function of(what: Signal['class'], source: Signal['source'], at: TimeMs): readonly Signal[] {
  const all = [
    ...sent('audit', RECORDED.audit, at),
    ...sent('falco', RECORDED.falco, at),
    ...sent('ocsf', RECORDED.tetragon, at),
  ];
  return all.filter((one) => one.class === what && one.source === source);
}

describe('an attack: token, exec, miner, egress', () => {
  const run = new AbuseRun({ stores: true }).play(4 * DAY_MS, quiet);
  const onset = run.now + 3 * WINDOW;
  run.play(WINDOW, quiet, { signals: of('token', 'audit', run.now) });
  run.play(2 * WINDOW, quiet, { signals: of('exec', 'audit', run.now) });
  const before = run.open();
  run.play(WINDOW, mining, {
    signals: [...of('miner', 'falco', run.now), ...of('egress', 'tetragon', run.now)],
  });
  const found = run.open();
  run.play(HOUR_MS, mining);

  it('reports token and exec with who did it, from where, before anything burns', () => {
    const exec = before.find(({ scope }) => scope.workload !== null);
    expect(exec).toMatchObject({
      kind: 'signal',
      severity: 'warning',
      scope: { namespace: 'shop', workload: WEB },
    });
    expect(exec!.summary).toMatch(/2 steps of an attack: token use, then exec into a pod/);
    expect(exec!.summary).toContain('system:serviceaccount:ci:deployer');
    expect(new Set(exec!.next.map(({ effect }) => effect))).toEqual(new Set(['read']));
    expect(exec!.summary).toContain('198.51.100.7');
  });

  it('is one critical finding with four kinds of events as soon as CPU is burnt', () => {
    const about = found.filter(({ scope }) => scope.workload?.name === 'web');
    expect(about).toHaveLength(1);
    const [finding] = about;
    expect(finding).toMatchObject({
      kind: 'cryptojacking',
      severity: 'critical',
      cause: 'mining',
      startedAt: onset,
    });
    const reported = finding!.evidence.filter(({ family }) => family === 'signals');
    expect(reported.map(({ signal }) => signal)).toEqual([
      'token-reported',
      'exec-reported',
      'miner-reported',
      'egress-reported',
    ]);
    expect(reported[1]!.text).toMatch(
      /Kubernetes audit: system:serviceaccount:ci:deployer opened exec into pod shop\/web.*198\.51\.100\.7.*kubectl/,
    );
  });

  it('stays one finding while it goes on', () => {
    expect(run.open().filter(({ scope }) => scope.workload?.name === 'web')).toHaveLength(1);
    const closed = run.events.filter(
      ({ type, finding }) => type === 'closed' && finding.kind === 'signal',
    );
    expect(closed.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('finding about its CPU use'),
    );
  });
});

describe('events without suspicious CPU', () => {
  it('a miner that Falco names is a critical finding of its own, and ends a day after the last', () => {
    const run = new AbuseRun().play(2 * DAY_MS, quiet);
    run.play(WINDOW, quiet, { signals: of('miner', 'falco', run.now) });
    expect(run.open()).toMatchObject([
      { kind: 'signal', severity: 'critical', pods: [POD], scope: { workload: WEB } },
    ]);
    const steps = run.open()[0]!.next.map(({ effect, command }) => `${effect}: ${command}`);
    expect(steps[0]).toContain(`read: kubectl -n shop exec ${POD} -- sh`);
    expect(steps.slice(-2)).toEqual([
      'contain: kubectl cordon node-1',
      'destroy: kubectl -n shop scale deployment/web --replicas=0',
    ]);
    run.play(DAY_MS + HOUR_MS, quiet);
    expect(run.open()).toEqual([]);
  });

  it('a pod that is gone is only looked at, and no pod of another workload is touched', () => {
    const run = new AbuseRun().play(DAY_MS, quiet);
    const signals = of('miner', 'falco', run.now);
    const named = (start: TimeMs, name: string, workload: PodSample['workload']): PodSample => ({
      ...web(start),
      name,
      uid: name,
      workload,
    });
    const other = { kind: 'StatefulSet', name: 'db' };
    run.play(WINDOW, quiet, { signals });
    run.play(WINDOW, (start) => [named(start, 'web-next', WEB), named(start, POD, other)]);
    const [finding] = run.open().filter(({ kind }) => kind === 'signal');
    expect(finding).toMatchObject({ severity: 'critical', scope: { workload: WEB } });
    expect(finding!.next.length).toBeGreaterThan(1);
    expect(new Set(finding!.next.map(({ effect }) => effect))).toEqual(new Set(['read']));
    expect(JSON.stringify(finding!.next)).not.toContain('db');
  });

  it('what a tool takes back is no finding any more, and nothing of other tools or namespaces is', () => {
    const { detail } = RECORDED.guardDuty;
    const archived = { ...detail, service: { ...detail.service, archived: true } };
    const elsewhere = {
      ...archived,
      resource: {
        kubernetesDetails: {
          kubernetesWorkloadDetails: {
            name: POD,
            type: 'pods',
            namespace: 'pay',
          },
        },
      },
    };
    const run = new AbuseRun().play(HOUR_MS, quiet);
    run.play(WINDOW, quiet, { signals: sent('ocsf', detail, run.now) });
    const severities = () => run.open().map(({ severity }) => severity);
    expect(severities()).toEqual(['warning']);
    run.play(WINDOW, quiet, { signals: sent('ocsf', elsewhere, run.now) });
    expect(severities()).toEqual(['warning']);
    run.play(WINDOW, quiet, { signals: sent('ocsf', archived, run.now) });
    expect(run.open()).toEqual([]);
  });

  it('an exec alone is an info', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    run.play(WINDOW, quiet, { signals: of('exec', 'audit', run.now) });
    expect(run.open()).toMatchObject([{ kind: 'signal', severity: 'info' }]);
  });

  it('an engineer who grants a role, requests a token and opens an exec is a warning, and one finding', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    const step = (what: Signal['class'], at: TimeMs, target: object): Signal =>
      signalOf({
        id: `audit:${what}`,
        source: 'audit',
        class: what,
        rule: what,
        severity: 'info',
        at,
        text: `ann did ${what}`,
        actor: { user: 'ann', userAgent: 'kubectl/v1.34.4', sourceIps: ['10.0.0.9'] },
        target,
      });
    const signals = [
      step('grant', run.now, {}),
      step('token', run.now, {}),
      step('exec', run.now, { namespace: 'shop', pod: POD }),
    ];
    run.play(WINDOW, quiet, { signals });
    expect(run.open()).toMatchObject([
      { kind: 'signal', severity: 'warning', scope: { workload: WEB } },
    ]);
  });

  it('a grant of cluster-admin is about the user who made it', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    run.play(WINDOW, quiet, { signals: of('grant', 'audit', run.now) });
    expect(run.open()).toMatchObject([
      {
        severity: 'critical',
        scope: { namespace: null, workload: null, subject: 'system:serviceaccount:ci:deployer' },
      },
    ]);
  });

  it('alerts and configuration reports are no finding', () => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    run.play(WINDOW, quiet, { signals: sent('alertmanager', RECORDED.alertmanager, run.now) });
    expect(run.open()).toEqual([]);
  });

  it('an event that comes before its pod is in the metrics waits for it', () => {
    const run = new AbuseRun().play(HOUR_MS, () => []);
    run.play(WINDOW, () => [], { signals: of('miner', 'falco', run.now) });
    run.play(WINDOW, quiet);
    expect(run.open()).toMatchObject([{ scope: { namespace: 'shop', workload: WEB } }]);
  });

  it('an event of a pod that never comes is reported by its namespace', () => {
    const run = new AbuseRun().play(HOUR_MS, () => []);
    run.play(5 * WINDOW, () => [], { signals: of('miner', 'falco', run.now) });
    expect(run.open()).toMatchObject([
      {
        scope: {
          namespace: 'shop',
          workload: null,
          subject: 'Detect crypto miners using the Stratum protocol',
        },
      },
    ]);
  });
});

describe('a vulnerability that is exploited in the wild', () => {
  const report = (at: TimeMs): Signal =>
    signalOf({
      id: 'trivy:1',
      source: 'trivy',
      class: 'vulnerability',
      rule: 'VulnerabilityReport',
      severity: 'critical',
      at,
      text: '1 critical vulnerability',
      target: { namespace: 'shop', workload: WEB, container: 'web' },
      facts: { critical: 'CVE-2021-44228 CVE-2099-1' },
    });
  const services = (type: string) => ({
    ...noObjects(0),
    services: [{ namespace: 'shop', name: 'web', type, selector: { app: 'web' }, ports: [443] }],
  });
  const played = (type: string, behind: readonly string[] = []): AbuseRun => {
    const run = new AbuseRun().play(HOUR_MS, quiet);
    const ingress = { namespace: 'shop', name: 'shop', annotations: {}, hosts: [null], tls: [] };
    const ingresses = [{ ...ingress, backends: behind }];
    const objects = { ...services(type), ingresses };
    return run.play(WINDOW, quiet, { signals: [report(run.now)], objects });
  };

  it('is a warning behind an Ingress', () => {
    expect(played('ClusterIP', ['web']).open()).toMatchObject([{ severity: 'warning' }]);
    expect(played('ClusterIP', ['another']).open()).toEqual([]);
  });

  it('is a warning where clients outside the cluster reach the workload', () => {
    const [finding] = played('LoadBalancer').open();
    expect(finding).toMatchObject({ kind: 'signal', severity: 'warning' });
  });

  it('is nothing where none do', () => {
    expect(played('ClusterIP').open()).toEqual([]);
  });

  it('is evidence once the workload burns CPU', () => {
    const run = new AbuseRun().play(4 * DAY_MS, quiet);
    run.play(WINDOW, quiet, { signals: [report(run.now)], objects: services('LoadBalancer') });
    run.play(HOUR_MS, mining);
    const evidence = run.open().find(({ kind }) => kind === 'cryptojacking')!.evidence;
    expect(evidence.find(({ signal }) => signal === 'exploited-reported')!.text).toContain(
      'CVE-2021-44228',
    );
  });
});

it('a flood of events about thousands of users keeps the state small', () => {
  const run = new AbuseRun().play(WINDOW, quiet);
  const signals = Array.from({ length: 5_000 }, (_, index) =>
    signalOf({
      id: `audit:${index}`,
      source: 'audit',
      class: 'token',
      rule: 'token-request',
      severity: 'info',
      at: run.now,
      text: 'x'.repeat(500),
      actor: { user: `user-${index}`, userAgent: null, sourceIps: [] },
    }),
  );
  run.play(WINDOW, quiet, { signals });
  expect(run.state.detectors.get('signals')!.size).toBeLessThanOrEqual(2_000);
});
