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
  /** Where the history is: a file, or what `placeHistory` makes of `url`. */
  path: z.string().default('./burnwatch.db'),
  url: z.string().optional(),
  urlFile: z.string().optional(),
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

const postgres: Rule<HistoryConfig> = ({ url, urlFile, backup: toFolder }, report) => {
  if (url === undefined) return;
  const key = urlFile === undefined ? 'url' : 'urlFile';
  const problem = urlProblem(url);
  if (problem !== null) report([key], problem);
  if (toFolder !== undefined)
    report(
      ['backup'],
      'copies an SQLite file: with history.url, use the means of PostgreSQL (docs/postgresql.md)',
    );
};

function urlProblem(url: string): string | null {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    return 'must be an address such as postgres://burnwatch@db.example.com/burnwatch?sslmode=verify-full';
  const { hostname, pathname, hash } = new URL(url);
  if (hostname === '') return 'names no server';
  if (!/^\/[^/]+$/.test(pathname))
    return 'must end with the name of a database, such as /burnwatch';
  return hash === '' ? null : 'must not have a # part: encode it as %23';
}

export const historyPart = configPart(history.prefault({}), retentionOrder, postgres);
