import { floorRule } from './floorRule.ts';
import { overLimit } from './overLimit.ts';
import type { Rule } from './rule.ts';
import { zScore } from './zScore.ts';

/** Fresh instances of the rules that people use today, and of the floor rule. */
export function todaysRules(): readonly Rule[] {
  return [
    overLimit('CPU > 80 % of limit for 15 min', 0.8, 3),
    overLimit('CPU > 50 % of limit for 1 h', 0.5, 12),
    zScore(),
    floorRule(),
  ];
}
