import { z } from 'zod';
import { CHANNEL_PARTS } from '../../channels/channels.ts';
import { prometheusPart, workloadsPart } from '../../collect/config.ts';
import { signalsPart } from '../../collect/signals/config.ts';
import { unitCostsPart } from '../../collect/unitCosts.ts';
import { schemasOf, type ConfigPart, type Report } from '../../config/configPart.ts';
import { eachKnown, whileKnown } from '../../config/knownParts.ts';
import { billsPart, budgetsPart, exportsPart, pricingPart } from '../../cost/config.ts';
import type { FleetConfig } from '../../cost/fleet.ts';
import { schedulePart } from '../../cycle/config.ts';
import { eventsPart } from '../../detect/planned/config.ts';
import { ownersPart } from '../../detect/owners/config.ts';
import {
  heartbeatPart,
  maintenancePart,
  notificationsPart,
  pagingPart,
} from '../../notify/config.ts';
import { responsePart } from '../../respond/config.ts';
import { checkAccess, oidcPart, servePart } from '../../serve/config.ts';
import { historyPart } from '../../store/config.ts';

/** The parts of the configuration by their keys: each room owns its own, with the rules between its keys. */
const PARTS = {
  prometheus: prometheusPart,
  workloads: workloadsPart,
  signals: signalsPart,
  pricing: pricingPart,
  budgets: budgetsPart,
  bills: billsPart,
  exports: exportsPart,
  owners: ownersPart,
  events: eventsPart,
  unitCosts: unitCostsPart,
  schedule: schedulePart,
  history: historyPart,
  ...CHANNEL_PARTS,
  paging: pagingPart,
  notifications: notificationsPart,
  maintenance: maintenancePart,
  heartbeat: heartbeatPart,
  response: responsePart,
  serve: servePart,
  oidc: oidcPart,
};

const cluster = z.string().min(1);

/** Keys that stand either at the top or in each entry of `clusters`. */
export const ONE_CLUSTER_KEYS = ['cluster', 'prometheus', 'workloads', 'pricing'] as const;
/** Keys that an entry of `clusters` may have; the others are the same for all clusters. */
export const CLUSTER_KEYS: readonly string[] = [
  ...ONE_CLUSTER_KEYS,
  'signals',
  'heartbeat',
  'budgets',
  'bills',
  'exports',
  'owners',
  'events',
  'unitCosts',
];

/** The configuration as a user writes it (docs/configuration.md). */
export const configSchema = z.strictObject({
  cluster: cluster.default('default'),
  /** Each is checked as a configuration of one cluster that has what is shared too. */
  clusters: z.array(z.looseObject({ cluster })).default([]),
  thresholds: z.array(z.string()).default([]),
  ...schemasOf(PARTS),
});

/** The validated configuration: durations are milliseconds, defaults are filled in. */
export type Config = z.output<typeof configSchema> & Pick<FleetConfig, 'fleet'>;

/** Checks what holds between the keys of each part. */
export function checkRules(config: Config, report: Report): void {
  for (const [key, part] of Object.entries<ConfigPart>(PARTS)) {
    whileKnown(() =>
      part.check(config[key as keyof typeof PARTS], (path, message) =>
        report([key, ...path], message),
      ),
    );
  }
  whileKnown(() => checkAccess(config, report));
  whileKnown(() => checkMails(config, report));
}

function checkMails({ exports, email }: Config, report: Report): void {
  if (email !== undefined) return;
  eachKnown(exports, (one, index) => {
    const key = one.email.length > 0 ? 'email' : 'emailOwners';
    if (key === 'email' || one.emailOwners)
      report(
        ['exports', index, key],
        'needs the key email at the top: the server that mail goes through',
      );
  });
}
