import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NO_ACTOR, type Signal } from '../../model/signal.ts';
import type { Severity } from '../../model/finding.ts';
import { plural } from '../../model/text/units.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { factsOf } from './falco.ts';
import { workloadOfOwner } from './owner.ts';
import { imageOf, longText, name, nameOf, signalOf } from './reading.ts';

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
  { ...TRIVY, resource: 'vulnerabilityreports', read: trivyVulnerabilities },
  { ...TRIVY, resource: 'exposedsecretreports', read: trivySecrets },
  { ...TRIVY, resource: 'configauditreports', read: trivyConfiguration },
  { ...KUBESCAPE, resource: 'vulnerabilitymanifestsummaries', read: kubescapeVulnerabilities },
  { ...KUBESCAPE, resource: 'workloadconfigurationscansummaries', read: kubescapeConfiguration },
];

/** Ids of vulnerabilities that are kept of one report: enough to find those that are exploited. */
const MOST_IDS = 100;
const SHOWN_IDS = 5;

const count = z.number().int().min(0).catch(0).default(0);
const labels = z.record(z.string(), z.string()).nullish().catch(null);
const metadata = z.object({ uid: name, name, namespace: name, labels });

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

type TrivyReport = z.output<typeof trivyReport>;

function trivyVulnerabilities(object: unknown, now: TimeMs): Signal | null {
  const found = trivyReport.safeParse(object).data;
  if (found === undefined) return null;
  const { criticalCount, highCount } = found.report.summary;
  if (criticalCount + highCount === 0) return null;
  const all = found.report.vulnerabilities ?? [];
  const critical = all.filter(({ severity }) => severity === 'CRITICAL');
  const ids = [...new Set(critical.flatMap(({ vulnerabilityID }) => vulnerabilityID ?? []))].sort();
  const fixable = all.filter(
    ({ severity, fixedVersion }) =>
      fixedVersion !== null && /^(CRITICAL|HIGH)$/.test(severity ?? ''),
  ).length;
  const { artifact } = found.report;
  const image = artifact?.repository ?? null;
  const tag = artifact?.tag ?? null;
  const listed =
    ids.length === 0
      ? ''
      : ` (${ids.slice(0, SHOWN_IDS).join(', ')}${ids.length > SHOWN_IDS ? ', …' : ''})`;
  return trivySignal(
    found,
    now,
    'vulnerability',
    'VulnerabilityReport',
    criticalCount > 0 ? 'critical' : 'warning',
    {
      text: `${vulnerabilityText(criticalCount, highCount)} in image ${image ?? 'unknown'}${listed}, ${fixable} with a fix`,
      facts: {
        critical: ids.slice(0, MOST_IDS).join(' '),
        high: String(highCount),
        fixable: String(fixable),
      },
      image: imageOf(image, tag),
    },
  );
}

function vulnerabilityText(critical: number, high: number): string {
  return `${critical} critical and ${plural(high, 'high vulnerability', 'high vulnerabilities')}`;
}

function trivySecrets(object: unknown, now: TimeMs): Signal | null {
  const found = trivyReport.safeParse(object).data;
  if (found === undefined) return null;
  const { criticalCount, highCount, mediumCount, lowCount } = found.report.summary;
  const total = criticalCount + highCount + mediumCount + lowCount;
  if (total === 0) return null;
  // Only the rule's title: what matched is the secret itself.
  const titles = new Set(
    (found.report.secrets ?? []).flatMap(({ title, ruleID }) => title ?? ruleID ?? []),
  );
  return trivySignal(
    found,
    now,
    'exposed-secret',
    'ExposedSecretReport',
    criticalCount > 0 ? 'critical' : 'warning',
    {
      text: `${plural(total, 'secret')} in the image: ${[...titles].sort().slice(0, SHOWN_IDS).join(', ')}`,
      facts: {},
      image: null,
    },
  );
}

function trivyConfiguration(object: unknown, now: TimeMs): Signal | null {
  const found = trivyReport.safeParse(object).data;
  if (found === undefined) return null;
  const { criticalCount, highCount } = found.report.summary;
  if (criticalCount + highCount === 0) return null;
  const failed = (found.report.checks ?? []).filter(
    ({ success, severity }) => !success && /^(CRITICAL|HIGH)$/.test(severity ?? ''),
  );
  const titles = new Set(failed.flatMap(({ title, checkID }) => title ?? checkID ?? []));
  return trivySignal(
    found,
    now,
    'configuration',
    'ConfigAuditReport',
    criticalCount > 0 ? 'warning' : 'info',
    {
      text: `${criticalCount} critical and ${highCount} high failed checks: ${[...titles].sort().slice(0, SHOWN_IDS).join(', ')}`,
      facts: {},
      image: null,
    },
  );
}

interface Said {
  readonly text: string;
  readonly facts: Readonly<Record<string, string | null>>;
  readonly image: string | null;
}

function trivySignal(
  { metadata: meta }: TrivyReport,
  now: TimeMs,
  what: Signal['class'],
  rule: string,
  severity: Severity,
  said: Said,
): Signal {
  const label = (key: string): string | null => nameOf(meta.labels?.[`trivy-operator.${key}`]);
  const kind = label('resource.kind');
  const owner = label('resource.name');
  return reportSignal('trivy', meta.uid ?? meta.name, now, what, rule, severity, said, {
    namespace: label('resource.namespace') ?? meta.namespace,
    owner: kind === null || owner === null ? null : { kind, name: owner },
    container: label('container.name'),
  });
}

interface About {
  readonly namespace: string | null;
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly container: string | null;
}

/** A report as it stands today: it comes again each day, and when it says something else. */
function reportSignal(
  source: 'trivy' | 'kubescape',
  uid: string | null,
  now: TimeMs,
  what: Signal['class'],
  rule: string,
  severity: Severity,
  { text, facts, image }: Said,
  { namespace, owner, container }: About,
): Signal {
  const digest = createHash('sha256')
    .update(JSON.stringify([text, facts]))
    .digest('base64url');
  const isPod = owner?.kind === 'Pod';
  return signalOf({
    id: `${source}:${uid ?? ''}:${floorTo(now, DAY_MS) / DAY_MS}:${digest.slice(0, 12)}`,
    source,
    class: what,
    rule,
    severity,
    at: now,
    text,
    target: {
      namespace,
      pod: isPod ? owner.name : null,
      workload: owner === null || isPod ? null : workloadOfOwner(owner),
      container,
      image,
    },
    actor: NO_ACTOR,
    facts: factsOf(facts),
  });
}

const allOf = z.object({ all: count }).nullish().catch(null);
const kubescapeVulnerabilitySummary = z.object({
  metadata,
  spec: z.object({ severities: z.object({ critical: allOf, high: allOf }) }),
});
const kubescapeScanSummary = z.object({
  metadata,
  spec: z.object({ severities: z.object({ critical: count, high: count }) }),
});

function kubescapeVulnerabilities(object: unknown, now: TimeMs): Signal | null {
  const found = kubescapeVulnerabilitySummary.safeParse(object).data;
  if (found === undefined) return null;
  const { severities } = found.spec;
  const critical = severities.critical?.all ?? 0;
  const high = severities.high?.all ?? 0;
  if (critical + high === 0) return null;
  return kubescapeSignal(
    found.metadata,
    now,
    'vulnerability',
    'VulnerabilityManifestSummary',
    critical > 0 ? 'critical' : 'warning',
    {
      text: vulnerabilityText(critical, high),
      facts: { high: String(high) },
      image: null,
    },
  );
}

function kubescapeConfiguration(object: unknown, now: TimeMs): Signal | null {
  const found = kubescapeScanSummary.safeParse(object).data;
  if (found === undefined) return null;
  const { critical, high } = found.spec.severities;
  if (critical + high === 0) return null;
  return kubescapeSignal(
    found.metadata,
    now,
    'configuration',
    'WorkloadConfigurationScanSummary',
    critical > 0 ? 'warning' : 'info',
    {
      text: `${critical} critical and ${high} high failed controls`,
      facts: {},
      image: null,
    },
  );
}

function kubescapeSignal(
  meta: z.output<typeof metadata>,
  now: TimeMs,
  what: Signal['class'],
  rule: string,
  severity: Severity,
  said: Said,
): Signal {
  const label = (key: string): string | null =>
    nameOf(meta.labels?.[`kubescape.io/workload-${key}`]);
  const kind = label('kind');
  const owner = label('name');
  return reportSignal(
    'kubescape',
    meta.uid ?? `${meta.namespace}/${meta.name}`,
    now,
    what,
    rule,
    severity,
    said,
    {
      namespace: label('namespace') ?? meta.namespace,
      owner: kind === null || owner === null ? null : { kind: capitalised(kind), name: owner },
      container: label('container-name'),
    },
  );
}

/** Kubescape's labels have kinds in lower case in some versions. */
function capitalised(kind: string): string {
  const known = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job', 'Pod'];
  return known.find((one) => one.toLowerCase() === kind.toLowerCase()) ?? kind;
}
