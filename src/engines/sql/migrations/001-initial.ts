import type { Migration } from '../db.ts';

/**
 * Sealed windows, the dimensions that rows point to, and the pages that hold the rows (`store/pages/columns.ts`
 * says what is in a page). Pages are keyed by time first: a live window then rewrites neighbours on disk, and
 * pruning is one range.
 */
const WINDOWS = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE windows (
    start INTEGER PRIMARY KEY,
    coverage REAL NOT NULL,
    complete INTEGER NOT NULL,
    muted INTEGER NOT NULL,
    problems TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    observed TEXT NOT NULL
  ) STRICT;
  CREATE INDEX windows_incomplete ON windows (start) WHERE complete = 0;

  CREATE TABLE ops_windows (start INTEGER PRIMARY KEY, sealed_at INTEGER NOT NULL) STRICT;

  CREATE TABLE label_sets (id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE reasons (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE containers (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    pod TEXT NOT NULL,
    uid TEXT NOT NULL,
    container TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    workload_known INTEGER NOT NULL,
    node TEXT NOT NULL,
    image TEXT NOT NULL,
    label_set INTEGER NOT NULL REFERENCES label_sets (id),
    owner TEXT NOT NULL,
    first_hour INTEGER NOT NULL,
    last_hour INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX containers_uid ON containers (uid, container);
  CREATE INDEX containers_workload ON containers (namespace, kind, name, last_hour);
  CREATE INDEX containers_last_hour ON containers (last_hour);
  CREATE INDEX containers_image ON containers (image, last_hour);

  CREATE TABLE usage_pages (
    hour INTEGER NOT NULL,
    container INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (hour, container)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cost_keys (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    container TEXT NOT NULL,
    node TEXT NOT NULL,
    label_set INTEGER NOT NULL REFERENCES label_sets (id),
    owner TEXT NOT NULL,
    image TEXT NOT NULL,
    UNIQUE (namespace, kind, name, container, node, label_set, owner, image)
  ) STRICT;
  CREATE TABLE cost_hours (
    day INTEGER NOT NULL,
    key INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (day, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cost_days (
    month INTEGER NOT NULL,
    key INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (month, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    provider_id TEXT NOT NULL,
    labels TEXT NOT NULL,
    first_hour INTEGER NOT NULL,
    last_hour INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE node_prices (
    id INTEGER PRIMARY KEY,
    cpu_core_hour REAL NOT NULL,
    ram_gib_hour REAL NOT NULL,
    gpu_hour REAL NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    coverage REAL NOT NULL,
    confidence REAL NOT NULL,
    UNIQUE (cpu_core_hour, ram_gib_hour, gpu_hour, source, reason, coverage, confidence)
  ) STRICT;
  CREATE TABLE node_windows (
    hour INTEGER NOT NULL,
    node INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (hour, node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE node_hours (
    day INTEGER NOT NULL,
    node INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (day, node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE node_days (
    month INTEGER NOT NULL,
    node INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (month, node)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * What one window hands to the next (detector state, findings), its daily checkpoints, the events of findings,
 * and operators' decisions.
 */
const STATE = `
  CREATE TABLE detector_state (
    detector TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (detector, version, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    namespace TEXT,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    in_state INTEGER NOT NULL,
    finding TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX findings_state ON findings (in_state) WHERE in_state = 1;
  CREATE INDEX findings_open ON findings (state, first_seen) WHERE state <> 'resolved';
  CREATE INDEX findings_seen ON findings (last_seen);
  -- Findings newest first, a page at a time: filtered and counted without reading the findings themselves.
  CREATE INDEX findings_newest ON findings (first_seen DESC, id, kind, last_seen, namespace);
  CREATE INDEX findings_newest_open ON findings (first_seen DESC, id, kind, last_seen, namespace)
    WHERE state <> 'resolved';

  CREATE TABLE finding_events (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    finding_id TEXT NOT NULL,
    type TEXT NOT NULL,
    suppressed INTEGER NOT NULL,
    by_window INTEGER NOT NULL,
    reason TEXT NOT NULL,
    finding TEXT NOT NULL
  ) STRICT;
  CREATE INDEX finding_events_finding ON finding_events (finding_id, seq);
  CREATE INDEX finding_events_at ON finding_events (at);

  CREATE TABLE checkpoints (
    at INTEGER PRIMARY KEY,
    expected_samples TEXT NOT NULL,
    findings TEXT NOT NULL
  ) STRICT;
  CREATE TABLE checkpoint_state (
    at INTEGER NOT NULL REFERENCES checkpoints (at) ON DELETE CASCADE,
    detector TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (at, detector, version, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE operator_actions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    finding_id TEXT NOT NULL,
    action TEXT NOT NULL,
    decision TEXT NOT NULL,
    applied_at INTEGER
  ) STRICT;
  CREATE INDEX operator_actions_finding ON operator_actions (finding_id, seq);
  CREATE INDEX operator_actions_pending ON operator_actions (seq) WHERE applied_at IS NULL;
`;

/**
 * Window rows that outlive their retention because a finding is about them (`container` is empty for what belongs
 * to a pod as a whole, its network), and quantile sketches of each container's UTC days with the hours that are
 * in them, so that a corrected hour makes its day anew.
 */
const USAGE = `
  CREATE TABLE pinned_usage (
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hour INTEGER NOT NULL,
    container TEXT NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (namespace, kind, name, hour, container)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE container_days (
    day INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    container TEXT NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (day, namespace, kind, name, container)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE container_day_hours (day INTEGER PRIMARY KEY, hours INTEGER NOT NULL) STRICT;
`;

/**
 * Changes of workloads, and pod specs by UID with the span in which each was seen. A spec that many pods share is
 * stored once, by its digest; it has no commands, arguments or values of environment variables.
 */
const WORKLOADS = `
  CREATE TABLE workload_events (
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    container TEXT NOT NULL,
    before TEXT,
    after TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (namespace, kind, name, at, type, container)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX workload_events_at ON workload_events (at);

  CREATE TABLE pod_spec_texts (digest TEXT PRIMARY KEY, spec TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE pod_specs (
    uid TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_hour INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    pod TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES pod_spec_texts (digest),
    PRIMARY KEY (uid, first_seen)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pod_specs_pod ON pod_specs (namespace, pod);
  CREATE INDEX pod_specs_last_hour ON pod_specs (last_hour);
  CREATE INDEX pod_specs_digest ON pod_specs (digest);
`;

/**
 * What imported bills charge for each node and UTC day. Recorded costs stay as they are; the effective basis
 * scales them when they are read (`cost/bill/effectiveCosts.ts`).
 */
const BILLS = `
  CREATE TABLE bill_days (
    day INTEGER PRIMARY KEY,
    total_nano INTEGER NOT NULL,
    pool_nano INTEGER NOT NULL,
    source TEXT NOT NULL,
    imported_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE bill_parts (
    day INTEGER NOT NULL REFERENCES bill_days (day) ON DELETE CASCADE,
    part TEXT NOT NULL,
    nano INTEGER NOT NULL,
    PRIMARY KEY (day, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bill_nodes (
    day INTEGER NOT NULL REFERENCES bill_days (day) ON DELETE CASCADE,
    node TEXT NOT NULL,
    nano INTEGER NOT NULL,
    PRIMARY KEY (day, node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bill_namespaces (
    day INTEGER NOT NULL REFERENCES bill_days (day) ON DELETE CASCADE,
    namespace TEXT NOT NULL,
    nano INTEGER NOT NULL,
    PRIMARY KEY (day, namespace)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bill_months (
    month INTEGER PRIMARY KEY,
    closed_at INTEGER NOT NULL,
    frozen TEXT NOT NULL
  ) STRICT;
  CREATE TABLE bill_corrections (
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    nano INTEGER NOT NULL,
    PRIMARY KEY (day, at)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Deliveries, silences, the audit log, responses to findings and the weekly digests. A workload has one running response.
 */
const OPERATIONS = `
  CREATE TABLE ops_notify_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE ops_deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    conversation TEXT NOT NULL,
    priority INTEGER NOT NULL,
    notice TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    in_doubt INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    sent_at INTEGER,
    code TEXT,
    error TEXT
  ) STRICT;
  CREATE INDEX ops_deliveries_waiting ON ops_deliveries (channel, target, priority DESC, seq)
    WHERE state IN ('pending', 'sending');
  CREATE INDEX ops_deliveries_state ON ops_deliveries (state, created_at);
  CREATE INDEX ops_deliveries_conversation ON ops_deliveries (channel, target, conversation);

  CREATE TABLE ops_conversations (
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    conversation TEXT NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (channel, target, conversation)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ops_notified (
    finding_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    conversation TEXT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (finding_id, channel, target)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ops_notified_conversation ON ops_notified (conversation);
  CREATE INDEX ops_notified_open ON ops_notified (conversation) WHERE state <> 'resolved';

  CREATE TABLE ops_pages (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE ops_said_once (key TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE ops_silences (
    id TEXT PRIMARY KEY,
    matchers TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ops_silences_ends ON ops_silences (ends_at);

  CREATE TABLE ops_audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    door TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    namespace TEXT,
    detail TEXT NOT NULL,
    once TEXT
  ) STRICT;
  CREATE UNIQUE INDEX ops_audit_once ON ops_audit (once) WHERE once IS NOT NULL;
  CREATE INDEX ops_audit_subject ON ops_audit (subject, seq);

  CREATE TABLE ops_responses (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    workload TEXT NOT NULL,
    planned_at INTEGER NOT NULL,
    response TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ops_responses_newest ON ops_responses (planned_at DESC, id);
  CREATE INDEX ops_responses_state ON ops_responses (state);
  CREATE UNIQUE INDEX ops_responses_running ON ops_responses (workload)
    WHERE state IN ('approved', 'executing', 'undoing');

  CREATE TABLE ops_response_evidence (
    response_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    captured_at INTEGER NOT NULL,
    problem TEXT,
    text BLOB NOT NULL,
    PRIMARY KEY (response_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ops_digests (
    week_start INTEGER PRIMARY KEY,
    week_end INTEGER NOT NULL,
    week TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    sends INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ops_digests_week ON ops_digests (week);
`;

/**
 * Events of other tools, each with the window that took it up (`applied_at`; null until one has), and digests of the
 * requests that they came with.
 */
const SIGNALS = `
  CREATE TABLE signals (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    class TEXT NOT NULL,
    namespace TEXT,
    pod_uid TEXT,
    pod TEXT,
    kind TEXT,
    name TEXT,
    image TEXT,
    origin TEXT NOT NULL,
    count INTEGER NOT NULL,
    signal TEXT NOT NULL,
    applied_at INTEGER
  ) STRICT;
  CREATE INDEX signals_pending ON signals (at) WHERE applied_at IS NULL;
  CREATE INDEX signals_applied ON signals (applied_at) WHERE applied_at IS NOT NULL;
  CREATE INDEX signals_at ON signals (at);

  CREATE TABLE ops_ingested (digest TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX ops_ingested_at ON ops_ingested (at);
`;

/** The schema of the first release. Tables whose name begins with `ops_` hold wall-clock facts. */
export const initial: Migration = {
  number: 1,
  name: 'initial',
  sql: [WINDOWS, STATE, USAGE, WORKLOADS, BILLS, OPERATIONS, SIGNALS].join(''),
};
