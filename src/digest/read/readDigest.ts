import { kubeContextOf, type KubeContextConfig } from '../../notify/config.ts';
import type { WindowConfig } from '../../cycle/config.ts';
import type { FindReceiver } from '../../notify/owners.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import type { OtherHistories } from '../../cost/fleet.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { workloadKey } from '../../model/workload.ts';
import { ADVICE_DAYS } from '../../detect/rightsize/applied/appliedAdvice.ts';
import { readAdvice, type AdviceRequest } from '../../detect/rightsize/advice/readAdvice.ts';
import { abuseMarks } from '../../detect/findings/suspectedWorkloads.ts';
import type { WeekComparison, Digest, Late } from '../../store/digests/digest.ts';
import { weekBefore, type Week } from '../../store/digests/week.ts';
import { asOf } from '../../store/asOf.ts';
import { seenHours, weekCoverage } from './coverage.ts';
import { readEfficiencyTrend } from './efficiencyTrend.ts';
import { abuseLine, findingCounts } from './findings.ts';
import { readForecasts } from './forecasts.ts';
import { ownerDigests } from './ownerDigests.ts';
import { digestOwners, ownerGaps } from './owners.ts';
import { POSTURE_CODECS, postureLine } from './posture.ts';
import { priceNews } from './prices.ts';
import { readWeekSpend } from './readWeekSpend.ts';
import { savingsOf, digestSavings } from './savings.ts';
import { formatLocalMinute } from '../../model/text/localTime.ts';

export interface DigestRequest {
  readonly config: WindowConfig & KubeContextConfig;
  readonly thresholds: Pick<Thresholds, 'overprovisioned' | 'posture'>;
  readonly week: Week;
  /** Wall clock. */
  readonly now: TimeMs;
  readonly late: Late | null;
  /** How owners are reached; null where no channel reaches people. */
  readonly reach: FindReceiver | null;
  /** The histories of other clusters, for budgets over all. */
  readonly others?: OtherHistories;
  /** The cluster as it was last, for autoscalers and owners of manifests; null where that is not known. */
  readonly present: AdviceRequest['present'];
}

/** The history holds nothing of the week that was asked for; the message says what it holds. */
export class NoDataError extends Error {
  override readonly name = 'NoDataError';
}

/**
 * Makes the digest of a week from the history. The same history, week and configuration give the same
 * digest (but for `generatedAt`, and for what the cluster says of autoscalers now).
 *
 * @throws NoDataError when the history holds nothing of the week.
 */
export async function readDigest(reader: HistoryReader, request: DigestRequest): Promise<Digest> {
  const { config, thresholds, week, now } = request;
  const { timezone } = config.schedule;
  const { currency, basis } = config.pricing;
  const { historyStart, watermark, windowMs = config.schedule.window } = await reader.status();
  if (historyStart === null || watermark === null)
    throw new NoDataError('the history is still empty: nothing was sealed yet');
  const begins = historyStart - windowMs;
  if (begins >= week.end || watermark <= week.start) {
    const span = `${formatTime(begins)} to ${formatTime(watermark)}`;
    throw new NoDataError(`there is no data of ${week.name}: the history holds ${span}`);
  }
  const isRunning = now < week.end;
  // What is to come of a running week is no gap, and the same part of the week before compares with it.
  const soFar = isRunning ? { ...week, end: watermark } : week;
  const whole = weekBefore(week, timezone);
  const previous = isRunning ? { ...whole, end: whole.start + watermark - week.start } : whole;
  const windows = await reader.windowCoverage(week.start, week.end);
  const windowsBefore = await reader.windowCoverage(previous.start, previous.end);
  const hasBefore = begins <= previous.start && windowsBefore.length > 0;
  const seen = {
    before: seenHours(windowsBefore, windowMs),
    now: seenHours(windows, windowMs),
  };
  const owners = digestOwners(config, request.reach);
  const spend = await readWeekSpend(reader, {
    pricing: config.pricing,
    timezone,
    week,
    until: soFar.end,
    before: hasBefore ? previous : null,
    seen,
    ownerOf: owners.ownerOf,
  });
  // A digest of an old week speaks of its own time; that of the last one also of the days since.
  const isLatest = watermark - week.end < week.end - week.start;
  const past = asOf(reader, isLatest ? watermark : week.end);
  const floor = thresholds.overprovisioned.minSavingPerMonth;
  const findings = await reader.findings({
    state: 'all',
    kind: null,
    since: null,
    namespaces: null,
  });
  const advice = await readAdvice(past, {
    days: ADVICE_DAYS,
    namespaces: null,
    rule: thresholds.overprovisioned,
    abuse: abuseMarks(findings),
    present: request.present,
  });
  const ownersOf = ownersByWorkload(spend.rows);
  const savings = savingsOf(advice, {
    currency,
    floor,
    kubeContext: kubeContextOf(config),
    ownerOf: (workload) => ownersOf.get(workload) ?? null,
  });
  const until = isLatest ? watermark : week.end;
  const others = request.others ?? { histories: [], unread: [] };
  const forecast = await readForecasts(past, config.pricing, config.budgets, {
    ...others,
    histories: others.histories.map((one) => ({ ...one, reader: asOf(one.reader, until) })),
  });
  return {
    version: 1,
    cluster: config.cluster,
    currency,
    priceBasis: basis,
    timezone,
    week,
    generatedAt: now,
    late: request.late,
    comparison: comparisonWith(previous, {
      hasBefore,
      isRunning,
      begins,
      timezone,
      share: shareOf(seen.before, previous),
    }),
    coverage: weekCoverage({
      week: soFar,
      windows,
      windowMs,
      begins,
      until: watermark,
      share: spend.coverage,
      provisional: spend.provisional,
    }),
    total: spend.total,
    namespaces: spend.namespaces,
    owners: spend.owners,
    idle: spend.idle,
    days: spend.days,
    efficiency: await readEfficiencyTrend(reader, week, timezone, begins),
    forecast,
    savings: digestSavings(savings, floor, advice),
    abuse: abuseLine(findings, week),
    posture: postureLine(await reader.loadState(POSTURE_CODECS), week, thresholds.posture.minKnown),
    findings: findingCounts(findings, week),
    missingOwners: ownerGaps(
      spend.rows,
      spend.owners,
      request.reach === null ? null : owners.receiverOf,
      await digestBefore(reader, week),
    ),
    prices: priceNews(await reader.nodes(), week, begins),
    ownerDigests: ownerDigests({
      week,
      owners: spend.owners,
      rows: spend.rows,
      rowsBefore: spend.rowsBefore,
      forecast,
      savings,
      floor,
      findings,
      ofOwner: spend.ofOwner,
      receiverOf: owners.receiverOf,
    }),
  };
}

function shareOf(hours: number, { start, end }: Week): number {
  return Math.min(1, (hours * 3_600_000) / (end - start));
}

/** Under this much of a week seen, its figures say little. */
const LEAST_SHARE = 0.98;

function comparisonWith(
  week: Week,
  {
    hasBefore,
    isRunning,
    begins,
    timezone,
    share,
  }: {
    readonly hasBefore: boolean;
    readonly isRunning: boolean;
    readonly begins: TimeMs;
    readonly timezone: string;
    readonly share: number;
  },
): WeekComparison {
  if (!hasBefore) {
    const note = `no last week to compare with yet: the history begins ${formatLocalMinute(begins, timezone)}`;
    return { week, state: 'none', note, coverage: 0 };
  }
  const percent = Math.floor(share * 100);
  const notes = [
    ...(isRunning
      ? [`the week still runs: it is compared with the same part of ${week.name}`]
      : []),
    ...(share < LEAST_SHARE
      ? [`of ${week.name} only ${percent}% was seen, so changes look larger`]
      : []),
  ];
  return {
    week,
    state: 'whole',
    note: notes.length === 0 ? null : notes.join('; '),
    coverage: share,
  };
}

/** The digest that was sent before this week's. */
async function digestBefore(reader: HistoryReader, { start }: Week): Promise<Digest | null> {
  const entry = (await reader.digests()).find((one) => one.start < start);
  return entry === undefined ? null : ((await reader.digest(entry.week))?.digest ?? null);
}

/** Who owns most of each workload. */
function ownersByWorkload(rows: readonly CostRow[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { namespace, workload, owner } of rows) {
    if (namespace === null || workload === null || owner === null) continue;
    owners.set(workloadKey(namespace, workload), owner);
  }
  return owners;
}
