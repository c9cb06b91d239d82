/** A detector's own rows. Changes are recorded in the window's transaction. */
export interface DetectorState<S> {
  get(key: string): S | undefined;
  set(key: string, value: S): void;
  delete(key: string): void;
  entries(): Iterable<readonly [string, S]>;
}

/** How a detector's state is stored: small (under 2 KB a workload) and versioned with the detector. */
export interface StateCodec<S> {
  encode(value: S): Uint8Array;
  decode(bytes: Uint8Array): S;
}

/** State kept as JSON, for detectors with little of it. A change of its form raises the detector's version. */
export function jsonCodec<S>(): StateCodec<S> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as S,
  };
}
