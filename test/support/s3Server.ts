import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ACCESS_KEY = 'AKIDEXAMPLE';
export const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const REGION = 'eu-central-1';

/** A bucket of a server that speaks S3's protocol, and lets nobody in whose signature is wrong. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Method and path of every request that was let in. */
  readonly requests: string[];
  /** Answers the next requests with this error of S3's. */
  fail(status: number, code: string): void;
}

/** Objects of one page of a list. */
const PAGE = 3;

/** Starts the server with one bucket, reached by its path. */
export async function startS3(bucket: string): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  let failure: readonly [number, string] | null = null;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const refuse = (status: number, code: string) => {
      const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
    };
    const problem = signatureProblem(request, body);
    if (problem !== null) return refuse(403, problem);
    if (failure !== null) return refuse(...failure);
    const url = new URL(request.url ?? '', 'http://s3');
    requests.push(`${request.method} ${url.pathname}`);
    const [, name, ...rest] = url.pathname.split('/');
    if (name !== bucket) return refuse(404, 'NoSuchBucket');
    const key = rest.map(decodeURIComponent).join('/');
    const asked = url.searchParams;
    const upload = uploads.get(asked.get('uploadId') ?? '');
    if (request.method === 'POST' && asked.has('uploads')) {
      const id = `upload-${uploads.size}`;
      uploads.set(id, new Map());
      response.end(`<R><UploadId>${id}</UploadId></R>`);
    } else if (request.method === 'PUT' && upload !== undefined) {
      upload.set(Number(asked.get('partNumber')), body);
      response.setHeader('etag', `"${createHash('md5').update(body).digest('hex')}"`).end();
    } else if (request.method === 'POST' && upload !== undefined) {
      const parts = [...upload].sort(([a], [b]) => a - b).map(([, part]) => part);
      const tags = parts.map((part) => createHash('md5').update(part).digest('hex'));
      const given = [...body.toString().matchAll(/<ETag>"(\w+)"<\/ETag>/g)].map(([, tag]) => tag);
      if (tags.join() !== given.join()) return refuse(400, 'InvalidPart');
      objects.set(key, Buffer.concat(parts));
      response.end('<CompleteMultipartUploadResult/>');
    } else if (request.method === 'PUT') {
      objects.set(key, body);
      response.end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (key === '') response.end(listing(objects, asked));
    else {
      const found = objects.get(key);
      if (found === undefined) return refuse(404, 'NoSuchKey');
      response.end(found);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    fail: (status, code) => void (failure = [status, code]),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listing(objects: ReadonlyMap<string, Buffer>, asked: URLSearchParams): string {
  const after = asked.get('continuation-token') ?? '';
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(asked.get('prefix') ?? '') && key > after)
    .sort();
  const page = keys.slice(0, PAGE).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  const last = keys[PAGE - 1];
  const more = keys.length > PAGE ? `<NextContinuationToken>${last}</NextContinuationToken>` : '';
  return `<ListBucketResult>${page.join('')}${more}</ListBucketResult>`;
}

/** AWS Signature Version 4, as its documentation describes it; null where the request is signed as it should be. */
function signatureProblem(request: IncomingMessage, body: Buffer): string | null {
  const { authorization = '' } = request.headers;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      authorization,
    );
  if (match === null) return 'AccessDenied';
  const [, accessKey, day = '', region, signedHeaders = '', signature] = match;
  if (accessKey !== ACCESS_KEY) return 'InvalidAccessKeyId';
  if (region !== REGION) return 'AuthorizationHeaderMalformed';
  const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) =>
    createHmac('sha256', key).update(data).digest();
  const content = String(request.headers['x-amz-content-sha256']);
  if (content !== sha(body)) return 'XAmzContentSHA256Mismatch';
  const url = new URL(request.url ?? '', 'http://s3');
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = signedHeaders.split(';');
  if (!headers.includes('host') || !headers.includes('x-amz-content-sha256')) return 'AccessDenied';
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...headers.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    content,
  ].join('\n');
  const date = String(request.headers['x-amz-date']);
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `AWS4${SECRET_KEY}`,
  );
  return hmac(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}
