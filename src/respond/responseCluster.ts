import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import type { FieldChange } from '../store/responses.ts';

/** A request that changes something, as it goes to the API server. Every operation of a plan is one. */
export type ClusterChange =
  | {
      readonly verb: 'patch';
      readonly path: string;
      /** The server refuses it (409) where the object is another one, or has another version. */
      readonly uid: string;
      readonly resourceVersion: string;
      readonly fields: readonly Pick<FieldChange, 'path' | 'after'>[];
    }
  | { readonly verb: 'create'; readonly collection: string; readonly object: object }
  | { readonly verb: 'delete'; readonly path: string; readonly uid: string }
  | {
      readonly verb: 'evict';
      readonly path: string;
      readonly uid: string;
      readonly resourceVersion: string;
    };

/** What a response asks of the API server; every call fails with an `ApiFailure`. */
export interface ResponseCluster {
  /** Null where there is no such object. */
  get(path: string): Promise<RawObject | null>;
  /** Every object of a collection, or those that a selector fits. */
  list(
    path: string,
    selector?: { readonly labels?: string; readonly fields?: string },
  ): Promise<readonly RawObject[]>;
  /** A bounded text, such as a log. */
  text(path: string): Promise<string>;
  /** Runs a command in a container, for what can be seen only from inside; takes a right of its own. */
  exec(path: string, container: string, command: readonly string[]): Promise<string>;
  /** Sends a change once. @param dryRun the server does everything but store it */
  send(change: ClusterChange, dryRun: boolean): Promise<RawObject>;
  close(): void;
}
