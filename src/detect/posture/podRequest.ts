import type { PostureContainer, PosturePod } from './postureInput.ts';

/**
 * What the scheduler reserves for a pod: the sum over its containers and side-cars, or the largest init
 * container where that is more. Null where the requests of any container are unknown.
 */
export function podRequest(
  pod: Pick<PosturePod, 'containers'>,
): { readonly cpuCores: number; readonly ramBytes: number } | null {
  if (pod.containers.some(({ requests }) => requests === null)) return null;
  const of = (resource: string): number => {
    const request = ({ requests }: PostureContainer): number => requests?.[resource] ?? 0;
    const running = pod.containers.filter(({ role }) => role !== 'init');
    const init = pod.containers.filter(({ role }) => role === 'init');
    const sum = running.reduce((total, container) => total + request(container), 0);
    return Math.max(sum, ...init.map(request));
  };
  return { cpuCores: of('cpu'), ramBytes: of('memory') };
}
