import type { CollectConfig } from './config.ts';

/** Label and annotation names that the configuration relies on, so that mangled ones can be restored. */
export function mentionedLabels(
  config: Pick<CollectConfig, 'owners' | 'pricing'>,
): readonly string[] {
  const names = new Set<string>(config.owners.keys);
  for (const { match } of [...config.pricing.nodes, ...config.pricing.discounts]) {
    for (const name of Object.keys(match)) names.add(name);
  }
  for (const { match } of config.owners.routes) {
    for (const key of Object.keys(match)) {
      const [, name] = /^(?:label|annotation):(.+)$/.exec(key) ?? [];
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}
