import type { WebClient } from '@slack/web-api';
import type { Person } from './interaction.ts';

/** The workspace that our token belongs to, and its organisation where it has one. */
export interface Workspace {
  readonly teamId: string;
  readonly enterpriseId: string | null;
}

/** Asks Slack whose token this is. */
export async function workspaceOf(client: WebClient): Promise<Workspace> {
  const { team_id: teamId, enterprise_id: enterpriseId } = await client.auth.test();
  if (teamId === undefined) throw new Error('Slack does not say which workspace the token is of');
  return { teamId, enterpriseId: enterpriseId ?? null };
}

/**
 * True for a member of the workspace or of its organisation. A channel may be shared with other companies
 * (Slack Connect), and an app may be installed in several workspaces: their people see our buttons.
 */
export function isOf({ teamId, enterpriseId }: Workspace, person: Person): boolean {
  return (
    person.teamId === teamId || (enterpriseId !== null && person.enterpriseId === enterpriseId)
  );
}
