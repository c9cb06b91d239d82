import { z } from 'zod';
import type { Signal, SignalTarget } from '../../model/signal.ts';
import { ownValue } from '../../model/ownValue.ts';
import type { Severity } from '../../model/finding.ts';
import { classOf } from './classes.ts';
import { isTetragonEvent, readTetragon } from './tetragon.ts';
import { kindNamed, workloadOfOwner } from './owner.ts';
import {
  eventsOf,
  imageOf,
  idOf,
  instant,
  longText,
  name,
  nameOf,
  parseShape,
  requireRecent,
  severityOf,
  SignalRefused,
  signalOf,
  withdrawn,
  type SignalContext,
} from './reading.ts';

/** One form of JSON that is read, and how it is told from the others. */
interface Form {
  readonly fits: (event: Readonly<Record<string, unknown>>) => boolean;
  readonly read: (event: unknown, context: SignalContext) => Signal | null;
}

/** OCSF Detection Finding, GuardDuty's, Defender's and Security Command Center's own JSON, and Tetragon's export. */
const FORMS: readonly Form[] = [
  { fits: (event) => 'class_uid' in event, read: readOcsfFinding },
  { fits: (event) => event['detail-type'] === 'GuardDuty Finding', read: readGuardDutyEvent },
  {
    fits: (event) => 'service' in event && 'resource' in event && 'type' in event,
    read: readGuardDuty,
  },
  { fits: (event) => 'SystemAlertId' in event || 'AlertType' in event, read: readDefender },
  {
    fits: (event) =>
      'finding' in event && ('notificationConfigName' in event || 'resource' in event),
    read: readCommandCenter,
  },
  { fits: isTetragonEvent, read: readTetragon },
];

/** Reads events of clouds and of Tetragon, one or a list of them. @throws SignalRefused */
export function readOcsf(body: unknown, context: SignalContext): readonly Signal[] {
  return eventsOf(body).flatMap((event) => {
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      throw new SignalRefused('An event must be a JSON object');
    const form = FORMS.find(({ fits }) => fits(event as Readonly<Record<string, unknown>>));
    if (form === undefined)
      throw new SignalRefused(
        'This is neither an OCSF finding (class_uid) nor a finding of GuardDuty, Defender or Security Command Center, nor an event of Tetragon',
      );
    return form.read(event, context) ?? [];
  });
}

/** The pod or workload of a kind and a name. */
function objectOf(
  kind: string | null,
  object: string | null,
  uid: string | null = null,
): Partial<SignalTarget> {
  if (object === null) return uid === null ? {} : { podUid: uid };
  const known = kindNamed((kind ?? '').replace(/^.*[-/]/, '').replace(/s$/i, ''));
  if (known === 'Pod') return { pod: object, ...(uid !== null && { podUid: uid }) };
  return known === null ? {} : { workload: workloadOfOwner({ kind: known, name: object }) };
}

/** What was found: `finding_info` of a Detection Finding (2004), `finding` of the older Security Finding (2001). */
const ocsfInfo = z
  .object({
    uid: name,
    title: longText.nullish(),
    desc: longText.nullish(),
    types: z.array(z.string().max(300)).max(50).nullish(),
  })
  .nullish();

const ocsfFinding = z.object({
  class_uid: z.union([z.literal(2004), z.literal(2001), z.literal(2002)]),
  severity_id: z.number().nullish(),
  status_id: z.number().nullish(),
  severity: name,
  time: instant,
  metadata: z
    .object({ uid: name, product: z.object({ name, vendor_name: name }).nullish() })
    .nullish(),
  finding_info: ocsfInfo,
  finding: ocsfInfo,
  message: longText.nullish(),
  actor: z.object({ user: z.object({ name, uid: name }).nullish() }).nullish(),
  src_endpoint: z.object({ ip: name }).nullish(),
  container: z
    .object({ name, image: z.object({ name, tag: name }).nullish(), pod_uuid: name })
    .nullish(),
  resources: z
    .array(z.object({ type: name, name, uid: name, namespace: name }))
    .max(100)
    .nullish(),
});

/** OCSF's severities: 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal. */
function readOcsfFinding(event: unknown, context: SignalContext): Signal {
  const found = parseShape(
    ocsfFinding,
    event,
    'finding of OCSF (Detection Finding, class_uid 2004)',
  );
  const info = found.finding_info ?? found.finding ?? null;
  const at = requireRecent(found.time, context);
  const title = info?.title ?? found.message ?? 'finding';
  const image = found.container?.image ?? null;
  const targets = (found.resources ?? []).map((one) => ({
    ...objectOf(one.type, one.name, one.uid),
    ...(one.namespace !== null && { namespace: one.namespace }),
  }));
  const target =
    targets.find(({ pod, workload }) => pod !== undefined || workload !== undefined) ??
    targets[0] ??
    {};
  const uid = info?.uid ?? found.metadata?.uid ?? null;
  const signal = signalOf({
    id: uid === null ? idOf('ocsf', null, at, title) : idOf('ocsf', uid, at),
    source: 'ocsf',
    class: classOf(title, ...(info?.types ?? [])),
    rule: nameOf(title) ?? 'finding',
    severity: ocsfSeverity(found.severity_id ?? null, found.severity),
    at,
    text: info?.desc ?? title,
    target: {
      ...(found.container?.pod_uuid !== null &&
        found.container?.pod_uuid !== undefined && { podUid: found.container.pod_uuid }),
      ...target,
      container: found.container?.name ?? null,
      image: imageOf(image?.name ?? null, image?.tag ?? null),
    },
    actor: {
      user: found.actor?.user?.name ?? found.actor?.user?.uid ?? null,
      userAgent: null,
      sourceIps: [found.src_endpoint?.ip ?? []].flat(),
    },
    facts: {
      product: found.metadata?.product?.name ?? null,
      vendor: found.metadata?.product?.vendor_name ?? null,
    },
  });
  return OCSF_OVER.has(found.status_id ?? 0) ? withdrawn(signal) : signal;
}

/** OCSF’s states of a finding: 3 suppressed, 4 resolved, 5 archived, 6 deleted. */
const OCSF_OVER = new Set([3, 4, 5, 6]);

function ocsfSeverity(id: number | null, word: string | null): Severity {
  if (id === null || id < 1 || id > 6) return severityOf(word);
  return id >= 4 ? 'critical' : id === 3 ? 'warning' : 'info';
}

const guardDuty = z.object({
  id: z.string().min(1).max(200),
  type: z.string().min(1).max(300),
  severity: z.number(),
  title: longText.nullish(),
  description: longText.nullish(),
  updatedAt: instant.nullish(),
  createdAt: instant.nullish(),
  resource: z.object({
    kubernetesDetails: z
      .object({
        kubernetesUserDetails: z.object({ username: name }).nullish(),
        kubernetesWorkloadDetails: z
          .object({
            name,
            type: name,
            uid: name,
            namespace: name,
            containers: z
              .array(z.object({ name, image: name }))
              .max(50)
              .nullish(),
          })
          .nullish(),
      })
      .nullish(),
  }),
  service: z
    .object({
      eventLastSeen: instant.nullish(),
      archived: z.boolean().nullish(),
      action: z
        .object({
          kubernetesApiCallAction: z
            .object({ userAgent: name, sourceIPs: z.array(z.string().max(64)).max(50).nullish() })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

function readGuardDutyEvent(event: unknown, context: SignalContext): Signal {
  const { detail } = parseShape(z.object({ detail: z.unknown() }), event, 'event of GuardDuty');
  return readGuardDuty(detail, context);
}

/** GuardDuty's severities: 1 to 3.9 low, to 6.9 medium, 7 and more high. */
function readGuardDuty(event: unknown, context: SignalContext): Signal {
  const found = parseShape(guardDuty, event, 'finding of GuardDuty');
  const at = requireRecent(
    found.service?.eventLastSeen ?? found.updatedAt ?? found.createdAt ?? context.now,
    context,
  );
  const workload = found.resource.kubernetesDetails?.kubernetesWorkloadDetails ?? null;
  const container = workload?.containers?.[0] ?? null;
  const call = found.service?.action?.kubernetesApiCallAction ?? null;
  const signal = signalOf({
    id: idOf('guardduty', found.id, at),
    source: 'guardduty',
    class: classOf(found.type),
    rule: nameOf(found.type) ?? 'finding',
    severity: found.severity >= 7 ? 'critical' : found.severity >= 4 ? 'warning' : 'info',
    at,
    text: found.title ?? found.description ?? found.type,
    target: {
      namespace: workload?.namespace ?? null,
      ...objectOf(workload?.type ?? null, workload?.name ?? null, workload?.uid ?? null),
      container: container?.name ?? null,
      image: container?.image ?? null,
    },
    actor: {
      user: found.resource.kubernetesDetails?.kubernetesUserDetails?.username ?? null,
      userAgent: call?.userAgent ?? null,
      sourceIps: (call?.sourceIPs ?? []).flatMap((ip) => nameOf(ip) ?? []).slice(0, 5),
    },
  });
  return found.service?.archived === true ? withdrawn(signal) : signal;
}

const defender = z.object({
  SystemAlertId: name,
  AlertType: name,
  AlertDisplayName: longText.nullish(),
  Description: longText.nullish(),
  Severity: name,
  Status: name,
  TimeGenerated: instant.nullish(),
  TimeGeneratedUtc: instant.nullish(),
  EndTimeUtc: instant.nullish(),
  Entities: z.array(z.record(z.string(), z.unknown())).max(200).nullish(),
  ExtendedProperties: z.record(z.string(), z.unknown()).nullish(),
});

type Entity = Readonly<Record<string, unknown>>;
const WORKLOAD_ENTITIES = [
  'deployment',
  'statefulset',
  'daemonset',
  'replicaset',
  'job',
  'cronjob',
].map((kind) => `k8s-${kind}`);

/** Reads an alert of Defender for Containers as continuous export or a workflow sends it. */
function readDefender(event: unknown, context: SignalContext): Signal {
  const found = parseShape(defender, event, 'alert of Defender for Cloud');
  const at = requireRecent(
    found.EndTimeUtc ?? found.TimeGeneratedUtc ?? found.TimeGenerated ?? context.now,
    context,
  );
  const rule = found.AlertType ?? 'alert';
  const named = (value: unknown): string | null => {
    const text =
      typeof value === 'string'
        ? value
        : (value as { readonly Name?: unknown } | null | undefined)?.Name;
    return typeof text === 'string' ? nameOf(text) : null;
  };
  const entities = found.Entities ?? [];
  const entity = (...types: readonly string[]): Entity | null =>
    entities.find(
      (one) => typeof one['Type'] === 'string' && types.includes(one['Type'].toLowerCase()),
    ) ?? null;
  /** Entities name each other by `$ref`. */
  const referred = (value: unknown): unknown => {
    const id = (value as { readonly $ref?: unknown } | null | undefined)?.$ref;
    return id === undefined ? value : entities.find((one) => one['$id'] === id);
  };
  const pod = entity('k8s-pod', 'kubernetes-pod');
  const workload = pod === null ? entity(...WORKLOAD_ENTITIES) : null;
  const inNamespace = referred((pod ?? workload)?.['Namespace']);
  const extra = found.ExtendedProperties ?? {};
  const property = (...names: readonly string[]): string | null => {
    const one = names.find((key) => named(ownValue(extra, key)) !== null);
    return one === undefined ? null : named(extra[one]);
  };
  const signal = signalOf({
    id:
      found.SystemAlertId === null
        ? idOf('defender', null, rule, at)
        : idOf('defender', found.SystemAlertId),
    source: 'defender',
    class: classOf(rule, found.AlertDisplayName),
    rule,
    severity: severityOf(found.Severity),
    at,
    text: found.AlertDisplayName ?? found.Description ?? rule,
    target: {
      namespace:
        named(inNamespace) ?? named(entity('k8s-namespace')) ?? property('Namespace', 'namespace'),
      pod: named(pod) ?? property('Pod name', 'PodName', 'Pod'),
      ...(workload !== null && objectOf(String(workload['Type']), named(workload))),
      container: named(entity('container')) ?? property('Container name', 'ContainerName'),
      image: property('Image', 'Container image', 'Image name'),
    },
    actor: {
      user: property('User', 'Username', 'Caller'),
      userAgent: property('User agent', 'UserAgent'),
      sourceIps: [],
    },
  });
  return /^(dismissed|resolved)$/i.test(found.Status ?? '') ? withdrawn(signal) : signal;
}

const commandCenter = z.object({
  finding: z.object({
    name: name,
    category: z.string().min(1).max(300),
    severity: name,
    state: name,
    mute: name,
    description: longText.nullish(),
    eventTime: instant.nullish(),
    createTime: instant.nullish(),
    kubernetes: z
      .object({
        pods: z
          .array(
            z.object({
              ns: name,
              name,
              containers: z
                .array(z.object({ name, uri: name }))
                .max(50)
                .nullish(),
            }),
          )
          .max(50)
          .nullish(),
      })
      .nullish(),
    access: z.object({ principalEmail: name, callerIp: name, userAgent: name }).nullish(),
  }),
});

/** Reads a notification of Google's Security Command Center. */
function readCommandCenter(event: unknown, context: SignalContext): Signal {
  const { finding } = parseShape(commandCenter, event, 'notification of Security Command Center');
  const at = requireRecent(finding.eventTime ?? finding.createTime ?? context.now, context);
  const pod = finding.kubernetes?.pods?.[0] ?? null;
  const container = pod?.containers?.[0] ?? null;
  const access = finding.access ?? null;
  const signal = signalOf({
    id:
      finding.name === null
        ? idOf('scc', null, finding.category, at)
        : idOf('scc', finding.name, at),
    source: 'scc',
    class: classOf(finding.category),
    rule: nameOf(finding.category) ?? 'finding',
    severity: severityOf(finding.severity),
    at,
    text: finding.description ?? finding.category,
    target: {
      namespace: pod?.ns ?? null,
      pod: pod?.name ?? null,
      container: container?.name ?? null,
      image: container?.uri ?? null,
    },
    actor: {
      user: access?.principalEmail ?? null,
      userAgent: access?.userAgent ?? null,
      sourceIps: [access?.callerIp ?? []].flat(),
    },
  });
  const isOver = finding.state === 'INACTIVE' || finding.mute === 'MUTED';
  return isOver ? withdrawn(signal) : signal;
}
