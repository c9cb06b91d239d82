import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { configPart, type Rule } from '../config/configPart.ts';
import { duration, timeZone } from '../config/values.ts';
import type { DetectConfig } from '../detect/detector.ts';
import type { OwnersConfig } from '../detect/owners/config.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/time.ts';

const schedule = z.strictObject({
  window: duration.default(5 * MINUTE_MS),
  settle: duration.default(2 * MINUTE_MS),
  cycle: z.string().default('*/5 * * * *'),
  digest: z.string().default('0 9 * * 1'),
  timezone: timeZone.default('UTC'),
  initialBackfill: duration.default(14 * DAY_MS),
});

export type ScheduleConfig = z.output<typeof schedule>;

/** What running a window depends on, besides its sources and the thresholds. */
export interface WindowConfig extends DetectConfig {
  readonly cluster: string;
  readonly owners: OwnersConfig;
  readonly schedule: ScheduleConfig;
}

const windowDividesHour: Rule<ScheduleConfig> = ({ window }, report) => {
  if (HOUR_MS % window !== 0 || window < MINUTE_MS)
    report(['window'], 'must divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h');
};

const cronExpressions: Rule<ScheduleConfig> = (part, report) => {
  for (const key of ['cycle', 'digest'] as const) {
    if (!isCron(part[key]))
      report([key], `"${part[key]}" is not a cron expression such as */5 * * * *`);
  }
};

export const schedulePart = configPart(schedule.prefault({}), windowDividesHour, cronExpressions);
