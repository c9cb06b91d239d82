import type { Driver, Reason } from '../../store/digests/digest.ts';
import type { Parts } from './decompose.ts';

const NAMED = 3;
/** A workload with less than this share of a driver is not counted among its causes. */
const LEAST_SHARE = 0.01;

/** Adds up the parts of many (workloads, node kinds) into reasons that name the heaviest. */
export class ReasonSums {
  readonly #byDriver = new Map<Driver, Map<string, number>>();

  add(name: string, parts: Parts): void {
    for (const [driver, nano] of parts) {
      const names = this.#byDriver.get(driver) ?? new Map<string, number>();
      names.set(name, (names.get(name) ?? 0) + nano);
      this.#byDriver.set(driver, names);
    }
  }

  /** Largest first by size; equals by name, so that the same data always say the same. */
  reasons(): readonly Reason[] {
    return [...this.#byDriver]
      .map(([driver, names]) => reasonOf(driver, names))
      .filter(({ nano }) => nano !== 0)
      .sort((a, b) => Math.abs(b.nano) - Math.abs(a.nano) || (a.driver < b.driver ? -1 : 1));
  }
}

function reasonOf(driver: Driver, names: ReadonlyMap<string, number>): Reason {
  const nano = sumOf(names.values());
  const sign = Math.sign(nano);
  // An outage has no workload as its cause: everything runs fewer hours.
  const causes = (driver === 'hours' ? [] : [...names])
    .filter(([name, part]) => name !== '' && part * sign > LEAST_SHARE * Math.abs(nano))
    .sort(([left, a], [right, b]) => (b - a) * sign || (left < right ? -1 : 1));
  return {
    driver,
    nano,
    names: causes.slice(0, NAMED).map(([name]) => name),
    count: causes.length,
  };
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
