import { z } from 'zod';
import { configPart, eachEntry, type Rule } from '../../config/configPart.ts';
import { labelMatch } from '../../config/values.ts';

const route = z.strictObject({
  match: labelMatch,
  owner: z.string().optional(),
  slack: z.string().optional(),
});

export type OwnerRoute = z.output<typeof route>;

const owners = z.strictObject({
  keys: z.array(z.string()).default(['burnwatch.io/owner', 'a8r.io/owner', 'owner', 'team']),
  routes: z.array(route).default([]),
  /** What an owner's name means in Slack: a channel, a user's or group's id, or an e-mail address. */
  teams: z.record(z.string(), z.string()).default({}),
  /** What workloads say of themselves reaches only owners that `teams` or `routes` name. */
  onlyKnown: z.boolean().default(false),
});

export type OwnersConfig = z.output<typeof owners>;

const MATCHED = /^(?:namespace|workload|kind|severity|(?:label|annotation):.+)$/;

const routeTargets: Rule<OwnerRoute> = ({ match, owner, slack }, report) => {
  if (owner === undefined && slack === undefined) report([], 'needs owner or slack');
  for (const key of Object.keys(match)) {
    if (!MATCHED.test(key))
      report(
        ['match', key],
        'cannot be matched; use namespace, workload, kind, severity, label:KEY or annotation:KEY',
      );
  }
};

export const ownersPart = configPart(owners.prefault({}), ({ routes }, report) =>
  eachEntry(routeTargets)(routes, (path, message) => report(['routes', ...path], message)),
);
