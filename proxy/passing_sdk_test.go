package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/tidwall/gjson"
	"google.golang.org/genai"

	"afterglow/proxy/config"
)

// sdkAPI answers the calls of OpenAI's and Google's own client libraries.
func sdkAPI(t *testing.T) *testAPI {
	const chunk = `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"served","choices":[%s]%s}` + "\n\n"
	const part = `{"candidates":[{"content":{"role":"model","parts":[{"text":%q}]}}],"modelVersion":"served","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2}}`
	return newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/chat/completions") && gjson.GetBytes(body, "stream").Bool():
			sendEvents(w, fmt.Sprintf(chunk, `{"index":0,"delta":{"role":"assistant","content":"hel"}}`, "")+
				fmt.Sprintf(chunk, `{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}`, "")+
				fmt.Sprintf(chunk, "", `,"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}`)+"data: [DONE]\n\n")
		case strings.HasSuffix(path, "/chat/completions"):
			io.WriteString(w, `{"id":"c","object":"chat.completion","created":1,"model":"served","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}`)
		case strings.HasSuffix(path, "/v1/models"):
			io.WriteString(w, `{"object":"list","data":[{"id":"a","object":"model"},{"id":"b","object":"model"}]}`)
		case strings.HasSuffix(path, "/embeddings"):
			io.WriteString(w, `{"object":"list","model":"served","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}],"usage":{"prompt_tokens":6,"total_tokens":6}}`)
		case strings.HasSuffix(path, ":streamGenerateContent"):
			sendEvents(w, "data: "+fmt.Sprintf(part, "hel")+"\n\ndata: "+fmt.Sprintf(part, "lo")+"\n\n")
		case strings.HasSuffix(path, ":generateContent"):
			fmt.Fprintf(w, part, "hello")
		case strings.HasSuffix(path, ":batchEmbedContents"):
			io.WriteString(w, `{"embeddings":[{"values":[0.5,0.25]}],"usageMetadata":{"promptTokenCount":6}}`)
		case strings.HasSuffix(path, ":embedContent"):
			io.WriteString(w, `{"embedding":{"values":[0.5,0.25]},"usageMetadata":{"promptTokenCount":6}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

// sdkProxy is a proxy whose vendor "lab" and whose native paths lead to one upstream.
func sdkProxy(t *testing.T) (*Server, string, *testAPI) {
	up := sdkAPI(t)
	conf := toNative(up.URL)
	conf.Vendors = []config.Vendor{row("lab", up.URL, speaks("openai", up.URL+"/v1"), speaks("gemini", up.URL+"/v1beta"), limited(3))}
	s, base := serveConfig(t, conf)
	return s, base, up
}

// checkPassing compares the latest records and what the upstream got with what is due: on a vendor
// route the vendor's key, on a native path the client's.
func checkPassing(t *testing.T, s *Server, up *testAPI, route bool, header, prefix string, operations ...string) {
	t.Helper()
	lastRecord(t, s, len(operations))
	key, kind := prefix+"theirs", kindNative
	if route {
		key, kind = prefix+"key-of-lab", kindRoute
	}
	var recorded []string
	for _, rec := range endedCalls(s) {
		recorded = append(recorded, rec.operation)
		if rec.kind != kind || rec.outcome != "ok" || rec.operation != "model.list" && rec.usage.Total() != 6 {
			t.Errorf("%+v", s.json(rec, nil, false))
		}
	}
	// In any order: a client need not read a stream to its end.
	slices.Sort(recorded)
	slices.Sort(operations)
	if !slices.Equal(recorded, operations) {
		t.Errorf("recorded %v, want %v", recorded, operations)
	}
	for _, c := range up.calls() {
		if got := c.header.Get(header); got != key {
			t.Errorf("%s: %s %q, want %q", c.uri, header, got, key)
		}
	}
	if _, gauged := s.limiter.Snapshot().Totals(); gauged != 0 || route != (len(s.limiter.Snapshot().Gauges) > 0) {
		t.Errorf("gauges %+v", s.limiter.Snapshot())
	}
}

func TestOpenAIsLibrary(t *testing.T) {
	for _, path := range []string{"/v/lab/openai/v1", "/v/lab/openai", "/api/openai/v1"} {
		t.Run(path, func(t *testing.T) {
			s, base, up := sdkProxy(t)
			client := openai.NewClient(option.WithBaseURL(base+path+"/"), option.WithAPIKey("theirs"), option.WithMaxRetries(0))
			ctx := context.Background()
			p := openai.ChatCompletionNewParams{Model: "gpt", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hi")}}
			whole, err := client.Chat.Completions.New(ctx, p)
			if err != nil || whole.Choices[0].Message.Content != "hello" || whole.Usage.TotalTokens != 6 {
				t.Fatal(err, whole)
			}
			stream := client.Chat.Completions.NewStreaming(ctx, p)
			sum := openai.ChatCompletionAccumulator{}
			for stream.Next() {
				sum.AddChunk(stream.Current())
			}
			if err := stream.Err(); err != nil || sum.Choices[0].Message.Content != "hello" || sum.Usage.TotalTokens != 6 {
				t.Fatal(err, sum)
			}
			models, err := client.Models.List(ctx)
			if err != nil || len(models.Data) != 2 {
				t.Fatal(err, models)
			}
			vectors, err := client.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "embed", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("hi")}})
			if err != nil || len(vectors.Data[0].Embedding) != 2 {
				t.Fatal(err, vectors)
			}
			checkPassing(t, s, up, strings.HasPrefix(path, "/v/"), "Authorization", "Bearer ", "chat", "chat", "model.list", "embedding")
		})
	}
}

func google(t *testing.T, base string, edit ...func(*genai.ClientConfig)) *genai.Client {
	t.Helper()
	conf := genai.ClientConfig{APIKey: "theirs", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: base}}
	for _, e := range edit {
		e(&conf)
	}
	client, err := genai.NewClient(context.Background(), &conf)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestGooglesLibrary(t *testing.T) {
	for _, path := range []string{"/v/lab/gemini", "/api/gemini"} {
		t.Run(path, func(t *testing.T) {
			s, base, up := sdkProxy(t)
			client, ctx := google(t, base+path), context.Background()
			whole, err := client.Models.GenerateContent(ctx, "gemini-3", genai.Text("hi"), nil)
			if err != nil || whole.Text() != "hello" {
				t.Fatal(err, whole)
			}
			text := ""
			for part, err := range client.Models.GenerateContentStream(ctx, "gemini-3", genai.Text("hi"), nil) {
				if err != nil {
					t.Fatal(err)
				}
				text += part.Text()
			}
			if text != "hello" {
				t.Fatal(text)
			}
			vectors, err := client.Models.EmbedContent(ctx, "embed", genai.Text("hi"), nil)
			if err != nil || len(vectors.Embeddings[0].Values) != 2 {
				t.Fatal(err, vectors)
			}
			checkPassing(t, s, up, strings.HasPrefix(path, "/v/"), "X-Goog-Api-Key", "", "generate_content", "generate_content", "embedding.batch")
		})
	}
}

// The client libraries read our refusals, and try again after those of the queue.
func TestLibrariesTryAgain(t *testing.T) {
	s, base, _ := sdkProxy(t)
	tries := 0
	again := func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		answer, err := next(r)
		if tries++; err == nil && answer.StatusCode == 503 && answer.Header.Get("Retry-After") == "15" {
			s.Pause(false)
			answer.Header.Set("Retry-After", "0.001") // a test has no 15 seconds
		}
		return answer, err
	}
	p := openai.ChatCompletionNewParams{Model: "gpt", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hi")}}
	client := openai.NewClient(option.WithBaseURL(base+"/v/lab/openai/"), option.WithAPIKey("theirs"), option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) { return again(r, next) }))
	s.Pause(true)
	if _, err := client.Chat.Completions.New(context.Background(), p); err != nil || tries != 2 {
		t.Errorf("OpenAI's after %d tries: %v", tries, err)
	}
	s.Pause(true)
	_, err := client.Chat.Completions.New(context.Background(), p, option.WithMaxRetries(0))
	var refused *openai.Error
	if !errors.As(err, &refused) || refused.StatusCode != 503 || refused.Type != "overloaded_error" || refused.Message != pausedWords {
		t.Errorf("%v", err)
	}
	s.Pause(true)
	var theirs genai.APIError
	if _, err = google(t, base+"/v/lab/gemini").Models.GenerateContent(context.Background(), "g", genai.Text("hi"), nil); !errors.As(err, &theirs) || theirs.Code != 503 || theirs.Status != "UNAVAILABLE" || theirs.Message != pausedWords {
		t.Errorf("%v", err)
	}
	shortest := 0.01
	retrying := google(t, base+"/v/lab/gemini", func(c *genai.ClientConfig) {
		c.HTTPOptions.RetryOptions = &genai.HTTPRetryOptions{InitialDelay: &shortest}
		c.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return again(r, http.DefaultTransport.RoundTrip) })}
	})
	tries = 0
	if _, err = retrying.Models.GenerateContent(context.Background(), "g", genai.Text("hi"), nil); err != nil || tries != 2 {
		t.Errorf("Google's after %d tries: %v", tries, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
