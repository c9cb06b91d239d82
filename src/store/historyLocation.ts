import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A history on PostgreSQL: the server and database, and which cluster of it. */
export interface PostgresLocation {
  readonly url: string;
  readonly cluster: string;
  /** The schema that holds this cluster. */
  readonly schema: string;
  /** For people: without the password. */
  readonly name: string;
}

/**
 * Where a history is kept, as one text: the path of a file, or the URL of a PostgreSQL database with the cluster as its
 * fragment, which no server gets to see.
 */
export function postgresLocation(url: string, cluster: string): string {
  return `${url.replace(/#.*$/s, '')}#${encodeURIComponent(cluster)}`;
}

/** A folder for what is kept beside a history: that of its file, or one of this machine’s. */
export function folderBeside(location: string): string {
  return parsePostgresLocation(location) === null ? dirname(location) : join(tmpdir(), 'burnwatch');
}

/** A location for people: without a password. */
export function describeLocation(location: string): string {
  return parsePostgresLocation(location)?.name ?? location;
}

/** The parts of a location on PostgreSQL; null where the location is a file. */
export function parsePostgresLocation(location: string): PostgresLocation | null {
  if (!/^postgres(ql)?:\/\//.test(location)) return null;
  const [url = '', fragment = ''] = location.split('#');
  const cluster = decodeURIComponent(fragment);
  const parsed = new URL(url);
  const { username, host, pathname, searchParams } = parsed;
  // libpq’s weaker modes: `pg` takes them for the strict one, too, with a warning on stderr.
  if (/^(prefer|require|verify-ca)$/.test(searchParams.get('sslmode') ?? ''))
    searchParams.set('sslmode', 'verify-full');
  const user = username === '' ? '' : `${username}@`;
  return {
    url: parsed.href,
    cluster,
    schema: schemaOf(cluster),
    name: `postgres://${user}${host}${pathname} (cluster ${cluster})`,
  };
}

/** `burnwatch_prod_eu` */
function schemaOf(cluster: string): string {
  return `burnwatch_${nameForFiles(cluster).replaceAll('-', '_')}`;
}

/** A cluster’s name in small letters and digits; what that cannot hold of it differs by a hash. */
export function nameForFiles(cluster: string): string {
  const plain = cluster
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const isExact = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(cluster) && cluster.length <= 40;
  const hash = createHash('sha256').update(cluster).digest('hex').slice(0, 8);
  return isExact ? plain : `${plain}-${hash}`;
}
