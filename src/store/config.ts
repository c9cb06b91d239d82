import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { configPart, type Rule } from '../config/configPart.ts';
import { duration } from '../config/values.ts';
import { DAY_MS } from '../model/time.ts';

const bucket = z.strictObject({
  /** Of what speaks S3's protocol; absent: AWS. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).default('us-east-1'),
  /** The bucket in the path of the address rather than in its name. */
  pathStyle: z.boolean().default(true),
  accessKeyId: z.string().optional(),
  accessKeyIdFile: z.string().optional(),
  secretAccessKey: z.string().optional(),
  secretAccessKeyFile: z.string().optional(),
  sessionToken: z.string().optional(),
  sessionTokenFile: z.string().optional(),
});

export type BucketConfig = z.output<typeof bucket>;

const backup = z.strictObject({
  schedule: z
    .string()
    .default('0 3 * * *')
    .refine((text) => isCron(text), { error: 'is not a cron expression such as 0 3 * * *' }),
  /** A folder, best on another volume, or `s3://BUCKET/PREFIX`. */
  to: z.string().min(1),
  keep: z.int().min(1).default(7),
  s3: bucket.optional(),
});

export type BackupConfig = z.output<typeof backup>;

const history = z.strictObject({
  /** Where the history is: a file, or what `placeHistory` makes of `url`. */
  path: z.string().default('./burnwatch.db'),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  /** Whether processes that stand by on PostgreSQL observe a part of the namespaces for the one that leads. */
  standbys: z.enum(['serve', 'collect']).default('serve'),
  /** All clusters whose histories are in this database, by name; the first one speaks for all. */
  fleet: z.array(z.string().min(1)).min(2).optional(),
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

const s3: Rule<HistoryConfig> = ({ backup: place }, report) => {
  if (place === undefined) return;
  const isBucket = place.to.startsWith('s3://');
  if (!isBucket) {
    if (place.s3 !== undefined)
      report(['backup', 's3'], 'is for a bucket: set history.backup.to to s3://BUCKET/PREFIX');
    return;
  }
  if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/|$)/.test(place.to))
    report(
      ['backup', 'to'],
      'must be s3://BUCKET/PREFIX; a bucket has 3 to 63 of a-z, 0-9, . and -',
    );
  const { accessKeyId, secretAccessKey } = place.s3 ?? {};
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const key = accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey';
    report(['backup', 's3', key], `is missing beside the other: set it, or ${key}File`);
  }
};

const postgres: Rule<HistoryConfig> = (
  { url, urlFile, standbys, fleet, backup: toFolder },
  report,
) => {
  if (fleet !== undefined && new Set(fleet).size < fleet.length)
    report(['fleet'], 'names a cluster twice');
  if (url === undefined) {
    const shared = { standbys: standbys === 'collect', fleet: fleet !== undefined };
    for (const [key, isGiven] of Object.entries(shared))
      if (isGiven)
        report(
          [key],
          'is for several processes on one PostgreSQL: set history.url, or leave it out',
        );
    return;
  }
  const key = urlFile === undefined ? 'url' : 'urlFile';
  const problem = urlProblem(url);
  if (problem !== null) report([key], problem);
  if (toFolder !== undefined)
    report(
      ['backup'],
      'copies an SQLite file: with history.url, use the means of PostgreSQL (docs/postgresql.md)',
    );
};

/** `prefer`, `require` and `verify-ca` are as strict as `verify-full`. */
const SSL_MODES = ['verify-full', 'verify-ca', 'require', 'prefer', 'no-verify', 'disable'];

function urlProblem(url: string): string | null {
  if (/^postgres(ql)?:\/\/([^/?#]*@)?[^/?#@]*,[^/?#@]*([/?#]|$)/.test(url))
    return 'names several servers: give one address that follows the one that can be written (docs/postgresql.md)';
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    return 'must be an address such as postgres://burnwatch@db.example.com/burnwatch?sslmode=verify-full';
  const { hostname, pathname, hash, searchParams } = new URL(url);
  const [sslmode = 'verify-full', ...others] = searchParams.getAll('sslmode');
  if (others.length > 0) return 'has sslmode twice';
  if (!SSL_MODES.includes(sslmode))
    return `has sslmode=${sslmode}: it must be one of ${SSL_MODES.join(', ')}`;
  if (hostname === '') return 'names no server';
  if (!/^\/[^/]+$/.test(pathname))
    return 'must end with the name of a database, such as /burnwatch';
  return hash === '' ? null : 'must not have a # part: encode it as %23';
}

export const historyPart = configPart(history.prefault({}), retentionOrder, s3, postgres);
