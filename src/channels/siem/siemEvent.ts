import { toFindingJson } from '../../model/findingJson.ts';
import type { FindingEvent } from '../../model/finding.ts';
import { formatTime } from '../../model/time.ts';
import { hashId } from '../../notify/plan/deliveryId.ts';
import { cleanText } from '../../model/text/clean.ts';
import { findingUrl, type RenderContext } from '../../model/text/format.ts';

/** The version of the Elastic Common Schema whose fields are used. */
const ECS_VERSION = '8.17.0';

/** ECS takes 0 (lowest) to 100. */
const SEVERITIES = { info: 21, warning: 47, critical: 99 } as const;

/**
 * A finding event in the Elastic Common Schema (https://www.elastic.co/docs/reference/ecs). `event.id`
 * is the same when a line is written twice, so that a store can drop the second.
 */
export function toEcsEvent(event: FindingEvent, context: RenderContext): unknown {
  const { finding, type, at, reason } = event;
  const { scope } = finding;
  const isAbuse = finding.kind === 'cryptojacking';
  const url = findingUrl(finding, context);
  return {
    '@timestamp': formatTime(at),
    ecs: { version: ECS_VERSION },
    message: cleanText(`${finding.summary} (${type}: ${reason})`),
    event: {
      id: hashId([finding.id, type, at]),
      kind: 'alert',
      category: [isAbuse ? 'intrusion_detection' : 'host'],
      type: [type === 'closed' ? 'end' : type === 'opened' ? 'start' : 'change'],
      action: type,
      module: 'burnwatch',
      dataset: 'burnwatch.finding',
      provider: finding.rule,
      reason: cleanText(reason),
      risk_score: finding.score,
      severity: SEVERITIES[finding.severity],
      start: formatTime(finding.startedAt),
      ...(finding.resolvedAt === null ? {} : { end: formatTime(finding.resolvedAt) }),
      ...(url === null ? {} : { url }),
    },
    rule: { name: finding.rule, category: finding.kind, uuid: finding.fingerprint },
    // ECS' fields for Kubernetes; https://attack.mitre.org/techniques/T1496/ is resource hijacking.
    orchestrator: {
      type: 'kubernetes',
      cluster: { name: finding.cluster },
      ...(scope.namespace === null ? {} : { namespace: scope.namespace }),
      ...(scope.workload === null
        ? {}
        : { resource: { type: scope.workload.kind, name: scope.workload.name } }),
    },
    ...(scope.container === null ? {} : { container: { name: scope.container } }),
    ...(isAbuse
      ? {
          threat: {
            framework: 'MITRE ATT&CK',
            tactic: { id: ['TA0040'], name: ['Impact'] },
            technique: { id: ['T1496'], name: ['Resource Hijacking'] },
          },
        }
      : {}),
    burnwatch: { finding: toFindingJson(finding) },
  };
}
