import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { PrometheusConfig } from '../config.ts';

/** A request as it goes out. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
}

/** How a managed store knows who asks. */
export interface CloudLogin {
  /** The headers that let the request pass. @throws Error naming the configuration key and the reason */
  authorize(request: OutgoingRequest): Promise<Readonly<Record<string, string>>>;
}

/** The login of the configuration’s managed store; null where it needs none. Libraries of others are not loaded. */
export async function createCloudLogin(config: PrometheusConfig): Promise<CloudLogin | null> {
  const { sigv4, googleIam, oauth2 } = config;
  if (sigv4 !== undefined) return named('prometheus.sigv4', await signing(sigv4));
  if (googleIam !== undefined) return named('prometheus.googleIam', await google(googleIam));
  return oauth2 === undefined ? null : named('prometheus.oauth2', clientCredentials(oauth2));
}

function named(key: string, login: CloudLogin): CloudLogin {
  return {
    authorize: (request) =>
      login.authorize(request).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${key}: no credentials: ${reason}`, { cause });
      }),
  };
}

type Part<K extends keyof PrometheusConfig> = NonNullable<PrometheusConfig[K]>;

/** Where the credentials of a signature come from; and when it is, for AWS’ published examples. */
export interface SigningOptions {
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly now?: () => Date;
}

/**
 * Signature Version 4 of AWS. Credentials by the order of AWS’ own tools: environment, profile, SSO, web identity
 * (IRSA), container (EKS Pod Identity), instance; they are renewed before they expire.
 */
export async function signing(
  { region, profile, service }: Part<'sigv4'>,
  { credentials, now = () => new Date() }: SigningOptions = {},
): Promise<CloudLogin> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const { Hash } = await import('@smithy/core/serde');
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const chain = defaultProvider({
    ...(profile !== undefined && { profile }),
    clientConfig: { region },
  });
  const signer = new SignatureV4({
    credentials: credentials ?? chain,
    region,
    service,
    sha256: Hash.bind(null, 'sha256'),
    applyChecksum: false,
  });
  return {
    authorize: async ({ method, url, contentType, body }) => {
      const query = Object.fromEntries(url.searchParams);
      const signed = await signer.sign(
        {
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query,
          headers: { host: url.host, ...(contentType !== '' && { 'content-type': contentType }) },
          body,
        },
        { signingDate: now() },
      );
      const { host: _host, 'content-type': _type, ...added } = signed.headers;
      return added;
    },
  };
}

/** What may read metrics of Google Cloud, and nothing else. */
const READ_METRICS = 'https://www.googleapis.com/auth/monitoring.read';

/**
 * A token of Google: of a service account’s file, else as Google’s own tools find one (GOOGLE_APPLICATION_CREDENTIALS,
 * gcloud, the metadata server with its workload identity).
 */
async function google({ credentialsFile }: Part<'googleIam'>): Promise<CloudLogin> {
  const { GoogleAuth, JWT } = await import('google-auth-library');
  const auth =
    credentialsFile === undefined
      ? // Its project stands in the address; looking for it takes seconds.
        new GoogleAuth({ scopes: READ_METRICS, projectId: 'unused' })
      : new JWT({ keyFile: credentialsFile, scopes: READ_METRICS });
  return {
    authorize: async ({ url }) => Object.fromEntries(await auth.getRequestHeaders(url.href)),
  };
}

/** A token is asked for anew so long before it expires. */
const EARLY_MS = MINUTE_MS;
/** Of a token that does not say how long it lives. */
const UNKNOWN_LIFE_MS = 5 * MINUTE_MS;

/** OAuth 2 with a client’s own credentials (RFC 6749, 4.4), kept until they are about to expire. */
function clientCredentials(config: Part<'oauth2'>): CloudLogin {
  let kept: { readonly token: Promise<string>; readonly until: number } | null = null;
  const ask = async (): Promise<string> => {
    const oauth = await import('oauth4webapi');
    const { tokenUrl, clientId, clientSecret = '', scopes, parameters } = config;
    const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
    const client = { client_id: clientId };
    const scope = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(clientSecret),
      { ...parameters, ...scope },
      {
        signal: () => AbortSignal.timeout(30 * SECOND_MS),
        // Whether to trust a connection without TLS is for the address in the configuration to say.
        [oauth.allowInsecureRequests]: tokenUrl.startsWith('http:'),
      },
    );
    const answer = await oauth.processClientCredentialsResponse(server, client, response);
    const lifeMs =
      answer.expires_in === undefined ? UNKNOWN_LIFE_MS : answer.expires_in * SECOND_MS;
    kept = { token: Promise.resolve(answer.access_token), until: Date.now() + lifeMs - EARLY_MS };
    return answer.access_token;
  };
  return {
    authorize: async () => {
      if (kept === null || Date.now() >= kept.until) {
        // Queries that go out at once wait for one token.
        const token = ask();
        kept = { token, until: Infinity };
        token.catch(() => {
          kept = null;
        });
      }
      return { authorization: `Bearer ${await kept.token}` };
    },
  };
}
