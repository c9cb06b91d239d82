import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Signal, SignalClass } from '../../model/signal.ts';
import type { Severity } from '../../model/finding.ts';
import { plural } from '../../model/text/units.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { kindNamed, workloadOfOwner } from './owner.ts';
import { imageOf, longText, name, nameOf, signalOf, type SignalFacts } from './reading.ts';

/** A kind of report that a scanner leaves in the cluster. */
export interface ReportKind {
  /** The key of the configuration that switches it. */
  readonly key: 'trivy' | 'kubescape';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Added to the list’s query. */
  readonly query?: string;
  /** What of a report matters; null where it has nothing worth a word, or is none. */
  read(object: unknown, now: TimeMs): Signal | null;
}

/** Ids of vulnerabilities that are kept of one report: enough to find those that are exploited. */
const MOST_IDS = 100;
const SHOWN_IDS = 5;

const count = z.number().int().min(0).catch(0).default(0);
const labels = z.record(z.string(), z.string()).nullish().catch(null);
const metadata = z.object({
  uid: name,
  name,
  namespace: name,
  labels,
  ownerReferences: z
    .array(z.object({ kind: name, name }))
    .nullish()
    .catch(null),
});

const summary = z.object({
  criticalCount: count,
  highCount: count,
  mediumCount: count,
  lowCount: count,
});

const trivyReport = z.object({
  metadata,
  report: z.object({
    summary,
    artifact: z.object({ repository: name, tag: name, digest: name }).nullish(),
    vulnerabilities: z
      .array(z.object({ vulnerabilityID: name, severity: name, fixedVersion: name }))
      .nullish()
      .catch(null),
    secrets: z
      .array(z.object({ title: name, ruleID: name }))
      .nullish()
      .catch(null),
    checks: z
      .array(
        z.object({
          checkID: name,
          title: longText.nullish().catch(null),
          severity: name,
          success: z.boolean(),
        }),
      )
      .nullish()
      .catch(null),
  }),
});

/** What a report says, and of what. */
interface Said {
  readonly class: SignalClass;
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly facts?: SignalFacts;
  readonly image?: string | null;
}

type TrivyReport = z.output<typeof trivyReport>['report'];

/** Reads a report of the Trivy Operator; what it is about is in its labels. */
function trivy(say: (report: TrivyReport) => Said | null): ReportKind['read'] {
  return (object, now) => {
    const found = trivyReport.safeParse(object).data;
    const said = found === undefined ? null : say(found.report);
    if (found === undefined || said === null) return null;
    const { labels: own, uid, name: title, namespace, ownerReferences } = found.metadata;
    const label = (key: string): string | null => nameOf(own?.[`trivy-operator.${key}`]);
    // A name of more than 63 characters is no label: then it stands in the owner reference alone.
    const [owner = null] = ownerReferences ?? [];
    const kind = label('resource.kind') ?? owner?.kind ?? null;
    return reportSignal('trivy', uid ?? title, now, said, {
      namespace: label('resource.namespace') ?? namespace,
      owner: ownerOf(kind, label('resource.name') ?? owner?.name ?? null),
      container: label('container.name'),
    });
  };
}

function trivyVulnerabilities({ summary: counts, vulnerabilities, artifact }: TrivyReport) {
  const { criticalCount, highCount } = counts;
  if (criticalCount + highCount === 0) return null;
  const all = vulnerabilities ?? [];
  const critical = all.filter(({ severity }) => severity === 'CRITICAL');
  const ids = [...new Set(critical.flatMap(({ vulnerabilityID }) => vulnerabilityID ?? []))].sort();
  const fixable = all.filter(
    ({ severity, fixedVersion }) => fixedVersion !== null && isGrave(severity),
  ).length;
  const image = artifact?.repository ?? null;
  const listed =
    ids.length === 0
      ? ''
      : ` (${ids.slice(0, SHOWN_IDS).join(', ')}${ids.length > SHOWN_IDS ? ', …' : ''})`;
  return {
    class: 'vulnerability',
    rule: 'VulnerabilityReport',
    severity: criticalCount > 0 ? 'critical' : 'warning',
    text: `${vulnerabilityText(criticalCount, highCount)} in image ${image ?? 'unknown'}${listed}, ${fixable} with a fix`,
    facts: {
      critical: ids.slice(0, MOST_IDS).join(' '),
      high: String(highCount),
      fixable: String(fixable),
    },
    image: imageOf(image, artifact?.tag ?? null),
  } as const;
}

function isGrave(severity: string | null): boolean {
  return severity === 'CRITICAL' || severity === 'HIGH';
}

function vulnerabilityText(critical: number, high: number): string {
  return `${critical} critical and ${plural(high, 'high vulnerability', 'high vulnerabilities')}`;
}

function trivySecrets({ summary: counts, secrets }: TrivyReport) {
  const { criticalCount, highCount, mediumCount, lowCount } = counts;
  const total = criticalCount + highCount + mediumCount + lowCount;
  if (total === 0) return null;
  return {
    class: 'exposed-secret',
    rule: 'ExposedSecretReport',
    severity: criticalCount > 0 ? 'critical' : 'warning',
    // Only the rule's title: what matched is the secret itself.
    text: `${plural(total, 'secret')} in the image: ${shownOf((secrets ?? []).map(({ title, ruleID }) => title ?? ruleID))}`,
  } as const;
}

function trivyConfiguration({ summary: counts, checks }: TrivyReport) {
  const { criticalCount, highCount } = counts;
  if (criticalCount + highCount === 0) return null;
  const failed = (checks ?? []).filter(({ success, severity }) => !success && isGrave(severity));
  return {
    class: 'configuration',
    rule: 'ConfigAuditReport',
    severity: criticalCount > 0 ? 'warning' : 'info',
    text: `${criticalCount} critical and ${highCount} high failed checks: ${shownOf(failed.map(({ title, checkID }) => title ?? checkID))}`,
  } as const;
}

/** Some of these titles, each once. */
function shownOf(titles: readonly (string | null)[]): string {
  const known = new Set(titles.flatMap((title) => title ?? []));
  return [...known].sort().slice(0, SHOWN_IDS).join(', ');
}

const allOf = z.object({ all: count }).nullish().catch(null);
/** Kubescape counts vulnerabilities as `{ all, relevant }`, controls as plain numbers. */
const vulnerabilityCounts = z
  .object({ critical: allOf, high: allOf })
  .transform(({ critical, high }) => ({ critical: critical?.all ?? 0, high: high?.all ?? 0 }));
const controlCounts = z.object({ critical: count, high: count });

interface Counts {
  readonly critical: number;
  readonly high: number;
}

/** Reads a summary of Kubescape that counts something critical or high; what it is about is in its labels. */
function kubescape(counts: z.ZodType<Counts>, say: (counts: Counts) => Said): ReportKind['read'] {
  const schema = z.object({ metadata, spec: z.object({ severities: counts }) });
  return (object, now) => {
    const found = schema.safeParse(object).data;
    if (found === undefined) return null;
    const { severities } = found.spec;
    if (severities.critical + severities.high === 0) return null;
    const { labels: own, uid, name: title, namespace } = found.metadata;
    const label = (key: string): string | null => nameOf(own?.[`kubescape.io/workload-${key}`]);
    const kind = label('kind');
    return reportSignal('kubescape', uid ?? `${namespace}/${title}`, now, say(severities), {
      namespace: label('namespace') ?? namespace,
      // Kubescape's labels have kinds in lower case in some versions.
      owner: ownerOf(kind === null ? null : (kindNamed(kind) ?? kind), label('name')),
      container: label('container-name'),
    });
  };
}

function kubescapeVulnerabilities({ critical, high }: Counts): Said {
  return {
    class: 'vulnerability',
    rule: 'VulnerabilityManifestSummary',
    severity: critical > 0 ? 'critical' : 'warning',
    text: vulnerabilityText(critical, high),
    facts: { high: String(high) },
  };
}

function kubescapeConfiguration({ critical, high }: Counts): Said {
  return {
    class: 'configuration',
    rule: 'WorkloadConfigurationScanSummary',
    severity: critical > 0 ? 'warning' : 'info',
    text: `${critical} critical and ${high} high failed controls`,
  };
}

function ownerOf(kind: string | null, owner: string | null): WorkloadRef | null {
  return kind === null || owner === null ? null : { kind, name: owner };
}

interface About {
  readonly namespace: string | null;
  readonly owner: WorkloadRef | null;
  readonly container: string | null;
}

/** A report as it stands today: it comes again each day, and when it says something else. */
function reportSignal(
  source: ReportKind['key'],
  uid: string | null,
  now: TimeMs,
  { image = null, facts = {}, ...said }: Said,
  { namespace, owner, container }: About,
): Signal {
  const digest = createHash('sha256')
    .update(JSON.stringify([said.text, facts]))
    .digest('base64url');
  return signalOf({
    ...said,
    id: `${source}:${uid ?? ''}:${floorTo(now, DAY_MS) / DAY_MS}:${digest.slice(0, 12)}`,
    source,
    at: now,
    target: {
      namespace,
      pod: owner?.kind === 'Pod' ? owner.name : null,
      workload: owner === null ? null : workloadOfOwner(owner),
      container,
      image,
    },
    facts,
  });
}

const TRIVY = { key: 'trivy', group: 'aquasecurity.github.io', version: 'v1alpha1' } as const;
const KUBESCAPE = {
  key: 'kubescape',
  group: 'spdx.softwarecomposition.kubescape.io',
  version: 'v1beta1',
  // Kubescape's own API server leaves specs out of lists otherwise.
  query: 'resourceVersion=fullSpec',
} as const;

/** Every kind of report, each read with one paginated LIST an hour. */
export const REPORT_KINDS: readonly ReportKind[] = [
  { ...TRIVY, resource: 'vulnerabilityreports', read: trivy(trivyVulnerabilities) },
  { ...TRIVY, resource: 'exposedsecretreports', read: trivy(trivySecrets) },
  { ...TRIVY, resource: 'configauditreports', read: trivy(trivyConfiguration) },
  {
    ...KUBESCAPE,
    resource: 'vulnerabilitymanifestsummaries',
    read: kubescape(vulnerabilityCounts, kubescapeVulnerabilities),
  },
  {
    ...KUBESCAPE,
    resource: 'workloadconfigurationscansummaries',
    read: kubescape(controlCounts, kubescapeConfiguration),
  },
];
