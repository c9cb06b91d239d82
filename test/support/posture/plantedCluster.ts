import { PLANTED, PLANTED_PATHS, running, tidy } from './planted.ts';
import {
  binding,
  ingressOf,
  nodeOf,
  role,
  serviceAccount,
  serviceOf,
  type AnyObject,
} from './rawObjects.ts';

/** Ordinary objects in good order around what is planted. */
function ordinary(count: number): readonly AnyObject[] {
  const objects: AnyObject[] = [];
  for (let team = 0; ; team += 1) {
    const namespace = `team-${team}`;
    const before = objects.length;
    objects.push(...tidy(namespace));
    for (let app = 0; app < 8; app += 1) {
      const name = `app-${app}`;
      const host = `${name}.${namespace}.example.com`;
      objects.push(
        ...running(namespace, name),
        serviceAccount(namespace, name),
        role(namespace, name, ['get,list,watch@/configmaps', `update@/configmaps:${name}`]),
        binding(namespace, name, `Role:${name}`, `${namespace}/${name}`, `Group:${namespace}`),
        serviceOf(namespace, name),
        ingressOf(namespace, name, [host], [{ hosts: [host], secretName: name }]),
      );
    }
    if (objects.length <= count) continue;
    // Half a team would be one without its policies.
    const rest = Array.from({ length: count - before }, (_, index) =>
      serviceOf('team-0', `more-${index}`),
    );
    return [...objects.slice(0, before), ...rest];
  }
}

/** A cluster of so many objects, the planted mistakes and near-misses among them, shuffled the same way each time. */
export function plantedCluster(count: number): readonly AnyObject[] {
  const planted = [
    ...PLANTED.flatMap(({ objects }) => objects),
    ...PLANTED_PATHS.flatMap(({ objects }) => objects),
    nodeOf('node-1'),
    nodeOf('node-2'),
  ];
  const objects = [...planted, ...ordinary(count - planted.length)];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (let at = objects.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [objects[at], objects[other]] = [objects[other]!, objects[at]!];
  }
  return objects;
}
