const MIB = 2 ** 20;

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
