import type { ControlPlaneMeasure, ControlPlaneReading } from '../../model/controlPlane.ts';
import { formatDuration, formatNumber, formatShare } from '../../model/text/units.ts';
import type { ControlPlaneThresholds } from './thresholds.ts';
import type { Trouble } from './trouble.ts';

/** What is read, and what is made of it. */
interface Reading extends Omit<ControlPlaneReading, 'measure'> {
  readonly measure: ControlPlaneMeasure | 'api-errors';
}

/** A measure, its limit and what is said beyond it. */
interface Rule {
  readonly measure: Reading['measure'];
  readonly rule: string;
  readonly limit: keyof ControlPlaneThresholds['limits'];
  readonly unit: string;
  /** Below the limit is wrong. */
  readonly isLeast?: true;
  say(subject: string, value: number): string;
}

const RULES: readonly Rule[] = [
  {
    measure: 'api-errors',
    rule: 'api-fails',
    limit: 'apiErrors',
    unit: 'share',
    say: (_, value) => `The API server fails ${formatShare(value)} of its requests (5xx)`,
  },
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

/** What is beyond its limit. */
export function* limitTroubles(
  readings: readonly ControlPlaneReading[],
  { limits, windows }: ControlPlaneThresholds,
): Iterable<Trouble> {
  for (const { measure, subject, value } of [...readings, ...apiErrors(readings)]) {
    const rule = RULES.find((one) => one.measure === measure);
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

/** The share of requests that failed, as one more reading. */
function apiErrors(readings: readonly ControlPlaneReading[]): readonly Reading[] {
  const codes = readings.filter(({ measure }) => measure === 'api-code');
  const sum = (of: readonly ControlPlaneReading[]): number =>
    of.reduce((all, { value }) => all + value, 0);
  const all = sum(codes);
  const failed = sum(codes.filter(({ subject }) => subject.startsWith('5')));
  return all < 1 ? [] : [{ measure: 'api-errors', subject: '5xx', value: failed / all }];
}
