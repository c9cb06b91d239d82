/**
 * fast-check with a fixed seed: a property is tried with the same values in every run, so that a suite that
 * passed passes again. `FC_SEED=N` tries others, `FC_RUNS_FACTOR=N` tries N times as many.
 */
export * as fc from './fastCheck.ts';
