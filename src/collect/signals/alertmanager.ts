import { z } from 'zod';
import type { Signal } from '../../model/signal.ts';
import { ownValue } from '../../model/ownValue.ts';
import { DAY_MS, formatTime } from '../../model/time.ts';
import { workloadOfOwner } from './owner.ts';
import {
  idOf,
  instant,
  longText,
  MAX_EVENTS,
  nameOf,
  parseShape,
  requireRecent,
  severityOf,
  signalOf,
  type SignalContext,
} from './reading.ts';

const labels = z.record(z.string(), z.string());

/** Alertmanager's webhook, version 4. */
const notification = z.object({
  version: z.literal('4'),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels,
        annotations: labels.nullish(),
        startsAt: instant,
        endsAt: instant.nullish(),
        fingerprint: z.string().max(64).nullish(),
      }),
    )
    .max(MAX_EVENTS),
});

/** Kinds of workloads by the labels that kube-state-metrics and its alerts name them with. */
const WORKLOAD_LABELS = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  cronjob: 'CronJob',
  job_name: 'Job',
} as const;

/** Reads Alertmanager's notifications; Burnwatch's own alerts come back to it as nothing. @throws SignalRefused */
export function readAlertmanager(body: unknown, context: SignalContext): readonly Signal[] {
  const { alerts } = parseShape(notification, body, 'notification of Alertmanager (version 4)');
  return alerts.flatMap((alert) => {
    const label = (one: string): string | null => nameOf(ownValue(alert.labels, one));
    const rule = label('alertname') ?? 'unnamed';
    if (isOwn(rule, alert.labels)) return [];
    const isOver = alert.status === 'resolved';
    const begun = isOver ? (alert.endsAt ?? alert.startsAt) : alert.startsAt;
    // An alert may have lasted for days before it is sent here: then it counts from now.
    const at = begun < context.now - DAY_MS ? context.now : requireRecent(begun, context);
    const annotations = alert.annotations ?? {};
    const said =
      ownValue(annotations, 'summary') ??
      ownValue(annotations, 'description') ??
      ownValue(annotations, 'message');
    const text = longText.parse(said ?? rule);
    const found = Object.entries(WORKLOAD_LABELS).flatMap(([one, kind]) => {
      const value = label(one);
      return value === null ? [] : [{ kind, name: value }];
    });
    const workload = found[0] ?? null;
    return [
      signalOf({
        id: idOf(
          'alertmanager',
          alert.fingerprint ?? JSON.stringify(alert.labels),
          alert.startsAt,
          alert.status,
        ),
        source: 'alertmanager',
        class: 'alert',
        rule,
        severity: isOver ? 'info' : severityOf(label('severity')),
        at,
        text: isOver ? `Resolved: ${text}` : text,
        target: {
          namespace: label('exported_namespace') ?? label('namespace'),
          pod: label('exported_pod') ?? label('pod'),
          podUid: label('uid'),
          container: label('exported_container') ?? label('container'),
          node: label('node'),
          workload: workload === null ? null : workloadOfOwner(workload),
        },
        facts: { since: formatTime(Math.max(0, Math.min(alert.startsAt, context.now))) },
      }),
    ];
  });
}

/** Alerts that Burnwatch sent, or that are about it: a message about a message would never end. */
function isOwn(rule: string, own: Readonly<Record<string, string>>): boolean {
  return (
    /^burnwatch/i.test(rule) ||
    ownValue(own, 'generator') === 'burnwatch' ||
    ownValue(own, 'source') === 'burnwatch'
  );
}
