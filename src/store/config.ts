import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { configPart, type Rule } from '../config/configPart.ts';
import { duration } from '../config/values.ts';
import { DAY_MS } from '../model/time.ts';

const backup = z.strictObject({
  schedule: z
    .string()
    .default('0 3 * * *')
    .refine((text) => isCron(text), { error: 'is not a cron expression such as 0 3 * * *' }),
  /** A folder, best on another volume. */
  to: z.string().min(1),
  keep: z.int().min(1).default(7),
});

const history = z.strictObject({
  path: z.string().default('./burnwatch.db'),
  retention: z
    .strictObject({
      windows: duration.default(14 * DAY_MS),
      hours: duration.default(400 * DAY_MS),
    })
    .prefault({}),
  backup: backup.optional(),
});

export type HistoryConfig = z.output<typeof history>;

const retentionOrder: Rule<HistoryConfig> = ({ retention: { windows, hours } }, report) => {
  if (windows < DAY_MS)
    report(['retention', 'windows'], 'must be at least 1d: hours are built from windows');
  if (hours < windows)
    report(['retention', 'hours'], 'must not be shorter than history.retention.windows');
};

export const historyPart = configPart(history.prefault({}), retentionOrder);
