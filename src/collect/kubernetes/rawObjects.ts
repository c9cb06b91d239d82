import type {
  V1Container,
  V1ContainerStatus,
  V1ObjectMeta,
  V1PodSpec,
  V1PodStatus,
} from '@kubernetes/client-node';

/**
 * A type of the Kubernetes API as the API or `kubectl get -o json` write it: times are text, and every field is
 * optional, since what comes from outside promises nothing.
 */
export type FromJson<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly FromJson<Item>[]
    : T extends object
      ? string extends keyof T
        ? Readonly<Record<string, FromJson<T[keyof T]>>>
        : { readonly [Field in keyof T as Written<Field>]?: FromJson<NonNullable<T[Field]>> }
      : T;

/** The client library writes `from` as `_from`. */
type Written<Field> = Field extends `_${infer Name}` ? Name : Field;

export type RawMetadata = FromJson<V1ObjectMeta>;

export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: RawMetadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export type RawContainer = FromJson<V1Container>;
export type RawPodSpec = FromJson<V1PodSpec>;
export type RawContainerStatus = FromJson<V1ContainerStatus>;
export type RawPodStatus = FromJson<V1PodStatus>;
