import type { CostReport } from '../src/cost/report/costReportForm.ts';
import { mostSevereFirst } from '../src/detect/findings/severity.ts';
import type { Finding } from '../src/model/finding.ts';
import { formatTime, HOUR_MS, type TimeMs } from '../src/model/time.ts';
import type { HiddenMiner } from './cluster/workloads/hidden.ts';
import { printable } from '../src/model/text/escape.ts';
import type { BreakingBudget } from './breakingBudget.ts';
import type { MinerFound } from './findMiners.ts';
import { formatDuration, formatShare, formatAmount, plural } from '../src/model/text/units.ts';

export interface DemoSummary {
  readonly costs: CostReport;
  readonly findings: readonly Finding[];
  readonly miners: readonly MinerFound[];
  /** Honest workloads that were called unusual or worse. */
  readonly alarms: readonly Finding[];
  /** What happens while a visitor looks. */
  readonly story: {
    readonly digestAt: TimeMs | null;
    readonly breaking: BreakingBudget | null;
    readonly miner: HiddenMiner;
  };
  readonly configFile: string;
  /** The history ends with the demo, and nothing can be asked any more. */
  readonly hasEnded?: boolean;
  /** Null once the demo has ended. */
  readonly urls: {
    readonly pages: string;
    readonly slack: string;
    readonly prometheus: string;
  } | null;
}

const TOP = 5;

/** What there is to see, for a newcomer: money, findings, the hidden miners, and where to look next. */
export function renderDemoSummary(summary: DemoSummary): string {
  return `${[
    ...costLines(summary.costs),
    '',
    ...findingLines(summary.findings),
    '',
    ...minerLines(summary.miners),
    '',
    ...alarmLines(summary.alarms),
    ...(summary.urls === null
      ? []
      : ['', ...urlLines(summary.urls), '', ...storyOf(summary.story)]),
    '',
    ...commandLines(summary),
  ].join('\n')}\n`;
}

function costLines({ rows, idle, totalCost, currency, window }: CostReport): readonly string[] {
  const money = (value: number): string => formatAmount(value).padStart(8);
  const top = rows.toSorted((a, b) => b.totalCost - a.totalCost).slice(0, TOP);
  const rest = rows.length - top.length;
  const width = Math.max(...top.map(({ key }) => key.length), 'idle (unallocated)'.length);
  const others = totalCost - idle.totalCost - top.reduce((sum, row) => sum + row.totalCost, 0);
  const days = (Date.parse(window.end) - Date.parse(window.start)) / (24 * HOUR_MS);
  return [
    `What the last ${Math.round(days)} days cost, in ${currency}`,
    ...top.map(
      ({ key, owner, totalCost, efficiency }) =>
        `  ${key.padEnd(width)} ${money(totalCost)}   ${formatShare(efficiency)} of what it asked for was used${owner === undefined ? '' : `, ${owner}`}`,
    ),
    `  ${`${rest} more namespaces`.padEnd(width)} ${money(others)}`,
    `  ${'idle (unallocated)'.padEnd(width)} ${money(idle.totalCost)}`,
    `  ${'everything'.padEnd(width)} ${money(totalCost)}`,
  ];
}

function findingLines(findings: readonly Finding[]): readonly string[] {
  const counts = Map.groupBy(
    findings.toSorted(mostSevereFirst),
    ({ severity, kind }) => `${severity} ${kind}`,
  );
  const lines = [...counts].map(([name, list]) => `  ${String(list.length).padStart(3)}  ${name}`);
  return [`${findings.length} findings are open`, ...lines];
}

function minerLines(miners: readonly MinerFound[]): readonly string[] {
  return [
    'Four miners were hidden in the cluster',
    ...miners.flatMap(({ miner, finding }) => {
      const place = `${miner.namespace}/${miner.workload.kind}/${miner.workload.name}`;
      if (finding === null) return [`  MISSED  ${place}: ${miner.what}`];
      const after = formatDuration(finding.firstSeen - miner.startedAt);
      return [
        `  found   ${place}: ${miner.what}`,
        `          recognised ${after} after it began; ${finding.severity} now: ${finding.id}`,
        ...(miner.reported === undefined ? [] : storyLines(finding)),
      ];
    }),
  ];
}

/** What was said of honest workloads: a critical one pages, a warning asks somebody to look. */
function alarmLines(alarms: readonly Finding[]): readonly string[] {
  const pages = alarms.filter(({ severity }) => severity === 'critical').length;
  return [
    alarms.length === 0
      ? 'No honest workload was called a miner'
      : `${plural(alarms.length, 'honest workload')} called unusual, ${pages} of them critical`,
    ...alarms.map(({ severity, scope, summary }) => {
      const { kind = '', name = '' } = scope.workload ?? {};
      return `  ${severity.padEnd(8)} ${printable(`${scope.namespace ?? ''}/${kind}/${name}: ${summary}`)}`;
    }),
  ];
}

/** What a visitor can wait for. */
function storyOf({ digestAt, breaking, miner }: DemoSummary['story']): readonly string[] {
  const { namespace, workload, startedAt } = miner;
  const events: readonly (readonly [at: TimeMs, what: string])[] = [
    [
      startedAt,
      `a miner starts in ${namespace}/${workload.kind}/${workload.name}: a finding some ten minutes later, and a message in #security`,
    ],
    ...(digestAt === null
      ? []
      : [[digestAt, 'the digest of last week arrives in #cloud-cost, and under Digests'] as const]),
    ...(breaking === null
      ? []
      : [
          [
            breaking.at,
            `the budget of ${breaking.namespace} (${formatAmount(breaking.monthly)} a month) is spent: a finding, and a message in #cloud-cost`,
          ] as const,
        ]),
  ];
  return [
    'What happens next',
    ...events
      .toSorted(([a], [b]) => a - b)
      .map(([at, what]) => `  ${formatTime(at).slice(11, 16)} UTC   ${what}`),
  ];
}

/** What other tools reported, in the order of their times. */
function storyLines({ evidence }: Finding): readonly string[] {
  const reported = evidence.filter(({ family }) => family === 'signals');
  return reported.map(({ text }) => `            ${printable(text)}`);
}

function urlLines({
  pages,
  slack,
  prometheus,
}: NonNullable<DemoSummary['urls']>): readonly string[] {
  return [
    'Look at it',
    `  pages       ${pages}`,
    `  Slack       ${slack}   (a stand-in that shows what was posted)`,
    `  Prometheus  ${prometheus}`,
  ];
}

function commandLines({
  configFile,
  miners,
  urls,
  hasEnded = false,
}: DemoSummary): readonly string[] {
  if (hasEnded) return [];
  const run = (command: string): string => `  npx burnwatch ${command} --config ${configFile}`;
  const shown = miners.find(({ finding }) => finding?.severity === 'critical')?.finding;
  return [
    urls === null ? 'The history stays; try' : 'In another terminal, try',
    run('costs --by owner --window 7d'),
    run('findings'),
    ...(shown === null || shown === undefined ? [] : [run(`findings show ${shown.id}`)]),
    // Once the demo has ended there is no cluster to ask.
    run(`explain train-ticket/ts-travel2-service${urls === null ? ' --offline' : ''}`),
    run(`digest --dry-run${urls === null ? ' --offline' : ''}`),
    ...(urls === null ? [] : [run('recommend'), run('posture'), run('prices')]),
  ];
}
