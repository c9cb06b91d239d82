/** Addresses inside the cluster's network namespace, which nothing outside can reach. */
export const NODE_NAME = 'burnwatch-node';
export const NODE_IP = '10.244.0.1';
export const POD_SUBNET = '10.244.0.0/24';
export const SERVICE_SUBNET = '10.96.0.0/24';
/** Of the Service `kubernetes`: the node has this address, since no kube-proxy runs. */
export const API_SERVICE_IP = '10.96.0.1';
export const API_PORT = 443;
export const KUBELET_PORT = 10_250;
/** Where the components serve their metrics. */
export const SCHEDULER_PORT = 10_259;
export const CONTROLLER_MANAGER_PORT = 10_257;
export const ETCD_PORT = 2379;
export const STATE_METRICS_PORT = 8080;
export const PROMETHEUS_PORT = 9090;
export const PROMETHEUS_WITH_RESOURCE_PORT = 9091;

/** A server inside the namespace that is offered on loopback outside, through a Unix socket. */
export interface Gate {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export const GATES: readonly Gate[] = [
  { name: 'kubernetes', host: API_SERVICE_IP, port: API_PORT },
  { name: 'prometheus', host: '127.0.0.1', port: PROMETHEUS_PORT },
  { name: 'prometheus-resource', host: '127.0.0.1', port: PROMETHEUS_WITH_RESOURCE_PORT },
];
