import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { registerBackfill } from './backfill.ts';
import { registerBill } from './bill.ts';
import { registerBudgets } from './budgets.ts';
import { registerCheckConfig } from './checkConfig.ts';
import { registerCosts } from './costs.ts';
import { registerDeliveries } from './deliveries.ts';
import { registerDemo } from './demo.ts';
import { registerFindings } from './findings.ts';
import { registerOnce } from './once.ts';
import { registerPosture } from './posture.ts';
import { registerPrices } from './prices.ts';
import { registerRecommend } from './recommend.ts';
import { registerRun } from './run.ts';
import { registerSilence } from './silence.ts';

/** Every command there is, in the order of `--help`: one file each. */
export const COMMANDS: readonly ((program: Command, io: Io) => void)[] = [
  registerRun,
  registerOnce,
  registerBackfill,
  registerCheckConfig,
  registerCosts,
  registerPrices,
  registerBudgets,
  registerBill,
  registerFindings,
  registerSilence,
  registerDeliveries,
  registerRecommend,
  registerPosture,
  registerDemo,
];
