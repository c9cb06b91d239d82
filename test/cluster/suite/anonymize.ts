import type { RecordedSeries } from './record.ts';

const CONTAINER_ID = /[0-9a-f]{64}/g;
const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The series with container IDs and UIDs replaced by counted ones of the same form, which also compress. */
export function anonymized(series: readonly RecordedSeries[]): RecordedSeries[] {
  const known = new Map<string, string>();
  const standIn = (value: string, length: number): string => {
    const digits = known.get(value) ?? (known.size + 1).toString(16);
    known.set(value, digits);
    return digits.padStart(length, '0');
  };
  const hide = (text: string): string =>
    text
      .replaceAll(CONTAINER_ID, (id) => standIn(id, 64))
      .replaceAll(UID, (uid) => `00000000-0000-4000-8000-${standIn(uid, 12)}`);
  return series.map((one) => ({
    ...one,
    labels: Object.fromEntries(
      Object.entries(one.labels).map(([name, value]) => [name, hide(value)]),
    ),
  }));
}
