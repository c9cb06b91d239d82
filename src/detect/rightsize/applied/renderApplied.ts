import { cpuQuantity, memoryQuantity, quantityOrNone } from '../../../model/text/quantity.ts';
import { formatTime } from '../../../model/time.ts';
import { figures, type Column } from '../../../model/text/table.ts';
import { formatAmount, formatNumber, formatShare } from '../../../model/text/units.ts';
import type { Resources } from '../../../model/resources.ts';
import type { BeforeAfter, ProvenSaving } from './provenSaving.ts';

/** A proven saving as commands and the API give it. Cores, bytes, units of currency a month. */
export function provenJson(one: ProvenSaving) {
  const { namespace, workload, container, before, after, advised, reverse } = one;
  return {
    namespace,
    workload: { ...workload },
    container,
    changedAt: formatTime(one.changedAt),
    until: formatTime(one.until),
    isOver: one.isOver,
    before: { ...before },
    after: { ...after },
    advised: { ...advised },
    promisedPerMonth: one.promised,
    gotPerMonth: one.got,
    load: one.load,
    throttledShare: { ...one.throttledShare },
    oomKillsPerDay: { ...one.oomKills },
    cpuPressure: { ...one.cpuPressure },
    ramPressure: { ...one.ramPressure },
    hurt: [...one.hurt],
    reverse: reverse?.body ?? null,
  };
}

/** Requests as they were and are: `1, 1Gi → 250m, 512Mi`. */
export function requestsText({ before, after }: Pick<ProvenSaving, 'before' | 'after'>): string {
  const text = ({ cpuRequestCores, ramRequestBytes }: Resources): string =>
    `${quantityOrNone(cpuRequestCores, cpuQuantity)}, ${quantityOrNone(ramRequestBytes, memoryQuantity)}`;
  return `${text(before)} → ${text(after)}`;
}

/** What became worse; else that nothing did, or that nobody knows. */
export function harmText({ hurt, throttledShare, oomKills }: ProvenSaving): string {
  if (hurt.length > 0) return hurt.join('; ');
  const isKnown = throttledShare.after !== null || oomKills.after !== null;
  return isKnown ? 'nothing became worse' : 'not known yet';
}

const money = (value: number | null): string => (value === null ? '?' : formatAmount(value));
const beforeAfter = (pair: BeforeAfter, format: (value: number | null) => string): string =>
  `${format(pair.before)} → ${format(pair.after)}`;

export const PROVEN_COLUMNS: readonly Column<ProvenSaving>[] = [
  { title: 'CHANGED', value: ({ changedAt }) => formatTime(changedAt).slice(0, 16) },
  { title: 'NAMESPACE', value: ({ namespace }) => namespace, maxWidth: 30 },
  { title: 'WORKLOAD', value: ({ workload }) => `${workload.kind}/${workload.name}`, maxWidth: 48 },
  { title: 'CONTAINER', value: ({ container }) => container, maxWidth: 30 },
  { title: 'CPU, MEMORY', value: requestsText, whole: true },
  figures('PROMISED/MONTH', ({ promised }) => money(promised)),
  figures('GOT/MONTH', ({ got }) => money(got)),
  {
    ...figures('LOAD', ({ load }) => (load === null ? '?' : `×${formatNumber(load)}`)),
    optional: true,
  },
  {
    title: 'THROTTLED',
    value: ({ throttledShare }) => beforeAfter(throttledShare, formatShare),
    optional: true,
  },
  {
    title: 'CPU WAIT',
    value: ({ cpuPressure }) => beforeAfter(cpuPressure, formatShare),
    optional: true,
  },
  {
    title: 'STATE',
    value: ({ isOver }) => (isOver ? 'followed 14 days' : 'being followed'),
    optional: true,
  },
  {
    title: 'HARM',
    value: harmText,
    color: ({ hurt }) => (hurt.length > 0 ? 'red' : null),
  },
];
