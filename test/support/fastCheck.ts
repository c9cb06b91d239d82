import { assert as assertOnce, configureGlobal, readConfigureGlobal } from 'fast-check';

export * from 'fast-check';

/** Runs of a property that states no number. */
const RUNS = 100;
/** The slow tests try each property with more values. */
const FACTOR = Number(process.env['FC_RUNS_FACTOR'] ?? 1);

configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env['FC_SEED'] ?? 1) });

export const assert = ((property, parameters) =>
  assertOnce(property, {
    ...parameters,
    numRuns: (parameters?.numRuns ?? RUNS) * FACTOR,
  })) as typeof assertOnce;
