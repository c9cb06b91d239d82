import { componentOf, type ControlPlaneReading } from '../../model/controlPlane.ts';
import type { NextStep, Severity, Verdict } from '../../model/finding.ts';
import { DAY_MS, formatTime, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { formatNumber, formatShare, formatDuration, plural } from '../../model/text/units.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { NO_SIGNALS } from '../signals/signalMemory.ts';
import { clientsOf, nameOf, type Client } from './clients.ts';
import type { AlarmRow, ClientRow, ComponentRow, ControlPlaneRow } from './state.ts';
import { controlPlaneSchema, type ControlPlaneThresholds } from './thresholds.ts';

interface Sections {
  readonly controlPlane: ControlPlaneThresholds;
}

type Rows = DetectorState<ControlPlaneRow>;
type Context = DetectContext<Sections>;

/** Something that is wrong in this window. */
interface Trouble {
  readonly rule: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** What is wrong, without since when. */
  readonly text: string;
  readonly next?: readonly NextStep[];
  /** Windows that it has to last. */
  readonly on: number;
  /** Where it began earlier than the first window that shows it. */
  readonly since?: TimeMs;
}

const SCORES: Readonly<Record<Severity, number>> = { info: 30, warning: 60, critical: 90 };
/** Without them nothing is scheduled, stored or answered. */
const CORE = new Set([
  'kube-apiserver',
  'etcd',
  'kube-scheduler',
  'kube-controller-manager',
  'coredns',
]);
const FORGET_MS = 7 * DAY_MS;
const MOST_CLIENTS = 1_000;
/** Weight of the newest window in what is usual. */
const NEWEST = 0.1;

/**
 * The components that run the cluster, from what Prometheus scrapes of them, and the clients of its API, from audit
 * events. What was never scraped is no finding: managed clusters do not export it.
 */
export const controlPlaneDetector: Detector<ControlPlaneRow, Sections> = {
  name: 'control-plane',
  version: 1,
  codec: jsonCodec(),
  thresholds: { controlPlane: controlPlaneSchema },
  detect(context, rows): readonly Verdict[] {
    const { window } = context.snapshot;
    const readings = context.snapshot.controlPlane ?? [];
    const clients = clientsOf((context.signals ?? NO_SIGNALS).calls);
    const troubles = [
      ...componentTroubles(readings, context, rows),
      ...limitTroubles(readings, context.thresholds.controlPlane),
      ...clientTroubles(clients, context, rows),
    ];
    if (readings.length > 0) rows.set('last', { row: 'last', at: window.end, readings });
    return judge(troubles, context, rows);
  },
};

/** A component that was there, and is down or no longer scraped. */
function* componentTroubles(
  readings: readonly ControlPlaneReading[],
  { snapshot, thresholds }: Context,
  rows: Rows,
): Iterable<Trouble> {
  const { window } = snapshot;
  const { down: limits } = thresholds.controlPlane;
  const counts = new Map<string, { up: number; down: number }>();
  for (const { measure, subject, value } of readings) {
    if (measure !== 'up' && measure !== 'down') continue;
    const known = counts.get(subject) ?? { up: 0, down: 0 };
    counts.set(subject, { ...known, [measure]: value });
  }
  for (const [job, { up, down }] of counts) {
    const before = componentAt(rows, job);
    const isUp = up > 0;
    rows.set(`component/${job}`, {
      row: 'component',
      component: componentOf(job),
      seen: (before?.seen ?? 0) + (isUp ? 1 : 0),
      up,
      down,
      lastUp: isUp ? window.end : (before?.lastUp ?? 0),
      since: down === 0 ? 0 : before !== null && before.since > 0 ? before.since : window.start,
      windows: down === 0 ? 0 : (before?.windows ?? 0) + 1,
    });
  }
  // Where Prometheus shows none of them, it is the source that is missing, and not every component.
  const isSeen = counts.size > 0 && snapshot.complete;
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row !== 'component') continue;
    const job = key.slice('component/'.length);
    const isAbsent = !counts.has(job);
    if (isAbsent && window.end - row.lastUp > FORGET_MS) {
      rows.delete(key);
      continue;
    }
    let now = row;
    if (isAbsent && isSeen) {
      now = {
        ...row,
        up: 0,
        down: 0,
        since: row.since > 0 ? row.since : window.start,
        windows: row.windows + 1,
      };
      rows.set(key, now);
    }
    if (now.windows === 0 || row.seen < limits.knownWindows) continue;
    const isWhole = now.up === 0;
    const what = isAbsent
      ? 'is no longer scraped'
      : isWhole
        ? 'is down'
        : `has ${plural(now.down, 'instance')} down, ${now.up} up`;
    yield {
      rule: isAbsent ? 'component-absent' : 'component-down',
      subject: job,
      severity: isWhole && CORE.has(now.component) ? 'critical' : 'warning',
      value: now.up,
      threshold: 1,
      unit: 'instances up',
      text: `${now.component} (job ${job}) ${what}, last up at ${formatTime(now.lastUp)}`,
      next: COMPONENT_STEPS,
      on: limits.windows,
      since: now.since,
    };
  }
}

const COMPONENT_STEPS: readonly NextStep[] = [
  {
    command: 'kubectl -n kube-system get pods -o wide',
    effect: 'read',
    why: 'Shows whether its pod runs, and on which node',
  },
  {
    command: 'kubectl -n kube-system get leases',
    effect: 'read',
    why: 'Shows which instance leads, and when it last said so',
  },
];

function componentAt(rows: Rows, job: string): ComponentRow | null {
  const row = rows.get(`component/${job}`);
  return row?.row === 'component' ? row : null;
}

/** A measure, its limit and what is said beyond it. */
interface Rule {
  readonly measure: ControlPlaneReading['measure'];
  readonly rule: string;
  readonly limit: keyof ControlPlaneThresholds['limits'];
  readonly unit: string;
  /** Below the limit is wrong. */
  readonly isLeast?: true;
  say(subject: string, value: number): string;
}

const RULES: readonly Rule[] = [
  {
    measure: 'api-rejected',
    rule: 'api-requests-refused',
    limit: 'apiRejected',
    unit: 'requests/s',
    say: (level, value) =>
      `The API server refuses ${formatNumber(value)} requests a second of priority level ${level}`,
  },
  {
    measure: 'etcd-size',
    rule: 'etcd-nearly-full',
    limit: 'etcdSize',
    unit: 'share',
    say: (instance, value) =>
      `etcd ${instance} has ${formatShare(value)} of its quota: at all of it the cluster is read-only`,
  },
  {
    measure: 'etcd-fsync',
    rule: 'etcd-slow-disk',
    limit: 'etcdFsyncSeconds',
    unit: 's',
    say: (instance, value) =>
      `etcd ${instance} takes ${formatNumber(value)} s to write its log to disk`,
  },
  {
    measure: 'pending-pods',
    rule: 'pods-wait-for-the-scheduler',
    limit: 'pendingPods',
    unit: 'pods',
    say: (queue, value) => `${formatNumber(value)} pods stay in the scheduler's queue "${queue}"`,
  },
  {
    measure: 'queue-depth',
    rule: 'controller-queue-grows',
    limit: 'queueDepth',
    unit: 'items',
    say: (queue, value) => `${formatNumber(value)} items stay in the queue ${queue}`,
  },
  {
    measure: 'dns-failures',
    rule: 'dns-fails',
    limit: 'dnsFailures',
    unit: 'share',
    say: (_, value) => `CoreDNS answers ${formatShare(value)} of the questions with SERVFAIL`,
  },
  {
    measure: 'runtime-errors',
    rule: 'runtime-fails',
    limit: 'runtimeErrors',
    unit: 'errors/s',
    say: (instance, value) =>
      `The container runtime of ${instance} fails ${formatNumber(value)} operations a second`,
  },
  {
    measure: 'certificate',
    rule: 'certificate-expires',
    limit: 'certificateSeconds',
    unit: 's',
    isLeast: true,
    say: (_, value) =>
      `A client certificate that is in use expires in ${formatDuration(value * 1_000)}`,
  },
];

function* limitTroubles(
  readings: readonly ControlPlaneReading[],
  { limits, windows }: ControlPlaneThresholds,
): Iterable<Trouble> {
  for (const { measure, subject, value } of [...readings, ...apiErrors(readings)]) {
    const rule =
      measure === 'api-code' && subject === '5xx'
        ? API_ERRORS
        : RULES.find((one) => one.measure === measure);
    if (rule === undefined) continue;
    const { warning, critical } = limits[rule.limit];
    const isBeyond = (bound: number): boolean =>
      rule.isLeast === true ? value < bound : value >= bound;
    if (!isBeyond(warning)) continue;
    yield {
      rule: rule.rule,
      subject: subject === '' ? rule.rule : subject,
      severity: isBeyond(critical) ? 'critical' : 'warning',
      value,
      threshold: isBeyond(critical) ? critical : warning,
      unit: rule.unit,
      text: rule.say(subject, value),
      on: windows.on,
    };
  }
}

const API_ERRORS: Rule = {
  measure: 'api-code',
  rule: 'api-fails',
  limit: 'apiErrors',
  unit: 'share',
  say: (_, value) => `The API server fails ${formatShare(value)} of its requests (5xx)`,
};

/** The share of requests that failed, as one more reading. */
function apiErrors(readings: readonly ControlPlaneReading[]): readonly ControlPlaneReading[] {
  const codes = readings.filter(({ measure }) => measure === 'api-code');
  const sum = (of: readonly ControlPlaneReading[]): number =>
    of.reduce((all, { value }) => all + value, 0);
  const all = sum(codes);
  const failed = sum(codes.filter(({ subject }) => subject.startsWith('5')));
  return all < 1 ? [] : [{ measure: 'api-code', subject: '5xx', value: failed / all }];
}

/** Clients that load the API as no client should. */
function* clientTroubles(
  clients: readonly Client[],
  { snapshot, thresholds }: Context,
  rows: Rows,
): Iterable<Trouble> {
  const { window } = snapshot;
  const { clients: limits } = thresholds.controlPlane;
  const span = formatDuration(window.end - window.start);
  const scale = (window.end - window.start) / (5 * MINUTE_MS);
  for (const client of clients.slice(0, MOST_CLIENTS)) {
    const { user, userAgent, ...calls } = client;
    const key = `client/${nameOf(client)}`;
    const stored = rows.get(key);
    const before: ClientRow | null = stored?.row === 'client' ? stored : null;
    const isKnown = before !== null && before.windows >= limits.usualWindows;
    const usual = before?.usual ?? calls.total;
    const isHigh =
      isKnown &&
      calls.total >= limits.timesUsual * usual &&
      calls.total >= limits.minRequests * scale;
    rows.set(key, {
      row: 'client',
      user,
      userAgent,
      usual: isHigh ? usual : usual + NEWEST * (calls.total - usual),
      windows: (before?.windows ?? 0) + 1,
      last: calls,
      lastSeen: window.end,
    });
    const who = `${user}${userAgent === '' ? '' : ` with ${userAgent}`}${calls.sourceIps.length === 0 ? '' : ` from ${calls.sourceIps.join(', ')}`}`;
    const mostly = calls.calls.join(', ');
    const about = {
      subject: nameOf(client),
      severity: 'warning' as const,
      unit: 'requests',
      on: 1,
    };
    if (isHigh)
      yield {
        ...about,
        rule: 'client-far-above-its-usual',
        value: calls.total,
        threshold: limits.timesUsual * usual,
        text: `${who} sent ${plural(calls.total, 'request')} in ${span}, usually ${formatNumber(usual)}; mostly ${mostly}`,
      };
    if (calls.unlimitedLists >= limits.unlimitedLists * scale)
      yield {
        ...about,
        rule: 'lists-without-limit',
        value: calls.unlimitedLists,
        threshold: limits.unlimitedLists,
        text: `${who} listed everything in one answer ${calls.unlimitedLists} times in ${span} (LIST without a limit); mostly ${mostly}`,
      };
    if (calls.watches >= limits.watches * scale)
      yield {
        ...about,
        rule: 'watch-loop',
        value: calls.watches,
        threshold: limits.watches,
        text: `${who} began ${calls.watches} watches in ${span}: it does not keep them; mostly ${mostly}`,
      };
    if (calls.failedLogins >= limits.failedLogins * scale)
      yield {
        ...about,
        rule: 'failed-logins',
        value: calls.failedLogins,
        threshold: limits.failedLogins,
        text: `${who} was refused ${calls.failedLogins} times in ${span}: a missing, wrong or expired credential (401)`,
      };
  }
  if (clients.length > 0) forgetClients(rows, window.end);
}

function forgetClients(rows: Rows, now: TimeMs): void {
  const known = Array.from(rows.entries()).flatMap(([key, row]) =>
    row.row === 'client' ? [{ key, lastSeen: row.lastSeen }] : [],
  );
  known.sort((a, b) => b.lastSeen - a.lastSeen || (a.key < b.key ? -1 : 1));
  known.forEach(({ key, lastSeen }, index) => {
    if (index >= MOST_CLIENTS || now - lastSeen > FORGET_MS) rows.delete(key);
  });
}

/** Opens what has lasted, and closes what has been over for some windows. */
function judge(
  troubles: readonly Trouble[],
  { snapshot, thresholds }: Context,
  rows: Rows,
): readonly Verdict[] {
  const { window } = snapshot;
  const { windows } = thresholds.controlPlane;
  const verdicts: Verdict[] = [];
  const seen = new Set<string>();
  for (const trouble of troubles) {
    const key = `alarm/${trouble.rule}/${trouble.subject}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const stored = rows.get(key);
    const before: AlarmRow | null = stored?.row === 'alarm' ? stored : null;
    const since = trouble.since ?? before?.since ?? window.start;
    const on = (before?.on ?? 0) + 1;
    const isOpen = before?.isOpen === true || on >= trouble.on;
    rows.set(key, { row: 'alarm', since, on, off: 0, isOpen });
    if (isOpen) verdicts.push(verdictOf(trouble, since));
  }
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row !== 'alarm' || seen.has(key)) continue;
    // An incomplete window shows nothing; that something is over, least of all.
    if (!snapshot.complete) continue;
    const off = row.off + 1;
    if (off < windows.off && row.isOpen) {
      rows.set(key, { ...row, off });
      continue;
    }
    rows.delete(key);
    const [, rule = '', ...subject] = key.split('/');
    if (row.isOpen)
      verdicts.push({ ...verdictOf(overOf(rule, subject.join('/')), row.since), status: 'clear' });
  }
  return verdicts;
}

function overOf(rule: string, subject: string): Trouble {
  const over = {
    severity: 'info',
    value: 0,
    threshold: 0,
    unit: '',
    text: 'It is over',
    on: 1,
  } as const;
  return { ...over, rule, subject };
}

function verdictOf(
  { rule, subject, severity, value, threshold, unit, text, next = [] }: Trouble,
  since: TimeMs,
): Verdict {
  return {
    kind: 'control-plane',
    rule,
    scope: { namespace: null, workload: null, container: null, subject },
    status: 'firing',
    severity,
    score: SCORES[severity],
    startedAt: since,
    summary: `${text}, since ${formatTime(since)}`,
    evidence: [
      { signal: rule, family: 'level', value, threshold, unit, weight: SCORES[severity], text },
    ],
    next,
    pods: [],
    costBeforeNano: null,
    costPerMonth: null,
  };
}
