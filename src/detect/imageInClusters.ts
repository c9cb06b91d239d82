import { MINUTE_MS, type TimeMs } from '../model/time.ts';
import type { Evidence, Scope, Severity, Verdict } from '../model/finding.ts';
import type { SuspectElsewhere } from '../model/snapshot.ts';
import { sumKnown } from '../model/reading.ts';
import { listed } from '../model/text/units.ts';
import { jsonCodec } from '../store/stateCodec.ts';
import type { Detector, DetectContext } from './detector.ts';
import { SEVERITY_RANK } from './findings/severity.ts';
import { cleared, firing, readStep, scopeOn } from './verdict.ts';

/** The rule of findings that speak for those of one image in several clusters. */
export const IMAGE_IN_CLUSTERS = 'image-in-clusters';
const ABOUT = { kind: 'cryptojacking', rule: IMAGE_IN_CLUSTERS } as const;
/** As an abuse alarm, it is over after so long without its cause. */
const GONE_AFTER_MS = 30 * MINUTE_MS;
const LISTED = 20;

/** A suspect of any cluster, this one too. */
type Suspect = Omit<SuspectElsewhere, 'findingId'> & { readonly findingId: string | null };

/**
 * One image, one finding: where workloads of an image look like mining in several clusters (a release that uses more CPU is
 * rolled out everywhere, too, and is no attack), the first cluster of the
 * configuration has a finding that names them all, as severe as the gravest of them. Those that come to it later are shown
 * and not sent again (`notify/plan/quiet.ts`).
 */
export const imageInClusters: Detector<{ readonly seen: TimeMs }> = {
  name: IMAGE_IN_CLUSTERS,
  version: 1,
  codec: jsonCodec(),
  thresholds: {},
  detect(context, rows) {
    const { snapshot } = context;
    if (snapshot.suspectsElsewhere === undefined) return [];
    const now = snapshot.window.end;
    const verdicts: Verdict[] = [];
    const byImage = Map.groupBy(
      [...own(context), ...snapshot.suspectsElsewhere],
      (one) => one.image,
    );
    for (const [image, suspects] of byImage) {
      if (new Set(suspects.map(({ cluster }) => cluster)).size < 2) continue;
      rows.set(image, { seen: now });
      verdicts.push(verdictOf(image, suspects));
    }
    for (const [image, { seen }] of Array.from(rows.entries())) {
      if (seen === now || now - seen < GONE_AFTER_MS) continue;
      rows.delete(image);
      const about = { ...ABOUT, scope: scopeOn({ subject: image }), startedAt: seen };
      verdicts.push(cleared(about, 'The image no longer looks like mining in several clusters'));
    }
    return verdicts;
  },
};

/** What this window’s abuse detector has found. */
function own({ snapshot: { cluster }, verdictsSoFar }: DetectContext): readonly Suspect[] {
  return (verdictsSoFar?.() ?? []).flatMap((verdict) => {
    const { kind, status, severity, image } = verdict;
    if (kind !== 'cryptojacking' || status !== 'firing' || severity === 'info') return [];
    if (image === undefined || verdict.cause !== 'mining') return [];
    const { score, startedAt, costPerMonth } = verdict;
    const place = placeOf(verdict.scope);
    const facts = { cluster, findingId: null, image, severity, score, startedAt, costPerMonth };
    return [{ ...facts, place }];
  });
}

/** `shop/Deployment/web`, or a namespace with what a group is of. */
export function placeOf({ namespace, workload }: Scope): string {
  return workload === null
    ? `several workloads of ${namespace ?? ''}`
    : `${namespace ?? ''}/${workload.kind}/${workload.name}`;
}

function verdictOf(image: string, suspects: readonly Suspect[]): Verdict {
  const gravest = suspects.toSorted(
    (a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || b.score - a.score,
  )[0];
  const byCluster = Map.groupBy(suspects, ({ cluster }) => cluster);
  const severity: Severity = gravest?.severity ?? 'warning';
  const evidence = Array.from(byCluster, ([cluster, all]) => evidenceOf(cluster, all));
  const found = suspects.filter((suspect) => suspect.findingId !== null).slice(0, LISTED);
  return firing({
    ...ABOUT,
    scope: scopeOn({ subject: image }),
    severity,
    cause: 'mining',
    score: gravest?.score ?? 0,
    image,
    startedAt: Math.min(...suspects.map(({ startedAt }) => startedAt)),
    summary: `The image ${image} looks like mining in ${byCluster.size} clusters: ${[...byCluster.keys()].join(', ')}`,
    evidence: evidence.slice(0, LISTED),
    next: found.map(({ cluster, findingId }) =>
      readStep(
        `burnwatch findings show ${findingId} --cluster ${cluster}`,
        `Shows the evidence in ${cluster}`,
      ),
    ),
    costPerMonth: sumKnown(suspects.map(({ costPerMonth }) => costPerMonth)),
  });
}

function evidenceOf(cluster: string, suspects: readonly Suspect[]): Evidence {
  return {
    signal: 'cluster',
    family: 'spread',
    value: cluster,
    threshold: null,
    unit: '',
    weight: 0,
    text: `${cluster}: ${listed(suspects.map(({ place }) => place))}`,
  };
}
