import { createHash } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadableStream } from 'node:stream/web';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { BackupConfig, BucketConfig } from '../../store/config.ts';
import { HistoryError } from '../../store/history.ts';
import { newestBackups } from './folder.ts';

/** S3 takes at most 5 GiB in one request, and parts of at least 5 MiB. */
const PART_BYTES = 64 * 2 ** 20;
const SHORT_MS = 30 * SECOND_MS;
/** For one part, or one download. */
const LONG_MS = 30 * MINUTE_MS;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = SECOND_MS / 2;

type Keys = Pick<BucketConfig, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'region'>;
type Sign = (method: string, url: URL, sha256: string) => Promise<Record<string, string>>;

/** A bucket of S3, or of what speaks its protocol (MinIO, Ceph, R2, Google's XML API). */
export class Bucket {
  readonly #sign: Promise<Sign>;
  readonly #url: URL;
  readonly #prefix: string;
  readonly #name: string;
  readonly #signal: AbortSignal;

  /** @param to `s3://BUCKET/PREFIX` */
  constructor(to: string, s3: BucketConfig, signal: AbortSignal) {
    const { bucket, key } = parseS3(to);
    this.#sign = signing(s3);
    this.#sign.catch(() => undefined);
    this.#url = new URL(s3.endpoint ?? `https://s3.${s3.region}.amazonaws.com`);
    if (!s3.pathStyle) this.#url.hostname = `${bucket}.${this.#url.hostname}`;
    else this.#url.pathname = `${this.#url.pathname.replace(/\/$/, '')}/${bucket}`;
    this.#prefix = key === '' ? '' : `${key.replace(/\/$/, '')}/`;
    this.#name = bucket;
    this.#signal = signal;
  }

  /** Uploads a file; the server checks each part against its SHA-256. Returns where it lies. */
  async put(file: string, name: string): Promise<string> {
    const blob = await openAsBlob(file);
    const key = this.#prefix + name;
    if (blob.size <= PART_BYTES) await this.#send('PUT', key, {}, blob);
    else await this.#putParts(key, blob);
    return this.#address(key);
  }

  /** Addresses of the backups, the newest first. */
  async list(): Promise<readonly string[]> {
    const names: string[] = [];
    let more: string | undefined;
    do {
      const asked = { 'list-type': '2', prefix: this.#prefix };
      const page = { ...asked, ...(more === undefined ? {} : { 'continuation-token': more }) };
      const text = await (await this.#send('GET', '', page)).text();
      for (const key of elements(text, 'Key')) names.push(key.slice(this.#prefix.length));
      [more] = elements(text, 'NextContinuationToken');
    } while (more !== undefined);
    return newestBackups(names).map((name) => this.#address(this.#prefix + name));
  }

  /** Downloads a backup, by its address; a file that was not completed is removed. */
  async get(address: string, target: string): Promise<void> {
    const { key } = parseS3(address);
    try {
      const { body } = await this.#send('GET', key, {}, null, LONG_MS);
      await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(target));
    } catch (error) {
      await rm(target, { force: true });
      throw error instanceof HistoryError ? error : this.#failed(`read ${address}`, error);
    }
  }

  /** Removes all but the newest `keep` backups; other objects are left alone. */
  async dropOld(keep: number): Promise<void> {
    const old = (await this.list()).slice(keep);
    for (const address of old) await this.#send('DELETE', parseS3(address).key);
  }

  async #putParts(key: string, blob: Blob): Promise<void> {
    const begun = await (await this.#send('POST', key, { uploads: '' })).text();
    const [uploadId = ''] = elements(begun, 'UploadId');
    try {
      const parts: string[] = [];
      for (let at = 0; at < blob.size; at += PART_BYTES) {
        const partNumber = String(parts.length + 1);
        const part = blob.slice(at, at + PART_BYTES);
        const { headers } = await this.#send('PUT', key, { partNumber, uploadId }, part);
        const tag = `<ETag>${headers.get('etag') ?? ''}</ETag>`;
        parts.push(`<Part><PartNumber>${partNumber}</PartNumber>${tag}</Part>`);
      }
      const all = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
      const done = await this.#send('POST', key, { uploadId }, new Blob([all]));
      // A failure at this step comes with 200.
      const [code] = elements(await done.text(), 'Code');
      if (code !== undefined) throw this.#failed(`write ${this.#address(key)}`, new Error(code));
    } catch (error) {
      // Else its parts are charged for until they are removed.
      await this.#send('DELETE', key, { uploadId }).catch(() => undefined);
      throw error;
    }
  }

  /** @throws HistoryError `io` naming the bucket, what was refused and the cure */
  async #send(
    method: string,
    key: string,
    query: Readonly<Record<string, string>> = {},
    body: Blob | null = null,
    timeoutMs = body === null ? SHORT_MS : LONG_MS,
  ): Promise<Response> {
    const url = new URL(this.#url);
    if (key !== '') url.pathname += `/${key.split('/').map(encodeURIComponent).join('/')}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const what = `${method} ${key === '' ? 'the list of' : ''} ${this.#address(key)}`;
    const response = await this.#attempt(what, method, url, body, timeoutMs);
    if (response.ok) return response;
    const text = (await response.text()).slice(0, 10_000);
    const [code = ''] = elements(text, 'Code');
    throw this.#failed(what, new Error(`${response.status} ${code}`.trim()), cureOf(code));
  }

  /** Asks again where waiting may help: every request may be made twice. */
  async #attempt(
    what: string,
    method: string,
    url: URL,
    body: Blob | null,
    timeoutMs: number,
  ): Promise<Response> {
    const digest = await sha256(body);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const headers = await (await this.#sign)(method, url, digest);
        const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]);
        const response = await fetch(url, { method, headers, body, signal, redirect: 'error' });
        const isPassing = response.status >= 500 || response.status === 429;
        if (!isPassing || attempt === ATTEMPTS) return response;
        await response.body?.cancel();
      } catch (error) {
        if (attempt === ATTEMPTS || this.#signal.aborted) throw this.#failed(what, error);
      }
      await pause(FIRST_PAUSE_MS * 2 ** attempt);
    }
  }

  #address(key: string): string {
    return `s3://${this.#name}/${key}`;
  }

  #failed(what: string, error: unknown, cure = ''): HistoryError {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    const text = `the bucket of history.backup (${this.#url.host}) failed to ${what}: ${why}${cure}`;
    return new HistoryError('io', text, error);
  }
}

/** Signature Version 4. Without keys, credentials are found in the order of AWS’ own tools (IRSA, Pod Identity, …). */
async function signing({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  region,
}: Keys): Promise<Sign> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const { Hash } = await import('@smithy/core/serde');
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? defaultProvider({ clientConfig: { region } })
      : { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const sha = Hash.bind(null, 'sha256');
  // S3 alone wants the path as it is.
  const form = { uriEscapePath: false, applyChecksum: false };
  const signer = new SignatureV4({ credentials, region, service: 's3', sha256: sha, ...form });
  return async (method, url, digest) => {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'x-amz-content-sha256': digest },
    });
    const { host: _host, ...headers } = signed.headers;
    return headers;
  };
}

/** True of an address that lies in a bucket. */
export function isInBucket(to: string): boolean {
  return to.startsWith('s3://');
}

/** The parts of `s3://BUCKET/KEY`. */
function parseS3(address: string): { readonly bucket: string; readonly key: string } {
  const [bucket = '', ...key] = address.slice('s3://'.length).split('/');
  return { bucket, key: key.join('/') };
}

/** The bucket of the configuration; null where backups go to a folder. */
export function backupBucket(backup: BackupConfig | undefined, signal: AbortSignal): Bucket | null {
  if (backup === undefined || !isInBucket(backup.to)) return null;
  return new Bucket(backup.to, backup.s3 ?? { region: 'us-east-1', pathStyle: true }, signal);
}

function cureOf(code: string): string {
  switch (code) {
    case 'NoSuchBucket':
      return ': create the bucket, or correct history.backup.to';
    case 'AccessDenied':
      return ': allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject there';
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return ': correct history.backup.s3.accessKeyId and secretAccessKey';
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return ': set history.backup.s3.region to where the bucket is';
    case 'RequestTimeTooSkewed':
      return ': the clock of this machine is wrong';
    default:
      return '';
  }
}

async function sha256(body: Blob | null): Promise<string> {
  const hash = createHash('sha256');
  if (body !== null)
    for await (const piece of body.stream() as unknown as AsyncIterable<Uint8Array>)
      hash.update(piece);
  return hash.digest('hex');
}

/** The texts of a document's elements of this name; they hold no markup of their own. */
function elements(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'));
  const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };
  return Array.from(found, ([, text = '']) =>
    text.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => entities[entity as '&amp;']),
  );
}
