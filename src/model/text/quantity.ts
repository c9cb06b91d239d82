import type { Reading } from '../reading.ts';

const MIB = 2 ** 20;

/** Cores as Kubernetes writes them, rounded up to whole millicores: `250m`, `2`. */
export function cpuQuantity(cores: number): string {
  const millis = Math.ceil(cores * 1000 - 1e-9);
  return millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`;
}

/** Bytes as Kubernetes writes them, rounded up to whole MiB: `512Mi`, `2Gi`. */
export function memoryQuantity(bytes: number): string {
  const mebibytes = Math.ceil(bytes / MIB - 1e-9);
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** A request or a limit; `none` where there is none, or one of nothing, which Kubernetes takes for none. */
export function quantityOrNone(amount: Reading, format: (amount: number) => string): string {
  return amount === null || amount === 0 ? 'none' : format(amount);
}

/** Cores rounded up to what people write: 1 m below 100 m, 10 m below a core, 100 m above. */
export function roundCores(cores: number): number {
  const millis = cores * 1000;
  const step = millis < 100 ? 1 : millis < 1000 ? 10 : 100;
  return (Math.ceil(millis / step - 1e-9) * step) / 1000;
}

/** Bytes rounded up: 1 MiB below 256 MiB, 16 MiB below 4 GiB, 128 MiB above. */
export function roundBytes(bytes: number): number {
  const mebibytes = bytes / MIB;
  const step = mebibytes < 256 ? 1 : mebibytes < 4096 ? 16 : 128;
  return Math.ceil(mebibytes / step - 1e-9) * step * MIB;
}
