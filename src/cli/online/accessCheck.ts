import { SYSTEM_DEPS } from '../../collect/systemDeps.ts';
import { createApiClient } from '../../collect/kubernetes/api/apiClient.ts';
import { ApiFailure } from '../../collect/kubernetes/api/apiFailure.ts';
import { connect } from '../../collect/kubernetes/api/connect.ts';
import type { Config } from '../../daemon/config/schema.ts';
import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import { discover, redirectUrlOf } from '../../serve/security/oidc.ts';
import { tryReviews } from '../../serve/security/tokenReview.ts';
import type { OnlineResult } from './onlineResult.ts';

const TIMEOUT_MS = 10 * SECOND_MS;

/** Reads what the provider publishes; only a login shows whether it knows the client. */
export async function checkOidc({ oidc, serve }: Config): Promise<readonly OnlineResult[] | null> {
  if (oidc === undefined) return null;
  try {
    await discover(oidc);
    const { href } = redirectUrlOf(serve.externalUrl ?? '');
    return [{ level: 'ok', text: `${oidc.issuer} answers; ${href} must be registered there` }];
  } catch (error) {
    return [{ level: 'failed', text: error instanceof Error ? error.message : String(error) }];
  }
}

/** Asks for a review of no token and one of no user: whether Burnwatch may. */
export async function checkTokenReview(
  { serve, workloads }: Config,
  _now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[] | null> {
  if (serve.tokenReview === undefined) return null;
  try {
    const connection = await connect(workloads, SYSTEM_DEPS);
    try {
      await tryReviews(createApiClient(connection, SYSTEM_DEPS, TIMEOUT_MS), signal);
      return [{ level: 'ok', text: `${connection.label} reviews tokens and access` }];
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    const cure =
      error.code === 'forbidden'
        ? '; grant "create" on tokenreviews and subjectaccessreviews to Burnwatch (the chart does)'
        : '';
    return [{ level: 'failed', text: `${error.message}${cure}` }];
  }
}
