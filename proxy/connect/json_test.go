package connect

import "testing"

// What is written looks as if its user had written it.
func TestWrittenAsTheFileIs(t *testing.T) {
	for _, c := range []struct{ id, before, want string }{
		{"claude-code", "", `{
  "env": {
    "ANTHROPIC_CUSTOM_HEADERS": "X-Afterglow-Token: s3cret",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"
  }
}
`},
		{"opencode", "{\n\t\"a\": 1\n}\n", "{\n\t\"model\": \"afterglow/glm-5.1\",\n\t\"provider\": {\n\t\t\"afterglow\": {\n\t\t\t\"models\": {\n\t\t\t\t\"glm-5.1\": {\n\t\t\t\t\t\"name\": \"glm-5.1\"\n\t\t\t\t}\n\t\t\t},\n\t\t\t\"name\": \"Zhipu through Afterglow\",\n\t\t\t\"npm\": \"@ai-sdk/openai-compatible\",\n\t\t\t\"options\": {\n\t\t\t\t\"apiKey\": \"s3cret\",\n\t\t\t\t\"baseURL\": \"http://127.0.0.1:1/v/zhipu/openai\"\n\t\t\t}\n\t\t}\n\t},\n\t\"a\": 1\n}\n"},
		{"codex", "model = \"o\"\n", `model_provider = "afterglow"
model = "o"

[model_providers.afterglow]
name = "OpenAI through Afterglow"
base_url = "http://127.0.0.1:1/v/openai/v1"
wire_api = "responses"
supports_websockets = false
http_headers = { "X-Afterglow-Token" = "s3cret" }
`},
	} {
		d, file := home(t, c.id)
		put(t, file, c.before)
		must(t, d.Connect(c.id, Choice{}, target("127.0.0.1:1")))
		if got := content(t, file); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.id, got, c.want)
		}
	}
}
