-- "vendor" and failover_from, but no native columns and no session.
CREATE TABLE usage_log (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, vendor TEXT NOT NULL, model_requested TEXT NOT NULL, model_served TEXT NOT NULL,
  input_tokens INTEGER DEFAULT 0, output_tokens INTEGER DEFAULT 0, cache_creation_tokens INTEGER DEFAULT 0, cache_read_tokens INTEGER DEFAULT 0,
  duration_ms INTEGER DEFAULT 0, success BOOLEAN NOT NULL DEFAULT 1, failover BOOLEAN NOT NULL DEFAULT 0, failover_from TEXT DEFAULT NULL, request_id TEXT DEFAULT '');
CREATE INDEX idx_usage_vendor ON usage_log(vendor);
INSERT INTO usage_log (ts, vendor, model_requested, model_served, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, duration_ms, success, failover, failover_from, request_id) VALUES
  ('2026-01-05T10:00:00.250Z', 'zhipu', 'claude-opus-4-6', 'glm-5.1', 100, 20, 3, 4, 1500, 1, 1, 'kimi', 'req_1'),
  ('2026-01-05T10:00:01.000Z', 'anthropic', 'claude-opus-4-6', 'claude-opus-4-6', 7, 0, 0, 0, 900, 0, 0, NULL, '');
