import type { AbuseExplanation } from '../cycle/explainAbuse.ts';
import type { ExplainedSignal, Explanation } from '../detect/abuse/explain.ts';
import type { Finding } from '../model/finding.ts';
import { printable } from '../model/text/escape.ts';
import { formatTime } from '../model/time.ts';
import { renderCsv, renderTable, type Column, type Terminal } from '../model/text/table.ts';
import { formatNumber } from '../model/text/units.ts';

const MARKS: Readonly<Record<ExplainedSignal['state'], string>> = {
  fires: 'yes',
  quiet: 'no',
  unknown: '?',
};

const COLUMNS: readonly Column<ExplainedSignal>[] = [
  { title: 'SIGNAL', value: ({ signal }) => signal },
  { title: 'FAMILY', value: ({ family }) => family, optional: true },
  { title: 'FIRES', value: ({ state }) => MARKS[state] },
  { title: 'VALUE', value: ({ value }) => shown(value), align: 'right', maxWidth: 24 },
  { title: 'THRESHOLD', value: ({ threshold }) => shown(threshold), align: 'right', maxWidth: 24 },
  { title: 'UNIT', value: ({ unit }) => unit, optional: true },
  { title: 'WEIGHT', value: ({ weight }) => weight, align: 'right', optional: true },
  { title: 'MEANING', value: ({ text }) => text },
];

/** An explanation as a person reads it: the verdict, every signal, and what would decide it. */
export function renderExplanation(
  namespace: string,
  explanation: AbuseExplanation,
  terminal: Terminal | null = null,
): string {
  const { window, historyStart, workloads, unknown } = explanation;
  const lines: string[] = [];
  for (const { workload, subjects } of workloads) {
    for (const subject of subjects) {
      const name = `${namespace}/${workload.kind}/${workload.name}`;
      lines.push(printable(`${name} (${subject.container ?? subject.about})`));
      lines.push(...verdictLines(subject), '');
      lines.push(renderTable(subject.signals, COLUMNS, terminal).trimEnd(), '');
      if (subject.needed.length > 0)
        lines.push('To decide', ...subject.needed.map((text) => `  ${printable(text)}`), '');
    }
  }
  lines.push(
    `Window ${formatTime(window.start)} to ${formatTime(window.end)}; the history begins at ${formatTime(historyStart)}`,
    ...unknown.map((text) => printable(text)),
  );
  return `${lines.join('\n')}\n`;
}

/** One signal of one subject a row. */
interface SignalRow {
  readonly subject: string;
  readonly signal: ExplainedSignal;
}

const CSV_COLUMNS: readonly Column<SignalRow>[] = [
  { title: 'WORKLOAD', value: ({ subject }) => subject },
  { title: 'SIGNAL', value: ({ signal }) => signal.signal },
  { title: 'FAMILY', value: ({ signal }) => signal.family },
  { title: 'FIRES', value: ({ signal }) => MARKS[signal.state] },
  { title: 'VALUE', value: ({ signal }) => signal.value },
  { title: 'THRESHOLD', value: ({ signal }) => signal.threshold },
  { title: 'UNIT', value: ({ signal }) => signal.unit },
  { title: 'WEIGHT', value: ({ signal }) => signal.weight },
  { title: 'MEANING', value: ({ signal }) => signal.text },
];

/** Every signal as CSV, one a row. */
export function renderExplanationCsv(namespace: string, { workloads }: AbuseExplanation): string {
  const rows = workloads.flatMap(({ workload, subjects }) =>
    subjects.flatMap(({ container, about, signals }) => {
      const subject = `${namespace}/${workload.kind}/${workload.name} (${container ?? about})`;
      return signals.map((signal) => ({ subject, signal }));
    }),
  );
  return renderCsv(rows, CSV_COLUMNS);
}

/** Below a finding's evidence: what did not speak, what was not known, and what would decide it. */
export function renderSilentSignals(
  subject: Explanation | undefined,
  evidence: Finding['evidence'],
  terminal: Terminal | null = null,
): string {
  if (subject === undefined) return '';
  const silent = subject.signals.filter(
    ({ state, signal }) => state !== 'fires' && !evidence.some((one) => one.signal === signal),
  );
  const lines = ['', 'Not in evidence', renderTable(silent, COLUMNS, terminal).trimEnd()];
  if (subject.needed.length > 0)
    lines.push('', 'To decide', ...subject.needed.map((text) => `  ${printable(text)}`));
  return `${lines.join('\n')}\n`;
}

function verdictLines(subject: Explanation): readonly string[] {
  const { about, severity, score, points, suspiciousSince, normal, excess, families, caps } =
    subject;
  const what = about === 'gpu' ? 'GPU' : about === 'group' ? 'group' : 'CPU';
  const since = suspiciousSince === null ? '' : `, suspicious since ${formatTime(suspiciousSince)}`;
  return [
    `${what}: ${severity === null ? 'not flagged' : `flagged as ${severity}, score ${score}`}${since}`,
    `Compared with ${normal}`,
    `Excess: ${excess}`,
    `Evidence: ${families.map(({ family, grade }) => `${family} ${grade}`).join(', ') || 'none'}; ${points.toFixed(1)} points (a warning takes 2, critical 3)`,
    ...caps.map(
      ({ name, atMost, because }) => `Cap ${name}, at most ${atMost ?? 'nothing'}: ${because}`,
    ),
  ];
}

function shown(value: number | string | null): string {
  return typeof value === 'number' ? formatNumber(value) : (value ?? '-');
}
