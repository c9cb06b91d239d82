import {
  figures,
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type Terminal,
} from '../../model/text/table.ts';
import { count, scopeOf, SCOPES, type CheckResult } from './check.ts';
import { checkJson } from './checkJson.ts';
import { formatTime, WEEK_MS } from '../../model/time.ts';
import {
  evaluatedOf,
  failedByScope,
  type EvaluatedCheck,
  type NamespacePosture,
} from './evaluate.ts';
import type { PlaceOwners } from './placeOwners.ts';
import type { PostureTrend, PostureTrends } from './readTrend.ts';

/** A trend by calendar day. */
export function trendJson(trend: PostureTrend) {
  return trend.map(({ day, failed, ...point }) => ({
    day: formatTime(day).slice(0, 10),
    ...point,
    ...(failed !== undefined && { failed: { ...failed } }),
  }));
}

/** Posture as `posture -o json` gives it. */
function postureJson(
  namespaces: readonly NamespacePosture[],
  trends: PostureTrends,
  owners: PlaceOwners,
): object {
  return namespaces.map(({ checks, ...summary }) => ({
    ...summary,
    owner: owners.get(summary.namespace) ?? null,
    trend: trendJson(trends.get(summary.namespace) ?? []),
    failedByScope: failedByScope({ checks, ...summary }),
    checks: checks.filter(({ results }) => results.length > 0).map(checkJson),
  }));
}

interface Line extends CheckResult {
  readonly check: EvaluatedCheck;
}

type Row = NamespacePosture & { readonly trend: PostureTrend; readonly owner: string | null };

const SUMMARY: readonly Column<Row>[] = [
  { title: 'NAMESPACE', value: ({ namespace }) => namespace, maxWidth: 40 },
  figures('SCORE', ({ score }) => score ?? '?'),
  { title: 'GRADE', value: ({ grade }) => grade ?? '?' },
  figures('KNOWN', ({ known }) => `${Math.round(100 * known)}%`),
  figures('7 DAYS', weekChange),
  figures('EVALUATED', evaluatedOf),
  figures('FAILED', ({ failed }) => failed),
];
const OWNER: Column<Row> = { title: 'OWNER', value: ({ owner }) => owner ?? '', maxWidth: 24 };
const WORST: Column<Row> = { title: 'WORST', value: worst, maxWidth: 60 };

const LINES: readonly Column<Line>[] = [
  { title: 'SEVERITY', value: ({ check }) => check.severity },
  { title: 'CHECK', value: ({ check }) => check.check.id },
  { title: 'OUTCOME', value: ({ outcome }) => outcome },
  {
    title: 'WHERE',
    value: ({ namespace, workload, container, subject }) =>
      subject ??
      [namespace, ...(workload === null ? [] : [workload.kind, workload.name]), container ?? '']
        .filter((part) => part !== '')
        .join('/'),
    maxWidth: 70,
  },
  { title: 'WHAT', value: ({ text }) => text },
];

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];

/** Scores of all namespaces; with `detail` also every failure and what could not be evaluated. */
export function renderPosture(
  namespaces: readonly NamespacePosture[],
  trends: PostureTrends,
  format: 'table' | 'json' | 'csv',
  detail: boolean,
  terminal: Terminal | null = null,
  owners: PlaceOwners = new Map(),
): string {
  if (format === 'json') return jsonText(postureJson(namespaces, trends, owners));
  const lines = namespaces.flatMap(({ checks }) =>
    checks.flatMap((check) =>
      check.results
        .filter(({ outcome }) => outcome !== 'passed')
        .map((result) => ({ ...result, check })),
    ),
  );
  lines.sort((a, b) => SEVERITIES.indexOf(a.check.severity) - SEVERITIES.indexOf(b.check.severity));
  if (format === 'csv') return renderCsv(lines, LINES);
  if (namespaces.length === 0) return 'No namespaces.\n';
  const rows = namespaces.map((one) => ({
    ...one,
    trend: trends.get(one.namespace) ?? [],
    owner: owners.get(one.namespace) ?? null,
  }));
  const isOwned = rows.some(({ owner }) => owner !== null);
  const summary = renderTable(
    rows,
    [...SUMMARY, ...scopeColumns(rows), ...(isOwned ? [OWNER] : []), WORST],
    terminal,
  );
  return detail && lines.length > 0
    ? `${summary}\n${renderTable(lines, LINES, terminal)}`
    : summary;
}

/** The scores of the scopes, where there are several that something is known of. */
function scopeColumns(rows: readonly Row[]): readonly Column<Row>[] {
  const known = SCOPES.filter((scope) =>
    rows.some(({ scopes }) => (scopes[scope] ?? null) !== null),
  );
  if (known.length < 2) return [];
  return known.map((scope) => figures(scope.toUpperCase(), ({ scopes }) => scopes[scope] ?? ''));
}

/** Of scopes of which nothing could be evaluated, what is missing. */
export function unknownScopes(namespaces: readonly NamespacePosture[]): readonly string[] {
  return SCOPES.flatMap((scope) => {
    const asked = namespaces.filter(({ scopes }) => scope in scopes);
    if (asked.length === 0 || asked.some(({ scopes }) => scopes[scope] !== null)) return [];
    const reasons = new Set(
      asked.flatMap(({ checks }) =>
        checks
          .filter(({ check }) => scopeOf(check) === scope)
          .flatMap(({ results }) => results.map(({ text }) => text)),
      ),
    );
    if (reasons.size === 0) return [];
    return [`Not evaluated: ${scope} (${[...reasons].slice(0, 3).join('; ')})`];
  });
}

/** How the score changed since the day a week before the last one that is known; empty while there is none. */
function weekChange({ score, trend }: Row): string {
  const last = trend.at(-1);
  const before = trend.findLast(({ day }) => last !== undefined && day <= last.day - WEEK_MS);
  if (before === undefined || score === null) return '';
  const change = score - before.score;
  return change > 0 ? `+${change}` : `${change}`;
}

function worst({ checks }: NamespacePosture): string {
  const failing = checks.filter(({ results }) => count(results, 'failed') > 0);
  const first = SEVERITIES.map((severity) => failing.find((one) => one.severity === severity)).find(
    (one) => one !== undefined,
  );
  return first === undefined ? '' : `${first.check.title} (${count(first.results, 'failed')})`;
}
