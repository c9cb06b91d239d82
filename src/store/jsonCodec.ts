import type { StateCodec } from './stateCodec.ts';

/** State kept as JSON, for detectors with little of it. A change of its form raises the detector's version. */
export function jsonCodec<S>(): StateCodec<S> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as S,
  };
}
