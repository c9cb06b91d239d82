import { HELD_OUT_RUNS } from './heldOutRuns.ts';
import type { Evaluation } from './evaluation.ts';
import type { Recall } from './measures.ts';
import type { Rate, Share } from './stats.ts';

export interface ReportFrame {
  /** Day on which it was run. */
  readonly date: string;
  readonly command: string;
  /** The commit whose detector was scored. */
  readonly commit: string;
  readonly machine: string;
  readonly seconds: number;
  readonly cost: readonly string[];
}

/** The evaluation as a page of the documentation. */
export function renderReport(evaluation: Evaluation, frame: ReportFrame): string {
  const { falseAlarms, overall, byHow, coldStart } = evaluation;
  const ten = evaluation.byShare.find(({ share }) => share === 0.1)?.recall;
  const lines = [
    '# How well the abuse detection detects',
    '',
    `Run on ${frame.date} at commit ${frame.commit} with \`${frame.command}\` on ${frame.machine}: ${evaluation.cases} labelled cases in ${Math.round(frame.seconds)} s. The same figures as data: [detection-evaluation.json](detection-evaluation.json).`,
    '',
    '**The miners are injected.** No public data set holds metrics of real miners in real clusters. What is',
    'scored here are miners as reports describe them (a plateau, a whisper to a pool, and what attackers do to',
    'hide), added to traces that were measured (pods of Online Boutique and Train Ticket, EC2 and RDS hosts) and',
    'to simulated services. A figure here says how this detector does on these cases, and no more. Nothing was',
    `tuned on what is scored: these are the *${evaluation.split}* services, times and seeds; \`bench/detection/tune.ts\``,
    'shows cases of the tuning split only, and some honest workloads exist in the held-out split alone. What is',
    'honest, measured and simulated is scored apart.',
    '',
    'Shares have Wilson intervals (95 %) widened by the clustering of cases by service; rates have exact Poisson',
    'intervals in which several alarms of one service count once. `n / m` reads: so many of so many cases.',
    '',
    '## What it has to show',
    '',
    table(
      ['', 'goal', 'measured', '95 % interval', ''],
      [
        goal('Miners at 20 % of the limit and above: at least `warning`', 0.98, overall.warning),
        goal('… half of them within 20 minutes', 0.5, overall.within20Minutes),
        goal('… within two hours', 0.95, overall.within2Hours),
        goal(
          'Ramps, duty cycles, nights: within 12 h of the first 30 burnt core-minutes',
          0.95,
          overall.slowWithin12Hours,
        ),
        goal(
          'Deployed: `critical` within two hours (those shapes: of the first 30 core-minutes)',
          0.9,
          byHow.deployed.deployedCritical,
        ),
        noGoal('Hijacked: at least `warning`', byHow.hijacked.warning),
        ...(ten === undefined
          ? []
          : [goal('At 10 % of the limit: `warning` within a day', 0.9, ten.withinADay)]),
        goal(
          'First day after the install, unthrottled: `warning`',
          0.9,
          coldStart.unthrottled.warning,
        ),
        goal('A week-long ramp against the baseline: the slow alarm', 1, evaluation.poison),
        limit('`critical` on measured traces', 0, falseAlarms.measured.critical),
        limit('… in what their authors call anomalous', 0, falseAlarms.anomalous.critical),
        limit(
          '`critical` on simulated honest workloads',
          1 / 50_000,
          falseAlarms.simulated.critical,
        ),
        limit('`warning` on simulated honest workloads', 1 / 500, falseAlarms.simulated.warning),
        limit('`critical` on harder kinds, added since', 1 / 50_000, falseAlarms.harder.critical),
        limit('`warning` on harder kinds, added since', 1 / 500, falseAlarms.harder.warning),
        limit('`warning` on measured traces', 1 / 500, falseAlarms.measured.warning),
        limit('`critical` on what metrics cannot decide', 0, falseAlarms.undecidable.critical),
      ],
    ),
    '',
    '## Recall against throttling',
    '',
    '![Recall against the share of the limit that the miner takes](detection-evaluation.svg)',
    '',
    recallTable(
      'share of the limit',
      evaluation.byShare.map(({ share, recall }) => [`${Math.round(share * 100)} %`, recall]),
    ),
    '',
    '## By shape, from 20 % of the limit on',
    '',
    recallTable(
      'shape',
      evaluation.byShape.map(({ shape, recall }) => [shape, recall]),
    ),
    '',
    '## By how it came in, and by background',
    '',
    recallTable('', [
      ['deployed: a workload or image of its own', byHow.deployed],
      ['hijacked: inside a pod that was there', byHow.hijacked],
      ['on measured backgrounds', evaluation.byBackground.measured],
      ['on simulated backgrounds', evaluation.byBackground.simulated],
    ]),
    '',
    '## With less, and with more, to go by',
    '',
    'One seed each, the same cases. `no-disk`: no disk metrics, common with cgroup v2; `no-network`: neither. Sampled as by a kubelet: the noise that `increase` had on a real one, and windows that are lost.',
    '',
    recallTable(
      'sources',
      evaluation.bySetting.map(({ setting, recall }) => [SETTINGS[setting] ?? setting, recall]),
    ),
    '',
    table(
      ['sources', 'false `warning`s', 'false `critical`s', 'honest pod-days'],
      evaluation.bySetting.map(({ setting, falseAlarms: alarms }) => [
        SETTINGS[setting] ?? setting,
        String(alarms.warning.events),
        String(alarms.critical.events),
        alarms.warning.podDays.toFixed(0),
      ]),
    ),
    '',
    '## First day after the install',
    '',
    'Nothing pages on that day but a signature with activity, and what is older than the history is not new.',
    '',
    recallTable('', [
      ['unthrottled', coldStart.unthrottled],
      ['all (100, 50 and 20 % of the limit)', coldStart.all],
    ]),
    '',
    '## In other guises',
    '',
    'In turns between pods, in more pods every six hours, after a release, under the image of a neighbour, in an ephemeral container, on Windows without disk metrics.',
    '',
    recallTable(
      '',
      evaluation.guised.map(({ shape, recall }) => [shape, recall] as const),
    ),
    '',
    ...earlierRuns(),
    '## False alarms',
    '',
    'Messages (opened, reopened or worse) per 1,000 pod-days, with the upper bound of the interval.',
    '',
    table(
      ['honest pods', 'pod-days', 'services', '`critical`', '`warning` or more', '`info` or more'],
      (
        [
          ['measured traces', falseAlarms.measured],
          ['… in what their authors call anomalous', falseAlarms.anomalous],
          ['simulated, kinds of the earlier runs', falseAlarms.simulated],
          ['simulated, harder kinds added since', falseAlarms.harder],
          ['backgrounds of miners before the onset', falseAlarms.backgrounds],
          ['what metrics cannot decide', falseAlarms.undecidable],
        ] as const
      ).map(([name, { critical, warning, info }]) => [
        name,
        warning.podDays.toFixed(0),
        String(warning.clusters),
        perThousand(critical),
        perThousand(warning),
        perThousand(info),
      ]),
    ),
    '',
    'Of the measured traces the authors of the Numenta Anomaly Benchmark call some stretches of hours anomalous. None is a miner, and a person should look at them: alarms there are counted by themselves, above and in the goals. Faults of minutes that the authors of Nezha injected count as honest.',
    '',
    `What metrics cannot decide (a loop that is stuck, a release that needs three times the CPU for the same traffic) became a \`warning\` in ${fraction(falseAlarms.undecidableFlagged)} of the cases; that is right, since a person has to look, and it says so.`,
    '',
    '## Beside the rules used today',
    '',
    'The same miners (10 % of the limit included) and the same honest pods. *Hard*: throttled to half the limit',
    'or less, intermittent, or spread out. The floor rule: novel against its own 24-hour median and MAD, and less',
    'than 2 kB of extra network and disk a core-second, over four windows.',
    '',
    table(
      [
        'rule',
        'recall',
        'recall on hard ones',
        'median minutes',
        'false alarms per 1,000 pod-days',
      ],
      [
        ...evaluation.rules.map((rule) => [
          rule.name,
          fraction(rule.recall),
          fraction(rule.hardRecall),
          minutes(rule.medianMinutes),
          perThousand(rule.falseAlarms),
        ]),
        [
          '**Burnwatch, `warning` or more**',
          fraction(evaluation.ours.recall),
          fraction(evaluation.ours.hardRecall),
          minutes(evaluation.ours.medianMinutes),
          perThousand(evaluation.ours.falseAlarms),
        ],
      ],
    ),
    '',
    '## The onset',
    '',
    `A finding's \`startedAt\` is found backwards. For ${evaluation.onset.cases} steady miners it was within two windows of the true onset in ${fraction(evaluation.onset.within2Windows)}; the error's median is ${evaluation.onset.medianMinutes.toFixed(1)} min, its 5 % and 95 % quantiles ${evaluation.onset.p05Minutes.toFixed(1)} and ${evaluation.onset.p95Minutes.toFixed(1)} min (negative: too early).`,
    '',
    '## What it costs',
    '',
    ...frame.cost.map((line) => `- ${line}`),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

const SETTINGS: Readonly<Record<string, string>> = {
  metrics: 'metrics alone',
  specs: 'with pod specs',
  'no-disk': 'no-disk',
  'no-network': 'no-network',
  kubelet: 'sampled as by a kubelet',
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function recallTable(title: string, rows: readonly (readonly [string, Recall])[]): string {
  return table(
    [
      title,
      '`warning` or more',
      'within 20 min',
      'within 2 h',
      'slow ones in 12 h',
      'deployed `critical` in time',
      'strictly in 2 h',
      'median / p95 min',
    ],
    rows.map(([name, recall]) => [
      name,
      fraction(recall.warning),
      fraction(recall.within20Minutes),
      fraction(recall.within2Hours),
      fraction(recall.slowWithin12Hours),
      fraction(recall.deployedCritical),
      fraction(recall.deployedCriticalStrictly),
      recall.within20Minutes.of === 0
        ? '–'
        : `${minutes(recall.medianMinutes)} / ${minutes(recall.p95Minutes)}`,
    ]),
  );
}

function goal(name: string, least: number, share: Share): readonly string[] {
  return [
    name,
    `≥ ${least}`,
    fraction(share),
    `${share.low.toFixed(3)} to ${share.high.toFixed(3)}, ${share.clusters} services`,
    share.of === 0 ? 'not measured' : share.value >= least ? 'met' : '**missed**',
  ];
}

function noGoal(name: string, share: Share): readonly string[] {
  const [, , measured = '', interval = ''] = goal(name, 0, share);
  return [name, 'reported', measured, interval, ''];
}

function limit(name: string, most: number, rate: Rate): readonly string[] {
  const words = most === 0 ? 'none' : `≤ 1 in ${Math.round(1 / most)} pod-days`;
  const bound = rate.high > 0 ? `at most 1 in ${Math.floor(1 / rate.high)} (bound)` : '';
  return [
    name,
    words,
    `${rate.events} in ${rate.podDays.toFixed(0)} pod-days`,
    `${bound}, ${rate.clusters} services`,
    rate.value > most
      ? '**missed**'
      : rate.high <= most
        ? 'met'
        : 'met as far as seen: the bound is wider',
  ];
}

function fraction({ hits, of, value, low, high }: Share): string {
  if (of === 0) return '–';
  return `${value.toFixed(3)} (${hits} / ${of}; ${low.toFixed(2)}–${high.toFixed(2)})`;
}

function perThousand({ value, high, events }: Rate): string {
  return `${(value * 1000).toFixed(2)} (${events}; ≤ ${(high * 1000).toFixed(2)})`;
}

function minutes(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : 'never';
}

function earlierRuns(): readonly string[] {
  return [
    '## Earlier runs of the held-out split',
    '',
    'Each run wears the split a little. Since the last of these its seeds come from the hash of the commit that is scored.',
    '',
    table(
      [
        'commit',
        'date',
        'cases',
        '`warning` from 20 % on',
        'deployed `critical` in time',
        'hijacked',
        'first day',
        'simulated honest: `warning`s, `critical`s / pod-days',
        'measured: `warning`s / pod-days',
      ],
      HELD_OUT_RUNS.map((run) => [
        run.commit,
        run.date,
        String(run.cases),
        run.warned,
        run.critical,
        run.hijacked,
        run.firstDay,
        run.simulated,
        run.measured,
      ]),
    ),
    '',
  ];
}
