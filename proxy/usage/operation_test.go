package usage

import "testing"

func TestOperations(t *testing.T) {
	for _, tc := range []struct {
		dialect, method, path, name string
		kind                        Kind
		model                       string
	}{
		{"openai", "POST", "v1/chat/completions", "chat", Call, ""},
		{"openai", "POST", "/chat/completions", "chat", Call, ""},
		{"openai", "GET", "v1/chat/completions/c-1", "chat", Free, ""},
		{"openai", "POST", "v1/completions", "completion", Call, ""},
		{"openai", "POST", "v1/responses", "responses", Call, ""},
		{"openai", "POST", "v1/responses/compact", "responses", Call, ""},
		{"openai", "POST", "v1/responses/resp_1/cancel", "responses", Free, ""},
		{"openai", "POST", "v1/embeddings/", "embedding", Call, ""},
		{"openai", "POST", "v1/audio/transcriptions", "audio.transcription", Call, ""},
		{"openai", "POST", "v1/audio/translations", "audio.translation", Call, ""},
		{"openai", "POST", "v1/audio/speech", "audio.speech", Call, ""},
		{"openai", "POST", "v1/images/generations", "image.generation", Other, ""},
		{"openai", "POST", "v1/images/edits", "image.edit", Other, ""},
		{"openai", "POST", "v1/images/variations", "image.variation", Other, ""},
		{"openai", "POST", "v1/moderations", "moderation", Other, ""},
		{"openai", "GET", "v1/models", "model.list", Free, ""},
		{"openai", "HEAD", "v1/models", "model.list", Free, ""},
		{"openai", "GET", "models/vendor/model", "model.retrieve", Free, ""},
		{"openai", "POST", "v1/files", "file", Free, ""},
		{"openai", "GET", "v1/files/f/content", "file", Free, ""},
		{"openai", "POST", "v1/batches", "batch", Free, ""},
		{"openai", "POST", "v1/fine_tuning/jobs", "finetune", Free, ""},
		{"openai", "GET", "v1/assistants", "assistant", Free, ""},
		{"openai", "POST", "v1/threads/t/runs", "thread", Other, ""},
		{"openai", "GET", "v1/vector_stores", "vector_store", Free, ""},
		{"openai", "POST", "v1/uploads/u/parts", "upload", Free, ""},
		{"openai", "POST", "v1/chat/completionsish", "unknown", Other, ""},
		{"openai", "POST", "v4/tools/search", "unknown", Other, ""},
		{"gemini", "POST", "v1beta/models/gemini-3:generateContent", "generate_content", Call, "gemini-3"},
		{"gemini", "POST", "v1beta/models/gemini-3:streamGenerateContent", "generate_content", Call, "gemini-3"},
		{"gemini", "POST", "v1beta/models/gemini-3:countTokens", "count_tokens", Free, "gemini-3"},
		// RC-57
		{"gemini", "POST", "v1beta/models/gemini-embedding-001%3AbatchEmbedContents", "embedding.batch", Call, "gemini-embedding-001"},
		{"gemini", "POST", "models/gemini-embedding-001%3aembedContent", "embedding", Call, "gemini-embedding-001"},
		// RC-58
		{"gemini", "POST", "models/x:embedContent", "embedding", Call, "x"},
		{"gemini", "POST", "v1beta1/publishers/google/models/imagen:predict", "predict", Call, "imagen"},
		{"gemini", "POST", "v1/projects/p/locations/l/publishers/google/models/m:generateContent", "generate_content", Call, "m"},
		{"gemini", "POST", "v1beta/tunedModels/mine:generateContent", "generate_content", Call, "mine"},
		{"gemini", "GET", "v1beta/tunedModels/mine", "tuned_model", Free, ""},
		{"gemini", "POST", "upload/v1beta/files", "file", Free, ""},
		{"gemini", "GET", "v1beta/files/f", "file", Free, ""},
		{"gemini", "POST", "v1beta/cachedContents", "cache", Free, ""},
		{"gemini", "GET", "v1beta/models", "model.list", Free, ""},
		{"gemini", "GET", "v1beta/models/gemini-3", "model.retrieve", Free, ""},
		{"anthropic", "POST", "v1/messages", "messages", Call, ""},
		{"anthropic", "POST", "v1/messages/count_tokens", "count_tokens", Free, ""},
		{"anthropic", "POST", "v1/messages/batches", "messages.batch", Free, ""},
		{"anthropic", "GET", "v1/models", "model.list", Free, ""},
		{"anthropic", "GET", "v1/models/m", "model.retrieve", Free, ""},
		{"anthropic", "POST", "v1/files", "file", Free, ""},
		{"anthropic", "GET", "v1/organizations/me", "organization", Free, ""},
		{"anthropic", "DELETE", "v1/else", "unknown", Other, ""},
		{"none", "POST", "v1/chat/completions", "unknown", Other, ""},
	} {
		got := OperationOf(tc.dialect, tc.method, tc.path)
		if want := (Operation{tc.name, tc.kind}); got != want {
			t.Errorf("%s %s %s: %v, want %v", tc.dialect, tc.method, tc.path, got, want)
		}
		if model := ModelIn(tc.path); model != tc.model {
			t.Errorf("%s: model %q, want %q", tc.path, model, tc.model)
		}
	}
}
