import type { Random } from '../../random.ts';
import { clock, MIB, type Flow } from '../workload.ts';

/** How a miner's power is spread over time; 1 is all that its share of the limit allows. */
export type Power = (start: number, onset: number) => number;

const HOUR = 3_600_000;

/** Averages a switch over a window of five minutes, minute by minute. */
function perMinute(on: (time: number) => boolean): Power {
  return (start, onset) => {
    let minutes = 0;
    for (let minute = 0; minute < 5; minute++) {
      const time = start + minute * 60_000;
      if (time >= onset && on(time)) minutes++;
    }
    return minutes / 5;
  };
}

export const steady: Power = perMinute(() => true);
/** From nothing to full power over a day. */
export const ramp: Power = (start, onset) =>
  start < onset ? 0 : Math.min(1, (start - onset) / (24 * HOUR));
/** A week-long ramp, to poison the baseline. */
export const weekRamp: Power = (start, onset) =>
  start < onset ? 0 : Math.min(1, (start - onset) / (168 * HOUR));
export const tenOnTwentyOff: Power = (start, onset) =>
  perMinute((time) => (time - onset) % (30 * 60_000) < 10 * 60_000)(start, onset);
const isNight = (time: number): boolean => clock(time).hour >= 22 || clock(time).hour < 6;
export const nightsOnly: Power = perMinute(isNight);
export const highByNight: Power = (start, onset) => {
  const on = steady(start, onset);
  return isNight(start) ? on : on * 0.25;
};

/** What the miner adds to its pod: a plateau, a whisper to its pool, and perhaps a cover. */
export interface MinerStyle {
  readonly power: Power;
  /** Bytes a second of pretended traffic, for every core it burns. */
  readonly coverNet: number;
  readonly coverDisk: number;
  readonly ram: number;
  /** Coefficient of variation between windows. */
  readonly cv: number;
}

export function minerFlow(
  style: MinerStyle,
  cores: number,
  start: number,
  onset: number,
  random: Random,
): Flow {
  const power = style.power(start, onset);
  const used = cores * power * random.noise(style.cv);
  const isOn = power > 0;
  const cover = style.coverNet * used * random.noise(0.3);
  return {
    cores: used,
    rx: isOn ? random.between(20, 60) + cover * 0.6 : 0,
    tx: isOn ? random.between(20, 70) + cover * 0.4 : 0,
    diskRead: 0,
    diskWrite: style.coverDisk * used * random.noise(0.2),
    ram: isOn ? style.ram : 20 * MIB,
  };
}

/** Adds a miner's flow to its host's. */
export function addFlow(host: Flow, miner: Flow): Flow {
  const sum = (a: number | null, b: number | null): number | null =>
    a === null ? null : a + (b ?? 0);
  return {
    cores: host.cores + miner.cores,
    rx: sum(host.rx, miner.rx),
    tx: sum(host.tx, miner.tx),
    diskRead: sum(host.diskRead, miner.diskRead),
    diskWrite: sum(host.diskWrite, miner.diskWrite),
    ram: host.ram + miner.ram,
  };
}
