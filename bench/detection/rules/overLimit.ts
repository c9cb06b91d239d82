import { Edges, seenIn, type Rule } from './rule.ts';

/** Mean CPU over a share of the limit for so many windows: the usual CPU alert. No limit, no alarm. */
export function overLimit(name: string, share: number, windows: number): Rule {
  let past = new Map<string, readonly number[]>();
  const edges = new Edges();
  return {
    name,
    *look(snapshot) {
      const now = new Map<string, readonly number[]>();
      const namespaceOf = new Map<string, string>();
      for (const { key, cores, limit, namespace } of seenIn(snapshot)) {
        if (limit === null || limit <= 0) continue;
        const shares = [...(past.get(key) ?? []), cores / limit].slice(-windows);
        now.set(key, shares);
        const mean = shares.reduce((sum, value) => sum + value, 0) / shares.length;
        if (shares.length === windows && mean > share) namespaceOf.set(key, namespace);
      }
      past = now;
      for (const key of edges.next(new Set(namespaceOf.keys()))) yield namespaceOf.get(key) ?? '';
    },
  };
}
