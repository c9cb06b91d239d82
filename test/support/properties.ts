import * as fc from 'fast-check';

/**
 * fast-check with a fixed seed: a property is tried with the same values in every run, so that a suite that
 * passed passes again. `FC_SEED=N` tries others.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['FC_SEED'] ?? 1) });

export { fc };
