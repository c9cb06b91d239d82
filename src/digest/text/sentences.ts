import { KIND_NAMES } from '../../model/text/format.ts';
import type { FindingKind } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';
import type {
  Attention,
  Digest,
  EfficiencyTrend,
  FindingCount,
  ForecastLine,
  Gap,
  OwnerDigest,
  PostureLine,
  DigestSavings,
  Saving,
} from '../../store/digests/digest.ts';
import { changeText } from './words.ts';
import {
  formatDuration,
  formatMoney,
  plural,
  formatCoverage,
  formatNano,
  formatShare,
} from '../../model/text/units.ts';
import { formatLocalMinute } from '../../model/text/localTime.ts';

/**
 * What the digest says, sentence by sentence, the same in every form of it. Names in them come from the
 * cluster: each renderer escapes what it prints.
 */

/** `prod-eu spent $1,234 in week 2026-W47: +$120 (+11%) against the week before`. */
export function headlineText({ cluster, week, total, currency }: Digest): string {
  const change = changeText(total, currency);
  const against = change === '' ? '' : `: ${change} against the week before`;
  return `${cluster} spent ${formatNano(total.nano, currency)} in week ${week.name}${against}`;
}

/** `team-shop spent $120 on prod-eu in week 2026-W47: …`. */
export function ownerHeadlineText(
  { owner, spend }: Pick<OwnerDigest, 'owner' | 'spend'>,
  { cluster, week, currency }: Pick<Digest, 'cluster' | 'week' | 'currency'>,
): string {
  const change = changeText(spend, currency);
  const against = change === '' ? '' : `: ${change} against the week before`;
  return `${owner} spent ${formatNano(spend.nano, currency)} on ${cluster} in week ${week.name}${against}`;
}

/** What must be known before the figures are read; none in an ordinary week. */
export function caveats(
  digest: Pick<Digest, 'late' | 'comparison' | 'coverage' | 'week' | 'timezone'>,
): readonly string[] {
  const { late, comparison, coverage, week, timezone } = digest;
  return [
    ...(late === null ? [] : [lateText(late, timezone)]),
    ...(coverage.begins === null
      ? []
      : [
          `The history begins ${formatLocalMinute(coverage.begins, timezone)}: ${week.name} is not whole.`,
        ]),
    ...(comparison.note === null ? [] : [`${capital(comparison.note)}.`]),
    ...(coverage.provisional ? ['The figures are provisional: some may still change.'] : []),
  ];
}

function lateText({ dueAt, missed }: NonNullable<Digest['late']>, timezone: string): string {
  const due = `This digest is late: it was due ${formatLocalMinute(dueAt, timezone)}.`;
  if (missed.length === 0) return due;
  return `${due} Burnwatch was not running, so there was none for ${missed.join(', ')}.`;
}

/** `November: $5,010 expected (80% sure of $4,800 to $5,200), $3,900 spent so far; 98% of the budget`. */
export function forecastText(line: ForecastLine, currency: string): string {
  const { month, monthly, spent, expected, low, high } = line;
  const money = (units: number): string => formatMoney(units, currency);
  const used = (units: number): string =>
    monthly === null ? '' : `; ${Math.round((100 * units) / monthly)}% of ${money(monthly)}`;
  if (expected === null || low === null || high === null) {
    return `${month}: ${money(spent)} spent so far, no forecast yet (it needs three whole days)${used(spent)}`;
  }
  const interval = `80% sure of ${money(low)} to ${money(high)}`;
  return `${month}: ${money(expected)} expected (${interval}), ${money(spent)} spent so far${used(expected)}`;
}

/** How a forecast stands to its budget. */
export function budgetState(line: ForecastLine): 'over' | 'near' | 'fine' | 'none' {
  const { monthly, spent, expected, high } = line;
  if (monthly === null) return 'none';
  if ((expected ?? spent) > monthly) return 'over';
  return (high ?? spent) > monthly ? 'near' : 'fine';
}

/** `$310 a month could be saved in 7 workloads; the bill falls by up to $144 once 2 nodes are removed`. */
export function savingsText(savings: DigestSavings, currency: string): string {
  const { perMonth, count, floor, nodesPerMonth, removableNodes, note } = savings;
  const money = (units: number): string => formatMoney(units, currency);
  if (count === 0)
    return note === null ? `Nothing above ${money(floor)} a month to save` : capital(note);
  const nodes =
    nodesPerMonth === null || nodesPerMonth <= 0 || removableNodes === null
      ? ''
      : `; the bill falls by up to ${money(nodesPerMonth)} once ${plural(removableNodes, 'node')} can be removed`;
  const freed = `in ${plural(count, 'workload')}${nodes}`;
  return perMonth < 0
    ? `Requests worth ${money(-perMonth)} a month are missing on balance, and some could be freed ${freed}`
    : `Requests worth ${money(perMonth)} a month could be freed on balance, most of it ${freed}`;
}

/** `shop/Deployment/web`; in the digest of several clusters with its own. */
export function savingName({ cluster, namespace, workload }: Saving): string {
  const name = workloadKey(namespace, workload);
  return cluster === undefined ? name : `${cluster}/${name}`;
}

/** What a forecast line is of. */
export function forecastName({ budget, across }: ForecastLine, whole: string): string {
  if (budget === null) return whole;
  return across === true ? `${budget.key}, all clusters` : budget.key;
}

export function abuseText(abuse: Attention, currency: string): string {
  const { opened, resolved, open, critical, costNano, worst } = abuse;
  if (opened + resolved + open === 0) return 'No sign of cryptojacking';
  const counts = `${opened} opened, ${resolved} resolved, ${open} open`;
  const severe = critical > 0 ? `, ${critical} critical` : '';
  const cost = costNano > 0 ? `, ${formatNano(costNano, currency)} spent on it` : '';
  return `Likely cryptojacking: ${counts}${severe}${cost}${worst.length > 0 ? `: ${worst.join(', ')}` : ''}`;
}

export function postureText(posture: PostureLine): string {
  const { score, scoreBefore, namespaces, ungraded, lowest, fell } = posture;
  if (score === null)
    return ungraded === 0
      ? 'No posture scores yet'
      : `Too little is known of ${plural(ungraded, 'namespace')} for a posture score`;
  const change =
    scoreBefore === null
      ? ''
      : scoreBefore === score
        ? ', as the week before'
        : `, ${scoreBefore} the week before`;
  const low = lowest.map(({ namespace, score: points }) => `${namespace} ${points}`).join(', ');
  const fallen = fell.length === 0 ? '' : `; fell in ${listed(fell, 3)}`;
  const unknown = ungraded === 0 ? '' : `; too little is known of ${ungraded} more`;
  return `${score} of 100 on average over ${plural(namespaces, 'namespace')}${change}; lowest: ${low}${fallen}${unknown}${clusterText(posture)}${listsText(posture)}`;
}

function clusterText({ cluster }: PostureLine): string {
  if (cluster === undefined) return '';
  const { score, scoreBefore, adminWays } = cluster;
  const before = scoreBefore === null || scoreBefore === score ? '' : ` (${scoreBefore} before)`;
  const ways = adminWays === 0 ? '' : `, ${plural(adminWays, 'way')} to cluster-admin`;
  return `; the cluster itself ${score}${before}${ways}`;
}

const LIST_NAMES: Readonly<Record<string, string>> = {
  rbac: 'access',
  network: 'network',
  cluster: 'defaults',
};

function listsText({ lists = [] }: PostureLine): string {
  if (lists.length === 0) return '';
  const texts = lists.map(({ scope, failed, before }) => {
    const was = before === null || before === failed ? '' : ` (${before} before)`;
    return `${LIST_NAMES[scope] ?? scope} ${failed}${was}`;
  });
  return `; failures: ${texts.join(', ')}`;
}

/** `Overprovisioned: 2 opened, 1 resolved, 9 open`. */
export function findingText({ kind, opened, resolved, open }: FindingCount): string {
  const name = KIND_NAMES[kind as FindingKind];
  return `${name}: ${opened} opened, ${resolved} resolved, ${open} open`;
}

/** `41% of the requested resources was used, 38% the week before; 22% of the nodes idle`. */
export function efficiencyText({ weeks }: EfficiencyTrend): string {
  const now = weeks.at(-1);
  const before = weeks.at(-2);
  if (now === undefined || now.efficiency === null) return 'Not known: nothing was requested';
  const old =
    before === undefined || before.efficiency === null
      ? ''
      : `, ${formatShare(before.efficiency)} the week before`;
  const idle =
    now.idleShare === null ? '' : `; ${formatShare(now.idleShare)} of the nodes' cost is idle`;
  return `${formatShare(now.efficiency)} of the requested resources was used${old}${idle}`;
}

/** `99.2% of the expected samples were seen; 2 gaps, 3 h together`. */
export function dataText({ coverage }: Pick<Digest, 'coverage'>): string {
  const { share, gapCount, gapMs } = coverage;
  const gaps =
    gapCount === 0 ? 'no gaps' : `${plural(gapCount, 'gap')}, ${formatDuration(gapMs)} together`;
  return `${formatCoverage(share)} of the week was seen; ${gaps}`;
}

export function gapText({ start, end, share, problem }: Gap, timezone: string): string {
  const why = problem === '' ? 'nothing was seen' : `${formatCoverage(share)} seen: ${problem}`;
  return `${formatLocalMinute(start, timezone)}, ${formatDuration(end - start)}: ${why}`;
}

/** Owners that are missing or cannot be reached: the new ones by name, the others as a number. */
export function ownerTexts({ missingOwners, currency }: Digest): readonly string[] {
  const { unowned, unownedNano, unreachable, news } = missingOwners;
  const texts: string[] = [];
  if (unowned.length > 0) {
    const fresh = unowned.filter((name) => news.includes(name));
    const what = `${formatNano(unownedNano, currency)} in ${plural(unowned.length, 'namespace')} has no owner`;
    texts.push(
      fresh.length === 0
        ? `${what}, as reported before`
        : `${what}: ${listed(fresh, 8)}. Annotate the namespace or its pods with burnwatch.io/owner, or name the owner in owners.routes`,
    );
  }
  if (unreachable.length > 0) {
    const fresh = unreachable.filter((name) => news.includes(name));
    const what = `${plural(unreachable.length, 'owner')} cannot be reached in Slack`;
    texts.push(
      fresh.length === 0
        ? `${what}, as reported before`
        : `${what}: ${listed(fresh, 8)}. Give each a channel, user or address in owners.teams`,
    );
  }
  return texts;
}

export function priceTexts({ prices }: Digest): readonly string[] {
  const { unpriced, flat, nodes, fresh } = prices;
  return [
    ...(unpriced.length === 0
      ? []
      : [
          `Nothing prices ${plural(unpriced.length, 'node')}, so they count as free: ${listed(unpriced, 5)}`,
        ]),
    ...(flat === 0
      ? []
      : [`${flat} of ${plural(nodes, 'node')} are priced at flat rates: no price list knows them`]),
    ...(fresh.length === 0 ? [] : [`New this week: ${listed(fresh, 6)}`]),
  ];
}

function listed(names: readonly string[], count: number): string {
  const more = names.length - count;
  return `${names.slice(0, count).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
