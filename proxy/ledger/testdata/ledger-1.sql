-- Version 1 of this program's own schema.
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
    reasoning_tokens INTEGER NOT NULL DEFAULT 0
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

CREATE TABLE usage_day (
    day TEXT NOT NULL,
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    operation TEXT NOT NULL,
    model TEXT NOT NULL,
    served TEXT NOT NULL,
    failed_on TEXT NOT NULL,
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
    PRIMARY KEY (day, vendor, category, operation, model, served, failed_on)
) WITHOUT ROWID;

CREATE TABLE session_day (
    day TEXT NOT NULL,
    session TEXT NOT NULL,
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    served TEXT NOT NULL,
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
    PRIMARY KEY (day, session, vendor, category, served)
) WITHOUT ROWID;

CREATE INDEX session_day_last ON session_day (last_ts);
CREATE INDEX session_day_session ON session_day (session);

CREATE TABLE gauge_minute (
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    minute INTEGER NOT NULL,
    in_flight INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (vendor, model, minute)
) WITHOUT ROWID;
CREATE INDEX gauge_minute_minute ON gauge_minute (minute);

CREATE TABLE imported (
    source TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 1;
INSERT INTO usage_log (id, ts, vendor, model_requested, model_served, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, duration_ms, success, failover, failover_from, request_id, client_category, operation, endpoint, extra_usage_json, session_key, kind, vendor_model, status, error_class, queue_ms, first_ms, retries, tiers, stream, adaptations, agent, cache_creation_1h_tokens, reasoning_tokens) VALUES (1, '2026-01-05T10:00:00.250Z', 'zhipu', 'claude-opus-4-6', 'glm-5.1', 100, 20, 3, 4, 1500, 1, 1, 'kimi', 'req_1', 'cc', '', '', '{}', '{"session_id":"a/b"}', '', '', 0, '', 0, 0, 0, 0, 0, '', '', 0, 0);
INSERT INTO usage_log (id, ts, vendor, model_requested, model_served, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, duration_ms, success, failover, failover_from, request_id, client_category, operation, endpoint, extra_usage_json, session_key, kind, vendor_model, status, error_class, queue_ms, first_ms, retries, tiers, stream, adaptations, agent, cache_creation_1h_tokens, reasoning_tokens) VALUES (2, '2026-01-05T10:00:01.000Z', 'openai', 'gpt-5', 'gpt-5', 7, 0, 0, 0, 900, 0, 0, NULL, '', 'api', 'chat', '/v1/chat/completions', '{"reasoning":{"nested":true}}', '', '', '', 0, '', 0, 0, 0, 0, 0, '', '', 0, 0);
INSERT INTO usage_day (day, vendor, category, operation, model, served, failed_on, requests, succeeded, cancelled, input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took, queued, first) VALUES ('2026-01-05', 'openai', 'api', 'chat', 'gpt-5', 'gpt-5', '', 1, 0, 0, 7, 0, 0, 0, 0, 0, NULL, NULL, NULL);
INSERT INTO usage_day (day, vendor, category, operation, model, served, failed_on, requests, succeeded, cancelled, input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took, queued, first) VALUES ('2026-01-05', 'zhipu', 'cc', '', 'claude-opus-4-6', 'glm-5.1', 'kimi', 1, 1, 0, 100, 20, 3, 4, 0, 0, x'80dea0cb055501', NULL, NULL);
INSERT INTO session_day (day, session, vendor, category, served, first_ts, last_ts, requests, succeeded, cancelled, failovers, input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took_ms) VALUES ('2026-01-05', '{"session_id":"a/b"}', 'zhipu', 'cc', 'glm-5.1', '2026-01-05T10:00:00.250Z', '2026-01-05T10:00:00.250Z', 1, 1, 0, 1, 100, 20, 3, 4, 0, 0, 1500);
