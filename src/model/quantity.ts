import type { Reading } from './reading.ts';

/** Cores as Kubernetes writes them, rounded up to whole millicores: `250m`, `2`. */
export function formatCores(cores: number): string {
  const millis = Math.ceil(cores * 1000 - 1e-9);
  return millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`;
}

/** Bytes as Kubernetes writes them, rounded up to whole MiB: `512Mi`, `2Gi`. */
export function formatBytes(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 2 ** 20 - 1e-9);
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** A request or a limit; `none` where there is none, or one of nothing, which Kubernetes takes for none. */
export function formatRequest(amount: Reading, format: (amount: number) => string): string {
  return amount === null || amount === 0 ? 'none' : format(amount);
}
