/**
 * Pods of well-known charts as their documentation and default values describe them, one a line. For tests.
 *
 * `CHART/COMPONENT KIND POD-FLAGS : CONTAINER ; CONTAINER`
 *
 * - Pod flags: `token` (the API server mounted one), `own-token` (a projected token that the chart mounts itself),
 *   `cloud-token` (one for a cloud's audience), `old-token` (a Secret in the token's place), `hostnet`, `hostpid`,
 *   `hostipc`, `path=/P`, `windows`, `hostprocess`, `nonroot`, `user=N`, `seccomp` (RuntimeDefault), `unconfined`,
 *   `pod=CPU/MEMORY/CPU-LIMIT/MEMORY-LIMIT` (pod-level resources).
 * - Containers: `[init|sidecar|debug] NAME IMAGE CPU/MEMORY/STORAGE:CPU/MEMORY FLAGS` with requests before the colon and
 *   limits after it, `-` for what is not set; flags `priv`, `unpriv`, `nonroot`, `user=N`, `noesc`, `esc`, `seccomp`,
 *   `caps=A+B`, `hostprocess`.
 */
export const CHART_PODS = `
ingress-nginx/controller Deployment token : controller registry.k8s.io/ingress-nginx/controller:v1.12.1 100m/90Mi/-:-/- nonroot user=101 noesc seccomp caps=NET_BIND_SERVICE
ingress-nginx/defaultbackend Deployment token nonroot user=65534 : backend registry.k8s.io/defaultbackend-amd64:1.5 -/-/-:-/- nonroot noesc seccomp
ingress-nginx/admission-create Job token nonroot : create registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.5.2 -/-/-:-/- nonroot user=65532 noesc seccomp
cert-manager/controller Deployment token nonroot seccomp : controller quay.io/jetstack/cert-manager-controller:v1.17.1 -/-/-:-/- noesc
cert-manager/cainjector Deployment token nonroot seccomp : cainjector quay.io/jetstack/cert-manager-cainjector:v1.17.1 -/-/-:-/- noesc
cert-manager/webhook Deployment token nonroot seccomp : webhook quay.io/jetstack/cert-manager-webhook:v1.17.1 -/-/-:-/- noesc
cert-manager/startupapicheck Job token nonroot seccomp : check quay.io/jetstack/cert-manager-startupapicheck:v1.17.1 -/-/-:-/- noesc
cert-manager/csi-driver DaemonSet token path=/var/lib/kubelet/plugins path=/var/lib/kubelet/pods : registrar registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.13.0 -/-/-:-/- ; driver quay.io/jetstack/cert-manager-csi-driver:v0.10.2 -/-/-:-/- priv
cert-manager/trust-manager Deployment token nonroot seccomp : init init-trust quay.io/jetstack/trust-pkg-debian:20230311.0 -/-/-:-/- noesc ; trust-manager quay.io/jetstack/trust-manager:v0.15.0 -/-/-:-/- noesc
kube-prometheus-stack/operator Deployment token nonroot user=65534 seccomp : operator quay.io/prometheus-operator/prometheus-operator:v0.80.0 -/-/-:-/- noesc
kube-prometheus-stack/prometheus StatefulSet token nonroot user=1000 seccomp : init init-config-reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 -/-/-:-/- noesc ; prometheus quay.io/prometheus/prometheus:v3.2.1 -/-/-:-/- noesc ; config-reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 -/-/-:-/- noesc
kube-prometheus-stack/alertmanager StatefulSet token nonroot user=1000 seccomp : init init-config-reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 -/-/-:-/- noesc ; alertmanager quay.io/prometheus/alertmanager:v0.28.0 -/200Mi/-:-/- noesc ; config-reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 -/-/-:-/- noesc
kube-prometheus-stack/grafana Deployment token nonroot user=472 : grafana docker.io/grafana/grafana:11.5.2 -/-/-:-/- noesc seccomp ; sc-dashboard quay.io/kiwigrid/k8s-sidecar:1.30.0 -/-/-:-/- noesc seccomp ; sc-datasources quay.io/kiwigrid/k8s-sidecar:1.30.0 -/-/-:-/- noesc seccomp
kube-prometheus-stack/kube-state-metrics Deployment token nonroot user=65534 seccomp : kube-state-metrics registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.15.0 -/-/-:-/- noesc
kube-prometheus-stack/node-exporter DaemonSet hostnet hostpid path=/proc path=/sys path=/ nonroot user=65534 : node-exporter quay.io/prometheus/node-exporter:v1.9.0 -/-/-:-/-
kube-prometheus-stack/admission-create Job token nonroot user=2000 seccomp : create registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.5.2 -/-/-:-/- noesc
kube-prometheus-stack/admission-patch Job token nonroot user=2000 seccomp : patch registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.5.2 -/-/-:-/- noesc
prometheus/server StatefulSet token nonroot user=65534 : reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 -/-/-:-/- ; server quay.io/prometheus/prometheus:v3.2.1 -/-/-:-/-
prometheus/pushgateway Deployment token nonroot user=65534 : pushgateway quay.io/prometheus/pushgateway:v1.11.0 -/-/-:-/-
prometheus/adapter Deployment token nonroot seccomp : adapter registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0 -/-/-:-/- noesc
prometheus/blackbox-exporter Deployment : blackbox quay.io/prometheus/blackbox-exporter:v0.26.0 -/-/-:-/- nonroot user=1000 noesc
thanos/query Deployment nonroot user=1001 : query docker.io/bitnami/thanos:0.37.2 100m/128Mi/50Mi:150m/192Mi noesc seccomp
thanos/storegateway StatefulSet nonroot user=1001 : store docker.io/bitnami/thanos:0.37.2 100m/128Mi/50Mi:150m/192Mi noesc seccomp
thanos/compactor Deployment nonroot user=1001 : compact docker.io/bitnami/thanos:0.37.2 100m/128Mi/50Mi:150m/192Mi noesc seccomp
victoria-metrics/single StatefulSet token : server victoriametrics/victoria-metrics:v1.113.0 -/-/-:-/-
victoria-metrics/agent Deployment token nonroot user=1000 : vmagent victoriametrics/vmagent:v1.113.0 -/-/-:-/- noesc
grafana/loki-write StatefulSet token nonroot user=10001 : loki docker.io/grafana/loki:3.4.2 -/-/-:-/- noesc
grafana/loki-read Deployment token nonroot user=10001 : loki docker.io/grafana/loki:3.4.2 -/-/-:-/- noesc
grafana/loki-backend StatefulSet token nonroot user=10001 : loki-sc-rules docker.io/kiwigrid/k8s-sidecar:1.30.0 -/-/-:-/- noesc ; loki docker.io/grafana/loki:3.4.2 -/-/-:-/- noesc
grafana/loki-chunks-cache StatefulSet nonroot user=11211 : memcached memcached:1.6.37-alpine 500m/9830Mi/-:-/9830Mi noesc ; exporter prom/memcached-exporter:v0.15.0 -/-/-:-/- noesc
grafana/loki-canary DaemonSet token nonroot user=10001 : canary docker.io/grafana/loki-canary:3.4.2 -/-/-:-/- noesc
grafana/promtail DaemonSet token path=/run/promtail path=/var/lib/docker/containers path=/var/log/pods user=0 : promtail docker.io/grafana/promtail:3.0.0 -/-/-:-/- noesc
grafana/alloy DaemonSet token : alloy docker.io/grafana/alloy:v1.7.1 -/-/-:-/- ; config-reloader quay.io/prometheus-operator/prometheus-config-reloader:v0.80.0 10m/50Mi/-:-/-
grafana/tempo StatefulSet token nonroot user=10001 : tempo grafana/tempo:2.7.1 -/-/-:-/-
grafana/mimir-distributor Deployment token nonroot user=10001 seccomp : distributor grafana/mimir:2.15.0 100m/512Mi/-:-/- noesc
grafana/mimir-ingester StatefulSet token nonroot user=10001 seccomp : ingester grafana/mimir:2.15.0 100m/512Mi/-:-/- noesc
fluent/fluent-bit DaemonSet token path=/var/log path=/var/lib/docker/containers path=/etc/machine-id : fluent-bit cr.fluentbit.io/fluent/fluent-bit:3.2.8 -/-/-:-/-
fluent/fluentd DaemonSet token path=/var/log path=/var/lib/docker/containers : fluentd fluent/fluentd-kubernetes-daemonset:v1.17.1-debian-elasticsearch8-1.3 -/-/-:-/-
vector/agent DaemonSet token path=/var/lib/vector path=/var/log/ path=/var/lib/ path=/proc path=/sys : vector timberio/vector:0.45.0-distroless-libc -/-/-:-/-
elastic/elasticsearch StatefulSet token user=1000 : init configure-sysctl docker.elastic.co/elasticsearch/elasticsearch:8.5.1 -/-/-:-/- priv user=0 ; elasticsearch docker.elastic.co/elasticsearch/elasticsearch:8.5.1 1000m/2Gi/-:1000m/2Gi nonroot user=1000
elastic/kibana Deployment token user=1000 : kibana docker.elastic.co/kibana/kibana:8.5.1 1000m/2Gi/-:1000m/2Gi nonroot user=1000
elastic/filebeat DaemonSet token hostnet path=/var/lib/filebeat path=/var/lib/docker/containers path=/var/log path=/var/run/docker.sock : filebeat docker.elastic.co/beats/filebeat:8.5.1 100m/100Mi/-:1000m/200Mi user=0 unpriv
elastic/eck-operator StatefulSet token nonroot : manager docker.elastic.co/eck/eck-operator:2.16.1 100m/150Mi/-:1/1Gi noesc
opensearch/master StatefulSet token user=1000 : init fsgroup-volume busybox:latest -/-/-:-/- user=0 ; opensearch opensearchproject/opensearch:2.19.1 1000m/100Mi/-:-/- nonroot user=1000
metrics-server/metrics-server Deployment token : metrics-server registry.k8s.io/metrics-server/metrics-server:v0.7.2 100m/200Mi/-:-/- nonroot user=1000 noesc seccomp
external-dns/external-dns Deployment token nonroot seccomp : external-dns registry.k8s.io/external-dns/external-dns:v0.16.1 -/-/-:-/- nonroot user=65532 noesc
external-dns/route53 Deployment token cloud-token nonroot seccomp : external-dns registry.k8s.io/external-dns/external-dns:v0.16.1 -/-/-:-/- nonroot user=65532 noesc
external-secrets/controller Deployment token : external-secrets oci.external-secrets.io/external-secrets/external-secrets:v0.14.4 -/-/-:-/- nonroot user=1000 noesc seccomp
external-secrets/webhook Deployment token : webhook oci.external-secrets.io/external-secrets/external-secrets:v0.14.4 -/-/-:-/- nonroot user=1000 noesc seccomp
external-secrets/cert-controller Deployment token : cert-controller oci.external-secrets.io/external-secrets/external-secrets:v0.14.4 -/-/-:-/- nonroot user=1000 noesc seccomp
argo-cd/application-controller StatefulSet token : controller quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp
argo-cd/server Deployment token : server quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp
argo-cd/repo-server Deployment : init copyutil quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp ; repo-server quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp
argo-cd/applicationset Deployment token : controller quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp
argo-cd/notifications Deployment token : controller quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp
argo-cd/dex Deployment token : init copyutil quay.io/argoproj/argocd:v2.14.5 -/-/-:-/- nonroot noesc seccomp ; dex ghcr.io/dexidp/dex:v2.42.0 -/-/-:-/- nonroot noesc seccomp
argo-cd/redis Deployment nonroot user=999 seccomp : redis public.ecr.aws/docker/library/redis:7.4.2-alpine -/-/-:-/- noesc
argo-rollouts/controller Deployment token nonroot : controller quay.io/argoproj/argo-rollouts:v1.8.2 -/-/-:-/- noesc seccomp
argo-workflows/controller Deployment token nonroot : controller quay.io/argoproj/workflow-controller:v3.6.5 -/-/-:-/- nonroot noesc
argo-workflows/server Deployment token nonroot : server quay.io/argoproj/argocli:v3.6.5 -/-/-:-/- nonroot noesc
argo-events/controller Deployment token nonroot : controller quay.io/argoproj/argo-events:v1.9.5 -/-/-:-/-
flux/source-controller Deployment token : manager ghcr.io/fluxcd/source-controller:v1.5.0 50m/64Mi/-:1000m/1Gi nonroot noesc seccomp
flux/kustomize-controller Deployment token : manager ghcr.io/fluxcd/kustomize-controller:v1.5.1 100m/64Mi/-:1000m/1Gi nonroot noesc seccomp
flux/helm-controller Deployment token : manager ghcr.io/fluxcd/helm-controller:v1.2.0 100m/64Mi/-:1000m/1Gi nonroot noesc seccomp
flux/notification-controller Deployment token : manager ghcr.io/fluxcd/notification-controller:v1.5.0 100m/64Mi/-:1000m/1Gi nonroot noesc seccomp
tekton/controller Deployment token : controller ghcr.io/tektoncd/pipeline/controller@sha256:0f1d2c 100m/100Mi/-:1000m/1000Mi nonroot user=65532 noesc seccomp
tekton/webhook Deployment token : webhook ghcr.io/tektoncd/pipeline/webhook@sha256:7a8b9c 100m/100Mi/-:500m/500Mi nonroot user=65532 noesc seccomp
istio/istiod Deployment token own-token : discovery docker.io/istio/pilot:1.25.0 500m/2048Mi/-:-/- nonroot noesc
istio/ingressgateway Deployment token own-token nonroot user=1337 : istio-proxy docker.io/istio/proxyv2:1.25.0 100m/128Mi/-:2000m/1024Mi nonroot user=1337 noesc unpriv
istio/cni-node DaemonSet token hostnet path=/opt/cni/bin path=/proc path=/etc/cni/net.d path=/var/run/istio-cni : install-cni docker.io/istio/install-cni:1.25.0 100m/100Mi/-:-/- user=0 unpriv caps=NET_ADMIN+NET_RAW+SYS_PTRACE+SYS_ADMIN+DAC_OVERRIDE
istio/ztunnel DaemonSet token own-token path=/var/run/ztunnel : istio-proxy docker.io/istio/ztunnel:1.25.0-distroless 200m/512Mi/-:-/- user=0 unpriv esc caps=NET_ADMIN+SYS_ADMIN+NET_RAW
istio/bookinfo-injected Deployment token own-token : init istio-init docker.io/istio/proxyv2:1.25.0 10m/40Mi/-:2000m/1024Mi user=0 noesc caps=NET_ADMIN+NET_RAW ; productpage docker.io/istio/examples-bookinfo-productpage-v1:1.20.2 -/-/-:-/- ; istio-proxy docker.io/istio/proxyv2:1.25.0 10m/40Mi/-:2000m/1024Mi nonroot user=1337 noesc
istio/native-sidecar Deployment token : sidecar istio-proxy docker.io/istio/proxyv2:1.25.0 10m/40Mi/-:2000m/1024Mi nonroot user=1337 noesc ; app docker.io/istio/examples-helloworld-v1:1.0 100m/-/-:-/-
linkerd/destination Deployment token nonroot seccomp : proxy cr.l5d.io/linkerd/proxy:edge-25.3.2 -/-/-:-/- nonroot user=2102 noesc seccomp ; destination cr.l5d.io/linkerd/controller:edge-25.3.2 -/-/-:-/- nonroot user=2103 noesc seccomp ; sp-validator cr.l5d.io/linkerd/controller:edge-25.3.2 -/-/-:-/- nonroot user=2103 noesc seccomp
linkerd/proxy-injector Deployment token nonroot seccomp : init linkerd-init cr.l5d.io/linkerd/proxy-init:v2.4.2 100m/20Mi/-:100m/20Mi nonroot user=65534 noesc seccomp caps=NET_ADMIN+NET_RAW ; proxy cr.l5d.io/linkerd/proxy:edge-25.3.2 -/-/-:-/- nonroot user=2102 noesc seccomp ; proxy-injector cr.l5d.io/linkerd/controller:edge-25.3.2 -/-/-:-/- nonroot user=2103 noesc seccomp
consul/server StatefulSet token nonroot user=100 : consul hashicorp/consul:1.20.5 100m/200Mi/-:100m/200Mi noesc
consul/connect-injector Deployment token : injector hashicorp/consul-k8s-control-plane:1.6.3 50m/200Mi/-:50m/200Mi nonroot noesc seccomp
vault/server StatefulSet token nonroot user=100 : vault hashicorp/vault:1.18.5 -/-/-:-/- noesc
vault/injector Deployment token nonroot user=100 : sidecar-injector hashicorp/vault-k8s:1.6.2 -/-/-:-/- noesc
vault/csi-provider DaemonSet token path=/etc/kubernetes/secrets-store-csi-providers : vault-csi-provider hashicorp/vault-csi-provider:1.5.0 -/-/-:-/- ; vault-agent hashicorp/vault:1.18.5 -/-/-:-/- nonroot user=100 noesc
traefik/traefik Deployment token nonroot user=65532 : traefik docker.io/traefik:v3.3.4 -/-/-:-/- nonroot noesc
kong/kong Deployment own-token nonroot : init clear-stale-pid kong:3.9 -/-/-:-/- nonroot user=1000 noesc seccomp ; ingress-controller kong/kubernetes-ingress-controller:3.4 -/-/-:-/- nonroot user=1000 noesc seccomp ; proxy kong:3.9 -/-/-:-/- nonroot user=1000 noesc seccomp
haproxy/kubernetes-ingress Deployment token : controller haproxytech/kubernetes-ingress:3.1.4 250m/400Mi/-:-/- user=1000 esc caps=NET_BIND_SERVICE seccomp
contour/contour Deployment token nonroot user=65534 : contour ghcr.io/projectcontour/contour:v1.30.2 -/-/-:-/- noesc
contour/envoy DaemonSet nonroot user=65534 : init envoy-initconfig ghcr.io/projectcontour/contour:v1.30.2 -/-/-:-/- ; shutdown-manager ghcr.io/projectcontour/contour:v1.30.2 -/-/-:-/- ; envoy docker.io/envoyproxy/envoy:distroless-v1.31.5 -/-/-:-/-
cilium/agent DaemonSet token hostnet path=/sys/fs/bpf path=/run/xtables.lock path=/lib/modules path=/opt/cni/bin : init mount-cgroup quay.io/cilium/cilium:v1.17.2 -/-/-:-/- caps=SYS_ADMIN+SYS_CHROOT+SYS_PTRACE ; init clean-cilium-state quay.io/cilium/cilium:v1.17.2 -/-/-:-/- caps=NET_ADMIN+SYS_MODULE+SYS_ADMIN+SYS_RESOURCE ; cilium-agent quay.io/cilium/cilium:v1.17.2 -/-/-:-/- caps=CHOWN+KILL+NET_ADMIN+NET_RAW+IPC_LOCK+SYS_MODULE+SYS_ADMIN
cilium/operator Deployment token hostnet seccomp : operator quay.io/cilium/operator-generic:v1.17.2 -/-/-:-/- noesc
cilium/envoy DaemonSet token hostnet path=/sys/fs/bpf path=/var/run/cilium/envoy/sockets : cilium-envoy quay.io/cilium/cilium-envoy:v1.31.5 -/-/-:-/- caps=NET_ADMIN+SYS_ADMIN
cilium/hubble-relay Deployment nonroot user=65532 : hubble-relay quay.io/cilium/hubble-relay:v1.17.2 -/-/-:-/- nonroot user=65532 noesc
calico/node DaemonSet token hostnet path=/lib/modules path=/var/run/calico path=/opt/cni/bin : init upgrade-ipam docker.io/calico/cni:v3.29.2 -/-/-:-/- priv ; init install-cni docker.io/calico/cni:v3.29.2 -/-/-:-/- priv ; calico-node docker.io/calico/node:v3.29.2 250m/-/-:-/- priv
calico/kube-controllers Deployment token : controllers docker.io/calico/kube-controllers:v3.29.2 -/-/-:-/- nonroot
calico/typha Deployment token hostnet : typha docker.io/calico/typha:v3.29.2 -/-/-:-/- nonroot noesc
tigera/operator Deployment token hostnet : operator quay.io/tigera/operator:v1.36.5 -/-/-:-/-
flannel/flannel DaemonSet token hostnet path=/run/flannel path=/opt/cni/bin path=/etc/cni/net.d : init install-cni ghcr.io/flannel-io/flannel:v0.26.4 -/-/-:-/- ; kube-flannel ghcr.io/flannel-io/flannel:v0.26.4 100m/50Mi/-:-/- unpriv caps=NET_ADMIN+NET_RAW
metallb/controller Deployment token nonroot user=65534 : controller quay.io/metallb/controller:v0.14.9 -/-/-:-/- noesc
metallb/speaker DaemonSet token hostnet : speaker quay.io/metallb/speaker:v0.14.9 -/-/-:-/- noesc caps=NET_RAW ; frr quay.io/frrouting/frr:9.1.0 -/-/-:-/- caps=NET_ADMIN+NET_RAW+SYS_ADMIN+NET_BIND_SERVICE
kube-system/coredns Deployment token : coredns registry.k8s.io/coredns/coredns:v1.11.3 100m/70Mi/-:-/170Mi noesc caps=NET_BIND_SERVICE
kube-system/kube-proxy DaemonSet token hostnet path=/run/xtables.lock path=/lib/modules : kube-proxy registry.k8s.io/kube-proxy:v1.34.1 -/-/-:-/- priv
kube-system/etcd Pod hostnet path=/etc/kubernetes/pki/etcd path=/var/lib/etcd seccomp : etcd registry.k8s.io/etcd:3.6.4-0 100m/100Mi/-:-/-
kube-system/kube-apiserver Pod hostnet path=/etc/ssl/certs path=/etc/kubernetes/pki seccomp : kube-apiserver registry.k8s.io/kube-apiserver:v1.34.1 250m/-/-:-/-
kube-system/kube-controller-manager Pod hostnet path=/etc/kubernetes/controller-manager.conf seccomp : kube-controller-manager registry.k8s.io/kube-controller-manager:v1.34.1 200m/-/-:-/-
kube-system/kube-scheduler Pod hostnet path=/etc/kubernetes/scheduler.conf seccomp : kube-scheduler registry.k8s.io/kube-scheduler:v1.34.1 100m/-/-:-/-
kube-system/konnectivity-agent DaemonSet own-token : agent registry.k8s.io/kas-network-proxy/proxy-agent:v0.31.2 10m/30Mi/-:-/30Mi
kube-system/node-local-dns DaemonSet token hostnet path=/run/xtables.lock : node-cache registry.k8s.io/dns/k8s-dns-node-cache:1.24.0 25m/5Mi/-:-/- caps=NET_ADMIN
kube-system/cluster-autoscaler Deployment token nonroot user=65534 seccomp : autoscaler registry.k8s.io/autoscaling/cluster-autoscaler:v1.32.0 100m/600Mi/-:100m/600Mi noesc
kube-system/cluster-proportional-autoscaler Deployment token seccomp user=65534 : autoscaler registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.9.0 20m/10Mi/-:-/-
kube-system/vpa-recommender Deployment token nonroot user=65534 : recommender registry.k8s.io/autoscaling/vpa-recommender:1.3.0 50m/500Mi/-:200m/1000Mi
kube-system/vpa-updater Deployment token nonroot user=65534 : updater registry.k8s.io/autoscaling/vpa-updater:1.3.0 50m/500Mi/-:200m/1000Mi
kube-system/descheduler CronJob token : descheduler registry.k8s.io/descheduler/descheduler:v0.32.2 500m/256Mi/-:500m/256Mi nonroot user=1000 noesc
kube-system/snapshot-controller Deployment token : controller registry.k8s.io/sig-storage/snapshot-controller:v8.2.1 -/-/-:-/-
aws/vpc-cni DaemonSet token hostnet path=/opt/cni/bin path=/etc/cni/net.d path=/var/log/aws-routed-eni path=/run/xtables.lock : init aws-vpc-cni-init 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni-init:v1.19.3 25m/-/-:-/- priv ; aws-node 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.19.3 25m/-/-:-/- caps=NET_ADMIN+NET_RAW ; aws-eks-nodeagent 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-network-policy-agent:v1.2.0 25m/-/-:-/- priv caps=NET_ADMIN
aws/ebs-csi-controller Deployment token cloud-token nonroot user=1000 : ebs-plugin public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.41.0 10m/40Mi/-:-/256Mi noesc seccomp ; csi-provisioner public.ecr.aws/eks-distro/kubernetes-csi/external-provisioner:v5.2.0 10m/40Mi/-:-/256Mi noesc seccomp ; csi-attacher public.ecr.aws/eks-distro/kubernetes-csi/external-attacher:v4.8.1 10m/40Mi/-:-/256Mi noesc seccomp
aws/ebs-csi-node DaemonSet token path=/var/lib/kubelet path=/dev : ebs-plugin public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.41.0 10m/40Mi/-:-/256Mi priv user=0 ; node-driver-registrar public.ecr.aws/eks-distro/kubernetes-csi/node-driver-registrar:v2.13.0 10m/40Mi/-:-/256Mi noesc ; liveness-probe public.ecr.aws/eks-distro/kubernetes-csi/livenessprobe:v2.15.0 10m/40Mi/-:-/256Mi noesc
aws/ebs-csi-node-windows DaemonSet token windows hostprocess hostnet : ebs-plugin public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.41.0-windows 10m/40Mi/-:-/256Mi
aws/load-balancer-controller Deployment token cloud-token : controller public.ecr.aws/eks/aws-load-balancer-controller:v2.12.0 -/-/-:-/- nonroot noesc
aws/karpenter Deployment token cloud-token seccomp : controller public.ecr.aws/karpenter/controller:1.3.2 1/1Gi/-:1/1Gi nonroot user=65532 noesc seccomp
aws/node-termination-handler DaemonSet token hostnet : handler public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.0 -/-/-:-/- nonroot user=1000 noesc
aws/for-fluent-bit DaemonSet token path=/var/log path=/var/lib/docker/containers : aws-for-fluent-bit public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.5 50m/50Mi/-:-/250Mi
aws/efs-csi-node DaemonSet token hostnet path=/var/lib/kubelet path=/var/run/efs path=/etc/amazon/efs : efs-plugin public.ecr.aws/efs-csi-driver/amazon/aws-efs-csi-driver:v2.1.7 -/-/-:-/- priv
aws/pod-identity-agent DaemonSet hostnet : init init 602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/eks-pod-identity-agent:0.1.24 -/-/-:-/- priv ; agent 602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/eks-pod-identity-agent:0.1.24 -/-/-:-/- caps=CAP_NET_BIND_SERVICE
gke/pd-csi-node DaemonSet token hostnet path=/var/lib/kubelet path=/dev : registrar gke.gcr.io/csi-node-driver-registrar:v2.12.0 10m/10Mi/-:-/50Mi ; driver gke.gcr.io/gcp-compute-persistent-disk-csi-driver:v1.17.3 10m/20Mi/-:-/50Mi priv
gke/netd DaemonSet token hostnet hostpid : netd gke.gcr.io/netd:v0.2.1 2m/30Mi/-:-/30Mi priv
gke/fluentbit-gke DaemonSet token path=/var/log path=/var/lib/kubelet/pods : fluentbit gke.gcr.io/fluent-bit:v1.8.12 50m/100Mi/-:-/250Mi noesc ; fluentbit-gke gke.gcr.io/fluent-bit-gke-exporter:v0.30.0 50m/100Mi/-:-/250Mi noesc
gke/gke-metrics-agent DaemonSet token hostnet path=/etc/srv/kubernetes : agent gke.gcr.io/gke-metrics-agent:1.14.3 6m/100Mi/-:-/100Mi noesc
azure/disk-csi-node DaemonSet token hostnet path=/var/lib/kubelet path=/dev : azuredisk mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.31.3 10m/20Mi/-:-/1000Mi priv ; liveness-probe mcr.microsoft.com/oss/kubernetes-csi/livenessprobe:v2.15.0 10m/20Mi/-:-/100Mi
azure/disk-csi-node-win DaemonSet token windows hostprocess hostnet : init init mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.31.3-windows-hp -/-/-:-/- ; azuredisk mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.31.3-windows-hp 10m/40Mi/-:-/400Mi
azure/cns DaemonSet token hostnet path=/var/run/azure-vnet path=/opt/cni/bin : cns-container mcr.microsoft.com/containernetworking/azure-cns:v1.6.21 40m/250Mi/-:40m/250Mi caps=NET_ADMIN
azure/ama-logs DaemonSet token path=/ path=/var/log : ama-logs mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3.1.26 75m/325Mi/-:500m/750Mi priv ; ama-logs-prometheus mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3.1.26 75m/225Mi/-:500m/1Gi priv
azure/workload-identity-webhook Deployment token : manager mcr.microsoft.com/oss/azure/workload-identity/webhook:v1.5.0 100m/20Mi/-:100m/30Mi nonroot user=65532 noesc seccomp
nvidia/device-plugin DaemonSet path=/var/lib/kubelet/device-plugins : device-plugin nvcr.io/nvidia/k8s-device-plugin:v0.17.1 -/-/-:-/- noesc
nvidia/gpu-operator Deployment token : operator nvcr.io/nvidia/gpu-operator:v25.3.0 200m/100Mi/-:500m/350Mi
nvidia/dcgm-exporter DaemonSet token path=/var/lib/kubelet/pod-resources : exporter nvcr.io/nvidia/k8s/dcgm-exporter:4.1.1-4.0.4-ubuntu22.04 -/-/-:-/- nonroot user=0 caps=SYS_ADMIN
nvidia/driver DaemonSet token hostpid path=/run/nvidia path=/var/log path=/sys : nvidia-driver-ctr nvcr.io/nvidia/driver:570.124.06-ubuntu22.04 -/-/-:-/- priv
node-feature-discovery/worker DaemonSet token path=/boot path=/sys path=/usr/lib : worker registry.k8s.io/nfd/node-feature-discovery:v0.17.2 5m/64Mi/-:-/512Mi nonroot noesc
rook/operator Deployment token : operator docker.io/rook/ceph:v1.16.5 200m/128Mi/-:-/512Mi nonroot user=2016
rook/osd Deployment hostipc path=/var/lib/rook path=/run/udev : init activate quay.io/ceph/ceph:v19.2.1 1/4Gi/-:-/4Gi priv user=0 ; osd quay.io/ceph/ceph:v19.2.1 1/4Gi/-:-/4Gi priv user=0 ; log-collector quay.io/ceph/ceph:v19.2.1 100m/100Mi/-:-/1Gi user=0
rook/mon Deployment path=/var/lib/rook : init chown-container-data-dir quay.io/ceph/ceph:v19.2.1 1/1Gi/-:-/2Gi user=0 ; mon quay.io/ceph/ceph:v19.2.1 1/1Gi/-:-/2Gi user=0
longhorn/manager DaemonSet token path=/dev path=/proc path=/var/lib/longhorn/ : manager longhornio/longhorn-manager:v1.8.1 -/-/-:-/- priv ; pre-pull-share-manager-image longhornio/longhorn-share-manager:v1.8.1 -/-/-:-/-
longhorn/ui Deployment token : ui longhornio/longhorn-ui:v1.8.1 -/-/-:-/-
openebs/localpv-provisioner Deployment token : provisioner openebs/provisioner-localpv:4.2.0 -/-/-:-/-
csi/nfs-node DaemonSet hostnet path=/var/lib/kubelet/plugins/csi-nfsplugin path=/var/lib/kubelet/pods : nfs registry.k8s.io/sig-storage/nfsplugin:v4.10.0 10m/20Mi/-:-/300Mi priv caps=SYS_ADMIN esc ; liveness-probe registry.k8s.io/sig-storage/livenessprobe:v2.15.0 10m/20Mi/-:-/100Mi ; node-driver-registrar registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.13.0 10m/20Mi/-:-/100Mi
csi/proxy-windows DaemonSet windows hostprocess hostnet : csi-proxy ghcr.io/kubernetes-sigs/sig-windows/csi-proxy:v1.2.1 -/-/-:-/-
velero/velero Deployment token : init velero-plugin-for-aws velero/velero-plugin-for-aws:v1.11.1 -/-/-:-/- ; velero velero/velero:v1.15.2 500m/128Mi/-:1000m/512Mi
velero/node-agent DaemonSet token path=/var/lib/kubelet/pods path=/var/lib/kubelet/plugins user=0 : node-agent velero/velero:v1.15.2 500m/512Mi/-:1000m/1024Mi
falco/falco DaemonSet token path=/root/.falco path=/proc path=/etc path=/dev : init falcoctl-artifact-install docker.io/falcosecurity/falcoctl:0.11.0 -/-/-:-/- ; falco docker.io/falcosecurity/falco:0.40.0 100m/512Mi/-:1000m/1024Mi priv ; falcoctl-artifact-follow docker.io/falcosecurity/falcoctl:0.11.0 -/-/-:-/-
falco/falcosidekick Deployment token user=1234 : falcosidekick docker.io/falcosecurity/falcosidekick:2.31.1 -/-/-:-/-
trivy/operator Deployment token : operator mirror.gcr.io/aquasec/trivy-operator:0.25.0 -/-/-:-/- noesc
kyverno/admission-controller Deployment token : init kyverno-pre reg.kyverno.io/kyverno/kyvernopre:v1.13.4 10m/64Mi/-:100m/256Mi nonroot noesc seccomp ; kyverno reg.kyverno.io/kyverno/kyverno:v1.13.4 100m/128Mi/-:-/384Mi nonroot noesc seccomp
kyverno/background-controller Deployment token : controller reg.kyverno.io/kyverno/background-controller:v1.13.4 100m/64Mi/-:-/128Mi nonroot noesc seccomp
kyverno/cleanup-controller Deployment token : controller reg.kyverno.io/kyverno/cleanup-controller:v1.13.4 100m/64Mi/-:-/128Mi nonroot noesc seccomp
gatekeeper/controller-manager Deployment token : manager openpolicyagent/gatekeeper:v3.18.2 100m/512Mi/-:-/512Mi nonroot user=1000 noesc seccomp
gatekeeper/audit Deployment token : manager openpolicyagent/gatekeeper:v3.18.2 100m/512Mi/-:-/512Mi nonroot user=1000 noesc seccomp
kubescape/operator Deployment token nonroot : operator quay.io/kubescape/operator:v0.2.85 50m/100Mi/-:300m/300Mi nonroot user=65532 noesc
kubescape/node-agent DaemonSet token path=/ path=/lib/modules : node-agent quay.io/kubescape/node-agent:v0.2.321 100m/180Mi/-:500m/1400Mi priv caps=SYS_ADMIN+SYS_PTRACE+NET_ADMIN
kube-bench/job Job hostpid path=/var/lib/etcd path=/etc/kubernetes : kube-bench docker.io/aquasec/kube-bench:latest -/-/-:-/-
popeye/cronjob CronJob token : popeye derailed/popeye:v0.22.1 100m/50Mi/-:500m/100Mi nonroot user=1000 noesc
polaris/dashboard Deployment token : dashboard quay.io/fairwinds/polaris:9.6 100m/128Mi/-:150m/512Mi nonroot noesc
goldilocks/controller Deployment token : goldilocks us-docker.pkg.dev/fairwinds-ops/oss/goldilocks:v4.13.0 25m/256Mi/-:-/- nonroot user=10324 noesc seccomp
goldilocks/dashboard Deployment token : goldilocks us-docker.pkg.dev/fairwinds-ops/oss/goldilocks:v4.13.0 25m/256Mi/-:-/- nonroot user=10324 noesc seccomp
opencost/opencost Deployment token nonroot user=1001 : opencost ghcr.io/opencost/opencost:1.114.0 10m/55Mi/-:-/1Gi noesc ; opencost-ui ghcr.io/opencost/opencost-ui:1.114.0 10m/55Mi/-:-/1Gi noesc
kubecost/cost-analyzer Deployment token user=1001 seccomp : cost-model gcr.io/kubecost1/cost-model:prod-2.6.3 200m/55Mi/-:-/- noesc ; frontend gcr.io/kubecost1/frontend:prod-2.6.3 10m/55Mi/-:-/- noesc
keda/operator Deployment token nonroot : keda-operator ghcr.io/kedacore/keda:2.16.1 100m/100Mi/-:1/1000Mi noesc seccomp
keda/metrics-apiserver Deployment token nonroot : metrics ghcr.io/kedacore/keda-metrics-apiserver:2.16.1 100m/100Mi/-:1/1000Mi noesc seccomp
knative/controller Deployment token : controller gcr.io/knative-releases/knative.dev/serving/cmd/controller@sha256:6d5e4f 100m/100Mi/-:1000m/1000Mi nonroot noesc seccomp
knative/activator Deployment token : activator gcr.io/knative-releases/knative.dev/serving/cmd/activator@sha256:1b2c3d 300m/60Mi/-:1000m/600Mi nonroot noesc seccomp
knative/helloworld Deployment : user-container ghcr.io/knative/helloworld-go:latest 200m/-/-:-/- noesc seccomp ; queue-proxy gcr.io/knative-releases/knative.dev/serving/cmd/queue@sha256:4f5a6b 25m/-/-:-/- nonroot noesc seccomp
strimzi/cluster-operator Deployment token : operator quay.io/strimzi/operator:0.45.0 200m/384Mi/-:1000m/384Mi
strimzi/kafka StatefulSet token : kafka quay.io/strimzi/kafka:0.45.0-kafka-3.9.0 -/-/-:-/-
strimzi/entity-operator Deployment token : topic-operator quay.io/strimzi/operator:0.45.0 -/-/-:-/- ; user-operator quay.io/strimzi/operator:0.45.0 -/-/-:-/-
cloudnative-pg/operator Deployment token nonroot seccomp : manager ghcr.io/cloudnative-pg/cloudnative-pg:1.25.1 -/-/-:-/- user=10001 noesc seccomp
cloudnative-pg/cluster Pod token nonroot user=26 seccomp : init bootstrap-controller ghcr.io/cloudnative-pg/cloudnative-pg:1.25.1 -/-/-:-/- nonroot noesc unpriv seccomp ; postgres ghcr.io/cloudnative-pg/postgresql:17.4 -/-/-:-/- nonroot noesc unpriv seccomp
zalando/postgres-operator Deployment token : operator ghcr.io/zalando/postgres-operator:v1.14.0 100m/250Mi/-:500m/500Mi nonroot user=1000 noesc
zalando/spilo StatefulSet token : postgres ghcr.io/zalando/spilo-17:4.0-p2 100m/100Mi/-:1/500Mi esc unpriv
bitnami/postgresql StatefulSet : postgresql docker.io/bitnami/postgresql:17.4.0-debian-12-r4 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp
bitnami/mysql StatefulSet : init preserve-logs-symlinks docker.io/bitnami/mysql:8.4.4-debian-12-r4 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp ; mysql docker.io/bitnami/mysql:8.4.4-debian-12-r4 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
bitnami/redis-master StatefulSet : redis docker.io/bitnami/redis:7.4.2-debian-12-r5 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp
bitnami/redis-sentinel StatefulSet token : redis docker.io/bitnami/redis:7.4.2-debian-12-r5 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp ; sentinel docker.io/bitnami/redis-sentinel:7.4.2-debian-12-r5 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp
bitnami/mongodb Deployment : mongodb docker.io/bitnami/mongodb:8.0.5-debian-12-r1 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
bitnami/rabbitmq StatefulSet token : rabbitmq docker.io/bitnami/rabbitmq:4.0.7-debian-12-r0 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
bitnami/kafka-controller StatefulSet : init kafka-init docker.io/bitnami/kafka:3.9.0-debian-12-r10 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp ; kafka docker.io/bitnami/kafka:3.9.0-debian-12-r10 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
bitnami/zookeeper StatefulSet : zookeeper docker.io/bitnami/zookeeper:3.9.3-debian-12-r8 250m/256Mi/50Mi:375m/384Mi nonroot user=1001 noesc seccomp
bitnami/nginx Deployment : init preserve-logs-symlinks docker.io/bitnami/nginx:1.27.4-debian-12-r6 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp ; nginx docker.io/bitnami/nginx:1.27.4-debian-12-r6 100m/128Mi/50Mi:150m/192Mi nonroot user=1001 noesc seccomp
bitnami/wordpress Deployment : wordpress docker.io/bitnami/wordpress:6.7.2-debian-12-r5 300m/512Mi/50Mi:375m/1024Mi nonroot user=1001 noesc seccomp
bitnami/keycloak StatefulSet : keycloak docker.io/bitnami/keycloak:26.1.4-debian-12-r0 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
bitnami/volume-permissions StatefulSet : init volume-permissions docker.io/bitnami/os-shell:12-debian-12-r39 100m/128Mi/50Mi:150m/192Mi user=0 ; app docker.io/bitnami/minio:2025.3.12-debian-12-r0 250m/256Mi/50Mi:375m/384Mi nonroot user=1001 noesc seccomp
bitnami/cassandra StatefulSet : cassandra docker.io/bitnami/cassandra:5.0.3-debian-12-r5 500m/512Mi/50Mi:750m/768Mi nonroot user=1001 noesc seccomp
minio/operator Deployment token nonroot user=1000 : operator quay.io/minio/operator:v7.0.1 200m/256Mi/500Mi:-/- nonroot user=1000 noesc seccomp
minio/tenant StatefulSet token nonroot user=1000 : sidecar quay.io/minio/operator-sidecar:v7.0.1 -/-/-:-/- nonroot user=1000 noesc seccomp ; minio quay.io/minio/minio:RELEASE.2025-03-12T18-04-18Z -/-/-:-/- nonroot user=1000 noesc seccomp
jenkins/controller StatefulSet token user=1000 : init config-reload-init docker.io/kiwigrid/k8s-sidecar:1.30.2 -/-/-:-/- noesc ; init init docker.io/jenkins/jenkins:2.492.2-jdk17 50m/256Mi/-:2000m/4096Mi user=1000 noesc ; jenkins docker.io/jenkins/jenkins:2.492.2-jdk17 50m/256Mi/-:2000m/4096Mi user=1000 noesc ; config-reload docker.io/kiwigrid/k8s-sidecar:1.30.2 -/-/-:-/- noesc
jenkins/agent Pod token : jnlp jenkins/inbound-agent:3301.v4363ddcca-1 512m/512Mi/-:512m/512Mi ; dind docker:dind -/-/-:-/- priv
gitlab/runner Deployment token user=100 : runner registry.gitlab.com/gitlab-org/gitlab-runner:alpine-v17.9.1 -/-/-:-/- nonroot noesc unpriv
gitlab/webservice Deployment user=1000 : init certificates registry.gitlab.com/gitlab-org/build/cng/certificates:v17.9.2 50m/-/-:-/- noesc nonroot ; webservice registry.gitlab.com/gitlab-org/build/cng/gitlab-webservice-ee:v17.9.2 300m/2500Mi/-:-/- noesc nonroot ; workhorse registry.gitlab.com/gitlab-org/build/cng/gitlab-workhorse-ee:v17.9.2 100m/100Mi/-:-/- noesc nonroot
actions-runner/controller Deployment token : manager ghcr.io/actions/gha-runner-scale-set-controller:0.10.1 -/-/-:-/-
actions-runner/dind-runner Pod token : init init-dind-externals ghcr.io/actions/actions-runner:latest -/-/-:-/- ; sidecar dind docker:dind -/-/-:-/- priv ; runner ghcr.io/actions/actions-runner:latest -/-/-:-/-
harbor/core Deployment user=10000 : core goharbor/harbor-core:v2.12.2 -/-/-:-/- nonroot noesc seccomp unpriv
harbor/registry Deployment user=10000 : registry goharbor/registry-photon:v2.12.2 -/-/-:-/- nonroot noesc seccomp unpriv ; registryctl goharbor/harbor-registryctl:v2.12.2 -/-/-:-/- nonroot noesc seccomp unpriv
sonarqube/sonarqube StatefulSet : init init-sysctl sonarqube:25.3.0.104237-community -/-/-:-/- priv user=0 ; sonarqube sonarqube:25.3.0.104237-community 400m/2048M/1536M:800m/6144M nonroot user=1000 noesc seccomp
airflow/scheduler Deployment token user=50000 : init wait-for-airflow-migrations apache/airflow:2.10.5 -/-/-:-/- noesc ; scheduler apache/airflow:2.10.5 -/-/-:-/- noesc ; scheduler-log-groomer apache/airflow:2.10.5 -/-/-:-/- noesc
airflow/worker StatefulSet token user=50000 : worker apache/airflow:2.10.5 -/-/-:-/- noesc ; worker-log-groomer apache/airflow:2.10.5 -/-/-:-/- noesc
spark/operator Deployment token nonroot : controller ghcr.io/kubeflow/spark-operator/controller:2.1.0 -/-/-:-/- noesc seccomp
spark/executor Pod user=185 : executor apache/spark:3.5.5 1/1408Mi/-:-/1408Mi
jupyterhub/hub Deployment token : hub quay.io/jupyterhub/k8s-hub:4.1.0 -/-/-:-/- nonroot user=1000 noesc
jupyterhub/singleuser Pod : init block-cloud-metadata quay.io/jupyterhub/k8s-network-tools:4.1.0 -/-/-:-/- priv user=0 caps=NET_ADMIN ; notebook quay.io/jupyterhub/k8s-singleuser-sample:4.1.0 -/1Gi/-:-/- user=1000 noesc
kubeflow/training-operator Deployment token : training-operator docker.io/kubeflow/training-operator:v1-855e096 -/-/-:-/- noesc
ray/operator Deployment token : kuberay-operator quay.io/kuberay/operator:v1.3.1 100m/512Mi/-:100m/512Mi nonroot noesc
ray/head Pod token : ray-head rayproject/ray:2.41.0 1/2G/-:1/2G
temporal/frontend Deployment : init check-cassandra busybox -/-/-:-/- ; frontend temporalio/server:1.27.1 -/-/-:-/-
sealed-secrets/controller Deployment token : controller docker.io/bitnami/sealed-secrets-controller:0.28.0 -/-/-:-/- nonroot user=1001 noesc seccomp
reloader/reloader Deployment token nonroot user=65534 seccomp : reloader ghcr.io/stakater/reloader:v1.3.0 -/-/-:-/-
secrets-store/csi-driver DaemonSet token path=/var/lib/kubelet/pods path=/var/lib/kubelet/plugins : node-driver-registrar registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.13.0 10m/20Mi/-:100m/100Mi ; secrets-store registry.k8s.io/csi-secrets-store/driver:v1.4.8 50m/100Mi/-:200m/200Mi priv ; liveness-probe registry.k8s.io/sig-storage/livenessprobe:v2.15.0 10m/20Mi/-:100m/100Mi
kubernetes-dashboard/web Deployment token user=1001 seccomp : web docker.io/kubernetesui/dashboard-web:1.6.2 100m/200Mi/-:250m/400Mi noesc
kubernetes-dashboard/api Deployment token user=1001 seccomp : api docker.io/kubernetesui/dashboard-api:1.11.1 100m/200Mi/-:250m/400Mi noesc
headlamp/headlamp Deployment token : headlamp ghcr.io/headlamp-k8s/headlamp:v0.30.0 -/-/-:-/- nonroot user=100 unpriv
rancher/rancher Deployment token : rancher rancher/rancher:v2.10.3 -/-/-:-/-
rancher/cattle-cluster-agent Deployment token : agent rancher/rancher-agent:v2.10.3 -/-/-:-/-
k3s/local-path-provisioner Deployment token : provisioner rancher/local-path-provisioner:v0.0.31 -/-/-:-/- nonroot user=65534
k3s/svclb-traefik DaemonSet : lb-tcp-80 rancher/klipper-lb:v0.4.13 -/-/-:-/- caps=NET_ADMIN ; lb-tcp-443 rancher/klipper-lb:v0.4.13 -/-/-:-/- caps=NET_ADMIN
datadog/agent DaemonSet token path=/proc path=/sys/fs/cgroup path=/var/run user=0 : init init-volume gcr.io/datadoghq/agent:7.63.3 -/-/-:-/- ; agent gcr.io/datadoghq/agent:7.63.3 -/-/-:-/- ; trace-agent gcr.io/datadoghq/agent:7.63.3 -/-/-:-/-
datadog/system-probe DaemonSet token hostpid path=/sys/kernel/debug path=/etc/os-release : system-probe gcr.io/datadoghq/agent:7.63.3 -/-/-:-/- unpriv caps=SYS_ADMIN+SYS_RESOURCE+SYS_PTRACE+NET_ADMIN+IPC_LOCK
newrelic/infrastructure DaemonSet token hostnet path=/ : kubelet newrelic/nri-kubernetes:3.37.2 100m/150M/-:-/300M user=0 noesc ; agent newrelic/infrastructure-bundle:3.2.61 100m/150M/-:-/300M priv user=0 esc
dynatrace/oneagent DaemonSet hostnet hostpid hostipc path=/ : oneagent public.ecr.aws/dynatrace/dynatrace-oneagent:1.309 100m/512Mi/-:300m/1.5Gi user=1000 nonroot caps=CHOWN+DAC_OVERRIDE+SYS_ADMIN+NET_ADMIN esc
opentelemetry/operator Deployment token nonroot user=65532 : manager ghcr.io/open-telemetry/opentelemetry-operator/opentelemetry-operator:0.119.0 100m/64Mi/-:100m/128Mi noesc
opentelemetry/collector DaemonSet token path=/hostfs : collector otel/opentelemetry-collector-k8s:0.121.0 -/-/-:-/512Mi
jaeger/all-in-one Deployment token : jaeger jaegertracing/all-in-one:1.67.0 -/-/-:-/-
windows/exporter DaemonSet token windows hostprocess hostnet : init configure-firewall ghcr.io/prometheus-community/windows-exporter:0.30.4 -/-/-:-/- ; windows-exporter ghcr.io/prometheus-community/windows-exporter:0.30.4 -/-/-:-/-
windows/gmsa-webhook Deployment token : webhook registry.k8s.io/gmsa-webhook/k8s-gmsa-webhook:v0.12.0 -/-/-:-/- noesc nonroot
windows/iis Deployment windows nonroot : iis mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022 500m/512Mi/-:1/1Gi
windows/aspnet Deployment token windows : aspnet mcr.microsoft.com/dotnet/samples:aspnetapp-nanoserver-ltsc2022 -/-/-:-/-
legacy/static-token Deployment old-token : tiller ghcr.io/helm/tiller:v2.17.0 -/-/-:-/-
legacy/dashboard-v1 Deployment old-token user=1001 : dashboard registry.example:5000/kubernetes-dashboard-amd64 -/-/-:-/- noesc
misc/zero-requests Deployment : app registry.example/app:1 0/0/0:0/0 nonroot noesc seccomp
misc/millibytes Deployment : app registry.example/app:1 100m/512m/-:1/512m nonroot noesc seccomp
misc/limits-only Deployment : app registry.example/app:1 -/-/-:500m/256Mi nonroot noesc seccomp
misc/pod-level Deployment pod=2/4Gi/4/4Gi nonroot seccomp : app registry.example/app:1 -/-/-:-/- noesc ; helper registry.example/helper:1 50m/-/-:-/- noesc
misc/pod-level-cpu-only Deployment pod=2/-/-/- nonroot seccomp : app registry.example/app:1 -/-/-:-/- noesc
misc/debugged Deployment nonroot seccomp : app registry.example/app:1 100m/64Mi/1Gi:1/64Mi noesc ; debug debugger-x7k busybox -/-/-:-/- priv user=0
misc/debugged-quietly Deployment nonroot seccomp : app registry.example/app:1 100m/64Mi/1Gi:1/64Mi noesc ; debug debugger-q2v busybox -/-/-:-/- noesc caps=SYS_PTRACE
misc/unconfined Deployment nonroot unconfined : app registry.example/app:1 100m/64Mi/-:-/64Mi noesc
misc/digest-and-tag Deployment : app registry.example/app:latest@sha256:abc123 100m/64Mi/-:-/64Mi nonroot noesc seccomp
misc/port-without-tag Deployment : app localhost:5000/team/app 100m/64Mi/-:-/64Mi nonroot noesc seccomp
misc/cloud-identity-only Deployment cloud-token : app registry.example/app:1 100m/64Mi/-:-/64Mi nonroot noesc seccomp
`
  .trim()
  .split('\n');

export interface ChartContainer {
  readonly role: 'main' | 'init' | 'sidecar' | 'debug';
  readonly name: string;
  readonly image: string;
  /** As written: CPU, memory and storage; `-` is not set. */
  readonly requests: readonly string[];
  readonly limits: readonly string[];
  readonly flags: ReadonlySet<string>;
}

export interface ChartPod {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly flags: ReadonlySet<string>;
  readonly containers: readonly ChartContainer[];
}

/** What a line says, word by word. */
export function readChartPod(line: string): ChartPod {
  const [head = '', body = ''] = line.split(/ : (.*)/s);
  const [place = '', kind = '', ...flags] = head.split(' ');
  const [namespace = '', name = ''] = place.split('/');
  const containers = body.split(' ; ').map((text): ChartContainer => {
    const words = text.split(' ');
    const role =
      /^(?:init|sidecar|debug)$/.test(words[0]!) && !words[1]!.includes('/')
        ? words.shift()!
        : 'main';
    const [container = '', image = '', ...rest] = words;
    const amounts = rest.find((word) => /^[^=]*\/[^=]*$/.test(word)) ?? '';
    const [requests = '', limits = ''] = amounts.split(':');
    return {
      role: role as ChartContainer['role'],
      name: container,
      image,
      requests: requests.split('/'),
      limits: limits.split('/'),
      flags: new Set(rest.filter((word) => word !== amounts)),
    };
  });
  return { namespace, name, kind, flags: new Set(flags), containers };
}

/** The value of a flag such as `user=0`. */
export function valueOf(flags: ReadonlySet<string>, name: string): string | undefined {
  return [...flags].find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
}
