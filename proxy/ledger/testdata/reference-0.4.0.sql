-- v0.4.0: with session_key.
CREATE TABLE usage_log (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, vendor TEXT NOT NULL, model_requested TEXT NOT NULL, model_served TEXT NOT NULL,
  input_tokens INTEGER DEFAULT 0, output_tokens INTEGER DEFAULT 0, cache_creation_tokens INTEGER DEFAULT 0, cache_read_tokens INTEGER DEFAULT 0,
  duration_ms INTEGER DEFAULT 0, success BOOLEAN NOT NULL DEFAULT 1, failover BOOLEAN NOT NULL DEFAULT 0, failover_from TEXT DEFAULT NULL, request_id TEXT DEFAULT '',
  client_category TEXT DEFAULT 'cc', operation TEXT DEFAULT '', endpoint TEXT DEFAULT '', extra_usage_json TEXT DEFAULT '{}', session_key TEXT DEFAULT '');
CREATE TABLE usage_evidence (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, vendor TEXT NOT NULL, request_id TEXT DEFAULT '', model_served TEXT NOT NULL DEFAULT '',
  evidence_kind TEXT NOT NULL, raw_usage_json TEXT NOT NULL DEFAULT '{}', parsed_input_tokens INTEGER DEFAULT 0, parsed_output_tokens INTEGER DEFAULT 0,
  parsed_cache_creation_tokens INTEGER DEFAULT 0, parsed_cache_read_tokens INTEGER DEFAULT 0, cache_signal_present BOOLEAN NOT NULL DEFAULT 0, source_field_map_json TEXT NOT NULL DEFAULT '{}');
CREATE INDEX idx_usage_evidence_backend ON usage_evidence(vendor);
INSERT INTO usage_evidence (ts, vendor, evidence_kind) VALUES ('2026-01-05T10:00:00.250Z', 'zhipu', 'stream');
INSERT INTO usage_log (ts, vendor, model_requested, model_served, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, duration_ms, success, failover, failover_from, request_id, client_category, operation, endpoint, extra_usage_json, session_key) VALUES
  ('2026-01-05T10:00:00.250Z', 'zhipu', 'claude-opus-4-6', 'glm-5.1', 100, 20, 3, 4, 1500, 1, 1, 'kimi', 'req_1', 'cc', '', '', '{}', '{"session_id":"a/b"}'),
  ('2026-01-05T10:00:01.000Z', 'openai', 'gpt-5', 'gpt-5', 7, 0, 0, 0, 900, 0, 0, NULL, '', 'api', 'chat', '/v1/chat/completions', '{"reasoning":{"nested":true}}', '');
