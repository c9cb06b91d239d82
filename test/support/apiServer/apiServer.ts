import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Denial } from './access.ts';
import { answer } from './answer.ts';
import { makeCertificate, type Certificate } from './certificate.ts';
import { Lists } from './lists.ts';
import { ObjectStore, type ApiObject } from './objectStore.ts';
import { apiVersionOf, STANDARD_RESOURCES, type ServedResource } from './resources.ts';
import { ApiStatus, unauthorized } from './status.ts';
import type { Bearer } from './writing.ts';

export interface ApiServerOptions {
  readonly resources?: readonly ServedResource[];
  /** Plain HTTP otherwise, as `kubectl proxy` serves it. */
  readonly tls?: boolean;
  /** Bearer token → user; with an empty list nobody needs a token. */
  readonly tokens?: Readonly<Record<string, string>>;
}

/** Something that goes wrong with requests whose path contains `path`, so many `times` (for ever by default). */
export interface Fault {
  readonly path: string;
  readonly times?: number;
  readonly status?: ApiStatus;
  /** Never answers; the client has to give up. */
  readonly hang?: boolean;
  /** Answers 200 with this, as a proxy's login page would. */
  readonly body?: string;
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: string | null;
  readonly accept: string;
}

/** A request that changes something. */
export function isWrite({ method, query }: SeenRequest): boolean {
  return method !== 'GET' && query.get('dryRun') === null;
}

/** A Kubernetes API server on loopback, of this process: for tests. Close it. */
export class ApiServer implements AsyncDisposable {
  readonly url: string;
  readonly certificate: Certificate | null;
  readonly requests: SeenRequest[] = [];
  /** Every `Authorization` header that came. */
  readonly authorizations = new Set<string | undefined>();
  /** What users may not do; change it at any time. */
  readonly denials: Denial[] = [];
  readonly faults: (Fault & { left?: number })[] = [];
  /** What a command in a container prints, and how it ends. */
  execOutput: { stdout: string; status: object } = { stdout: '', status: { status: 'Success' } };
  /** Is called with the status of every request that was carried out. */
  onAnswered: (request: SeenRequest, code: number) => void = () => undefined;
  /** Is waited for before (`before`) a request is carried out, and before (`after`) its answer goes out. */
  onRequest: (request: SeenRequest, moment: 'before' | 'after') => Promise<void> | void = () =>
    undefined;
  readonly tokens: Map<string, string>;
  /** Tokens that a TokenReview knows, besides those that may ask. */
  readonly bearers = new Map<string, Bearer>();
  readonly #store: ObjectStore;
  readonly #lists: Lists;
  readonly #resources: readonly ServedResource[];
  readonly #server: ReturnType<typeof createServer>;

  private constructor(
    options: ApiServerOptions,
    server: ReturnType<typeof createServer>,
    certificate: Certificate | null,
  ) {
    this.#server = server;
    this.#store = new ObjectStore();
    this.#lists = new Lists(this.#store);
    this.#resources = options.resources ?? STANDARD_RESOURCES;
    this.tokens = new Map(Object.entries(options.tokens ?? {}));
    this.certificate = certificate;
    const { port } = server.address() as AddressInfo;
    this.url = `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}`;
    server.on('request', (request, response) => void this.#handle(request, response));
    server.on('upgrade', (request, socket, head) => this.#exec(request, socket, head));
  }

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const certificate = options.tls === true ? makeCertificate() : null;
    const server = certificate === null ? createServer() : createTlsServer(certificate);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new ApiServer(options, server, certificate);
  }

  /** Puts objects (or those of a List) into the cluster, in place of those of the same name. */
  put(...objects: readonly ApiObject[]): void {
    for (const object of objects) {
      const items = object['items'] as readonly ApiObject[] | undefined;
      if (items === undefined) this.#store.put(this.#resourceOf(object), object);
      else this.put(...items);
    }
  }

  get(kind: string, namespace: string | null, name: string): ApiObject {
    return this.#store.get(this.#resourceOf({ kind }), namespace, name);
  }

  /** All objects of a kind in a namespace, in the order of their names. */
  list(kind: string, namespace: string | null): readonly ApiObject[] {
    return this.#store.list(this.#resourceOf({ kind }), namespace);
  }

  /** Every object, for comparing. */
  dump(): readonly ApiObject[] {
    return this.#resources.flatMap((resource) => this.#store.list(resource, null));
  }

  remove(kind: string, namespace: string | null, name: string): void {
    this.#store.remove(this.#resourceOf({ kind }), namespace, name);
  }

  /** Whether every `continue` token has expired when it is used, as after a compaction of etcd. */
  set expiresLists(expire: boolean) {
    this.#lists.expiresAtOnce = expire;
  }

  /** A kubeconfig for this server. */
  kubeconfig(token: string | null): string {
    const cluster = {
      server: this.url,
      ...(this.certificate && {
        'certificate-authority-data': Buffer.from(this.certificate.cert).toString('base64'),
      }),
    };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'tester', user: token === null ? {} : { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
      'current-context': 'test',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #resourceOf({ apiVersion, kind }: ApiObject): ServedResource {
    const found = this.#resources.find(
      (one) => one.kind === kind && (apiVersion ?? apiVersionOf(one)) === apiVersionOf(one),
    );
    if (found === undefined) throw new Error(`the stand-in serves no ${apiVersion} ${kind}`);
    return found;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', this.url);
    const { method = 'GET', headers } = request;
    this.authorizations.add(headers.authorization);
    const user = this.#userOf(headers.authorization);
    const accept = headers.accept ?? '';
    const seen = { method, path: url.pathname, query: url.searchParams, user, accept };
    this.requests.push(seen);
    try {
      await this.onRequest(seen, 'before');
      const fault = this.#fault(url.pathname);
      if (fault?.hang === true) return;
      if (fault?.body !== undefined) return void response.end(fault.body);
      if (fault?.status !== undefined) throw fault.status;
      if (user === null) throw unauthorized();
      const contentType = headers['content-type'] ?? 'application/json';
      const cluster = {
        resources: this.#resources,
        store: this.#store,
        lists: this.#lists,
        denials: this.denials,
        bearers: this.bearers,
        audiences: ['https://kubernetes.default.svc'],
      };
      const said = answer({ method, url, user, accept, contentType, body }, cluster);
      this.onAnswered(seen, said.code);
      await this.onRequest(seen, 'after');
      response.writeHead(said.code, { 'content-type': said.type ?? 'application/json' });
      response.end(said.body);
    } catch (error) {
      const status =
        error instanceof ApiStatus ? error : new ApiStatus(500, 'InternalError', String(error));
      const type = { 'content-type': 'application/json' };
      response.writeHead(status.code, { ...type, ...status.headers });
      response.end(JSON.stringify(status.body()));
    }
  }

  /** Runs no command: a WebSocket says what `execOutput` has, as the kubelet's would. */
  #exec(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.url);
    const user = this.#userOf(request.headers.authorization);
    this.requests.push({ method: 'GET', path, query, user, accept: '' });
    const isDenied = this.denials.some(({ resource }) => resource === 'pods/exec');
    if (user === null || isDenied || !path.endsWith('/exec')) {
      const message = `User "${user}" cannot get resource "pods/exec"`;
      const body = JSON.stringify({ kind: 'Status', message });
      const length = Buffer.byteLength(body);
      return void socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${length}\r\n\r\n${body}`);
    }
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: ([first]) => first ?? false,
    });
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const { stdout, status } = this.execOutput;
      connection.send(Buffer.from(`\u0001${stdout}`));
      connection.send(Buffer.from(`\u0003${JSON.stringify(status)}`));
      connection.close();
    });
  }

  /** Null for a token that is not known. */
  #userOf(authorization: string | undefined): string | null {
    if (this.tokens.size === 0) return 'system:anonymous';
    const token = authorization?.replace(/^Bearer /, '') ?? '';
    return this.tokens.get(token) ?? null;
  }

  #fault(path: string): Fault | undefined {
    const fault = this.faults.find(
      (one) => path.includes(one.path) && (one.left ?? one.times) !== 0,
    );
    if (fault?.times !== undefined) fault.left = (fault.left ?? fault.times) - 1;
    return fault;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
