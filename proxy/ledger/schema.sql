CREATE TABLE IF NOT EXISTS usage_log (
    id INTEGER PRIMARY KEY,
    ts TEXT NOT NULL,
    vendor TEXT NOT NULL,
    model_requested TEXT NOT NULL,
    model_served TEXT NOT NULL,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cache_creation_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER NOT NULL DEFAULT 0,
    success BOOLEAN NOT NULL DEFAULT 1,
    failover BOOLEAN NOT NULL DEFAULT 0,
    failover_from TEXT DEFAULT NULL,
    request_id TEXT NOT NULL DEFAULT '',
    client_category TEXT NOT NULL DEFAULT 'cc',
    operation TEXT NOT NULL DEFAULT '',
    endpoint TEXT NOT NULL DEFAULT '',
    extra_usage_json TEXT NOT NULL DEFAULT '',
    session_key TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    vendor_model TEXT NOT NULL DEFAULT '',
    status INTEGER NOT NULL DEFAULT 0,
    error_class TEXT NOT NULL DEFAULT '',
    queue_ms INTEGER NOT NULL DEFAULT 0,
    first_ms INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    tiers INTEGER NOT NULL DEFAULT 0,
    stream BOOLEAN NOT NULL DEFAULT 0,
    adaptations TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    cache_creation_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    priced_by TEXT NOT NULL DEFAULT '',
    dollars REAL NOT NULL DEFAULT 0,
    yuan REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS usage_log_ts ON usage_log (ts);

CREATE TABLE IF NOT EXISTS usage_evidence (
    id INTEGER PRIMARY KEY,
    ts TEXT NOT NULL,
    vendor TEXT NOT NULL,
    request_id TEXT NOT NULL DEFAULT '',
    model_served TEXT NOT NULL DEFAULT '',
    evidence_kind TEXT NOT NULL,
    raw_usage_json TEXT NOT NULL DEFAULT '{}',
    parsed_input_tokens INTEGER NOT NULL DEFAULT 0,
    parsed_output_tokens INTEGER NOT NULL DEFAULT 0,
    parsed_cache_creation_tokens INTEGER NOT NULL DEFAULT 0,
    parsed_cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    cache_signal_present BOOLEAN NOT NULL DEFAULT 0,
    source_field_map_json TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS usage_evidence_ts ON usage_evidence (ts);

CREATE TABLE IF NOT EXISTS usage_day (
    day TEXT NOT NULL,
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    operation TEXT NOT NULL,
    model TEXT NOT NULL,
    served TEXT NOT NULL,
    failed_on TEXT NOT NULL,
    priced_by TEXT NOT NULL,
    requests INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_creation INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_creation_1h INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    took BLOB,
    queued BLOB,
    first BLOB,
    dollars REAL NOT NULL,
    yuan REAL NOT NULL,
    PRIMARY KEY (day, vendor, category, operation, model, served, failed_on, priced_by)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS session_day (
    day TEXT NOT NULL,
    session TEXT NOT NULL,
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    served TEXT NOT NULL,
    priced_by TEXT NOT NULL,
    first_ts TEXT NOT NULL,
    last_ts TEXT NOT NULL,
    requests INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    failovers INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_creation INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_creation_1h INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    dollars REAL NOT NULL,
    yuan REAL NOT NULL,
    PRIMARY KEY (day, session, vendor, category, served, priced_by)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS session_day_last ON session_day (last_ts);
CREATE INDEX IF NOT EXISTS session_day_session ON session_day (session);

CREATE TABLE IF NOT EXISTS gauge_minute (
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    minute INTEGER NOT NULL,
    in_flight INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (vendor, model, minute)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gauge_minute_minute ON gauge_minute (minute);

CREATE TABLE IF NOT EXISTS imported (
    source TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) WITHOUT ROWID;
