import type { Counter, Counters, PodName } from './podEntry.ts';
import { compare, type Statement } from './series.ts';

/** Sums and choices must not depend on the order in which a store, or a split batch, sends its series. */
export function sortName(name: PodName): void {
  sortMap(name.byUid);
  for (const pod of [...name.byUid.values(), ...(name.loose === null ? [] : [name.loose])]) {
    sortMap(pod.containers);
    sortCounters(pod.receive);
    sortCounters(pod.transmit);
    for (const list of [pod.info, pod.owners, pod.phases, pod.labels, pod.annotations]) {
      sortStatements(list);
    }
    for (const container of pod.containers.values()) {
      sortLives(container.cpu);
      sortCounters(container.diskRead);
      sortCounters(container.diskWrite);
      for (const list of [container.images, container.terminated, container.waiting]) {
        sortStatements(list);
      }
    }
  }
}

function sortCounters(counters: Counters): void {
  if (counters.length > 1)
    counters.sort((a, b) => compare(a.part, b.part) || compare(a.life, b.life));
}

function sortLives(counter: Counter): void {
  if (counter.length > 1) counter.sort((a, b) => compare(a.life, b.life));
}

function sortMap<T>(map: Map<string, T>): void {
  if (map.size < 2) return;
  const entries = [...map.entries()].sort((a, b) => compare(a[0], b[0]));
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

function sortStatements(list: Statement<unknown>[]): void {
  if (list.length < 2) return;
  list.sort((a, b) => compare(JSON.stringify(a.value), JSON.stringify(b.value)));
}
