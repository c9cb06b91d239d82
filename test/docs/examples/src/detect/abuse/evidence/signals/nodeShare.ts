import { unknown, type Signal } from '../signal.ts';

/** A real signal reads its threshold from `thresholds/abuse.yaml`. */
const SHARE = 0.9;

/** One pod uses almost all cores of its node: miners start a thread for each core. */
export const nodeShare: Signal = {
  name: 'node-share',
  family: 'level',
  unit: 'share of the node',
  measure({ subject: { cores, nodeCores, isSummed } }) {
    if (nodeCores === null || isSummed) return unknown('The node is not known');
    const value = cores / nodeCores;
    return {
      value,
      threshold: SHARE,
      strength: value >= SHARE ? 0.5 : 0,
      text: `Uses ${Math.round(100 * value)} % of its node`,
    };
  },
};
