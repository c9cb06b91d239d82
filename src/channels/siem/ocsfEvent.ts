import { toFindingJson } from '../../model/findingJson.ts';
import type {
  Evidence,
  Finding,
  FindingEvent,
  FindingState,
  Severity,
} from '../../model/finding.ts';
import { cleanText } from '../../model/text/clean.ts';
import { findingUrl, type RenderContext } from '../../model/text/format.ts';
import { hashId } from '../../notify/plan/deliveryId.ts';

/** The version of the schema whose attributes are used (https://schema.ocsf.io/1.2.0/classes/detection_finding). */
const OCSF_VERSION = '1.2.0';
const CLASS_UID = 2004;
const LONGEST_TITLE = 200;

interface Caption {
  readonly id: number;
  readonly caption: string;
}

const SEVERITIES: Readonly<Record<Severity, Caption>> = {
  info: { id: 1, caption: 'Informational' },
  warning: { id: 3, caption: 'Medium' },
  critical: { id: 5, caption: 'Critical' },
};

const STATES: Readonly<Record<FindingState, Caption>> = {
  open: { id: 1, caption: 'New' },
  acknowledged: { id: 2, caption: 'In Progress' },
  accepted: { id: 3, caption: 'Suppressed' },
  resolved: { id: 4, caption: 'Resolved' },
};

function activityOf(type: FindingEvent['type']): Caption {
  if (type === 'opened') return { id: 1, caption: 'Create' };
  return type === 'closed' ? { id: 3, caption: 'Close' } : { id: 2, caption: 'Update' };
}

/**
 * A finding event as OCSF’s Detection Finding. `metadata.uid` is the same when a line is written twice, so that a store can
 * drop the second; `finding_info.uid` is the finding’s.
 */
export function toOcsfEvent(
  { finding, type, at, reason }: FindingEvent,
  context: RenderContext,
): unknown {
  const activity = activityOf(type);
  const severity = SEVERITIES[finding.severity];
  const state = STATES[finding.state];
  const url = findingUrl(finding, context);
  const summary = cleanText(finding.summary);
  return {
    activity_id: activity.id,
    activity_name: activity.caption,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS_UID,
    class_name: 'Detection Finding',
    type_uid: CLASS_UID * 100 + activity.id,
    type_name: `Detection Finding: ${activity.caption}`,
    time: at,
    severity_id: severity.id,
    severity: severity.caption,
    status_id: state.id,
    status: state.caption,
    status_detail: cleanText(reason),
    message: `${summary} (${type}: ${cleanText(reason)})`,
    risk_score: Math.round(finding.score),
    start_time: finding.startedAt,
    ...(finding.resolvedAt === null ? {} : { end_time: finding.resolvedAt }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Burnwatch', vendor_name: 'Burnwatch' },
      uid: hashId([finding.id, type, at]),
      correlation_uid: finding.fingerprint,
      log_name: 'burnwatch.finding',
    },
    finding_info: {
      uid: finding.id,
      title: summary.slice(0, LONGEST_TITLE),
      desc: summary,
      types: [finding.kind],
      created_time: finding.firstSeen,
      first_seen_time: finding.startedAt,
      last_seen_time: finding.lastSeen,
      modified_time: at,
      ...(url === null ? {} : { src_url: url }),
      analytic: { type_id: 1, type: 'Rule', name: finding.rule, uid: finding.rule },
      ...(finding.kind === 'cryptojacking' ? { attacks: [RESOURCE_HIJACKING] } : {}),
    },
    resources: resourcesOf(finding),
    evidences: finding.evidence.map((one) => ({ data: evidenceOf(one) })),
    unmapped: { burnwatch: { finding: toFindingJson(finding) } },
  };
}

/** https://attack.mitre.org/techniques/T1496/ */
const RESOURCE_HIJACKING = {
  tactic: { uid: 'TA0040', name: 'Impact' },
  technique: { uid: 'T1496', name: 'Resource Hijacking' },
};

/** The workload, container and pods; else what it is about; at least the cluster. */
function resourcesOf({ cluster, scope, pods, owner }: Finding): readonly object[] {
  const { namespace, workload, container, subject } = scope;
  const common = {
    ...(namespace === null ? {} : { namespace }),
    ...(owner === null ? {} : { owner: { name: owner } }),
  };
  const names: readonly (readonly [type: string, name: string])[] = [
    ...(workload === null ? [] : [[workload.kind, workload.name] as const]),
    ...(container === null ? [] : [['container', container] as const]),
    ...pods.map((pod) => ['Pod', pod] as const),
    ...(workload === null && subject !== null ? [['subject', subject] as const] : []),
  ];
  return [
    ...names.map(([type, name]) => ({ type, name: cleanText(name), ...common })),
    { type: 'Cluster', name: cluster },
  ];
}

function evidenceOf({ signal, value, threshold, unit, text }: Evidence): object {
  return { signal, value, threshold, unit, text: cleanText(text) };
}
