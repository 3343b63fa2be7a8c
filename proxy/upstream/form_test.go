package upstream

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

const wholeMessage = `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"s=="},` +
	`{"type":"text","text":"hello"},{"type":"tool_use","id":"t1","name":"Bash","input":{"cmd":"ls -l"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":9}}`

// eventsOfMessage is the stream for which wholeMessage stands.
func eventsOfMessage(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for s := anthropic.EventsOf([]byte(wholeMessage)); ; {
		e, err := s.Next()
		if err == io.EOF {
			return all.String()
		}
		all.Write(e.Raw)
	}
}

// askFor sends a call to a vendor that answers with handle, and gives what the client would get: all events, or the message.
func askFor(t *testing.T, stream bool, handle http.HandlerFunc, edit ...func(*config.Vendor)) (string, error) {
	t.Helper()
	server := httptest.NewServer(handle)
	defer server.Close()
	conf := config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: server.URL, Auth: "bearer", Key: "k-0123456789", Connect: time.Minute, FirstEvent: time.Minute, Idle: time.Minute,
		Message: time.Minute, Retry: config.Retry{Attempts: 1}, Accepts: config.AcceptsAll()}
	for _, e := range edit {
		e(&conf)
	}
	v, err := New(conf, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	req, err := anthropic.ParseRequest(fmt.Sprintf(`{"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":%t}`, stream))
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := v.Prepare(Call{Request: req, Header: http.Header{}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Send(t.Context(), prepared, nil)
	if err != nil {
		return "", err
	}
	defer resp.Close()
	if resp.Events == nil {
		return string(resp.Message), nil
	}
	var all strings.Builder
	for {
		e, err := resp.Events.Next()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return all.String(), err
		}
		all.Write(e.Raw)
	}
}

func answersWith(contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		io.WriteString(w, body)
	}
}

func TestAnAnswersFormIsWhatItsFirstBytesSay(t *testing.T) {
	stream := eventsOfMessage(t)
	for _, contentType := range []string{"", "text/plain", "application/json", "text/event-stream", "text/event-stream; charset=utf-8", "text/event-stream, text/event-stream", "nonsense"} {
		for _, before := range []string{"", "\n", "\xef\xbb\xbf", ": hello\n\n"} {
			got, err := askFor(t, true, answersWith(contentType, before+stream))
			if err != nil || !strings.HasSuffix(got, stream) && !strings.HasSuffix(got, strings.TrimPrefix(stream, "event: message_start\n")) {
				t.Errorf("a stream as %q after %q: %v, %q", contentType, before, err, got)
			}
		}
		if got, err := askFor(t, false, answersWith(contentType, " \n"+wholeMessage)); err != nil || strings.TrimSpace(got) != wholeMessage {
			t.Errorf("a message as %q: %v, %q", contentType, err, got)
		}
	}
}

func TestAMessageWhereAStreamWasAskedBecomesItsEvents(t *testing.T) {
	got, err := askFor(t, true, answersWith("application/json", wholeMessage))
	if err != nil || got != eventsOfMessage(t) {
		t.Errorf("%v, %q", err, got)
	}
	for _, want := range []string{`"partial_json":"{\"cmd\":\"ls -l\"}"`, `"text":"hello"`, `"signature":"s=="`, `"stop_reason":"tool_use"`, `"output_tokens":9`, "event: message_stop"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %q", want, got)
		}
	}
}

func TestAStreamWhereAMessageWasAskedBecomesTheMessage(t *testing.T) {
	got, err := askFor(t, false, answersWith("text/event-stream", eventsOfMessage(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"id", "content.0.thinking", "content.0.signature", "content.1.text", "content.2.input.cmd", "content.#", "stop_reason", "usage.input_tokens", "usage.output_tokens"} {
		if has, want := gjson.Get(got, path).Raw, gjson.Get(wholeMessage, path).Raw; has != want {
			t.Errorf("%s: %s, want %s", path, has, want)
		}
	}
	half, _, _ := strings.Cut(eventsOfMessage(t), "event: message_delta")
	if got, err := askFor(t, false, answersWith("text/event-stream", half)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a stream: %q, %v", got, err)
	}
}

func packed(t *testing.T, with func(io.Writer) io.WriteCloser, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := with(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestACompressedAnswerIsReadWhateverItsCodingIsCalled(t *testing.T) {
	gzipped := packed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, wholeMessage)
	deflated := packed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, wholeMessage)
	for coding, body := range map[string]string{"gzip": gzipped, "GZIP": gzipped, "x-gzip": gzipped, " Gzip ": gzipped, "deflate": deflated, "identity": wholeMessage} {
		if got, err := askFor(t, false, answersWith("application/json", body, "Content-Encoding", coding, "Content-Length", fmt.Sprint(len(body)))); err != nil || got != wholeMessage {
			t.Errorf("%s with its length: %v, %q", coding, err, got)
		}
	}
	if _, err := askFor(t, false, answersWith("application/json", "\x1b\x03\x00", "Content-Encoding", "br")); err == nil || !strings.Contains(err.Error(), `"br", which was not asked for`) {
		t.Errorf("br: %v", err)
	}
}

func TestAnErrorThatSaysItIsCompressedKeepsItsStatus(t *testing.T) {
	for _, coding := range []string{"gzip", "br", "deflate"} {
		_, err := askFor(t, true, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
		})
		var refused *anthropic.Error
		if !errors.As(err, &refused) || refused.Status != 429 || refused.RetryAfter != 7*time.Second {
			t.Errorf("%s: %v", coding, err)
		}
	}
}

func TestAGoodStatusIsNoGoodAnswer(t *testing.T) {
	for name, c := range map[string]struct{ body, words string }{
		"MiniMax":             {`{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}`, "insufficient balance"},
		"a gateway of Zhipu":  {`{"code":500,"msg":"404 NOT_FOUND","success":false}`, "404 NOT_FOUND"},
		"detail":              {`{"detail":"model is being loaded"}`, "model is being loaded"},
		"detail, a list":      {`{"detail":[{"loc":["body"],"msg":"field required"}]}`, "field required"},
		"an error":            {`{"error":{"message":"busy"}}`, "busy"},
		"an error, a text":    {`{"error":"boom"}`, "boom"},
		"an error in a list":  {`{"error":[{"message":"first"}]}`, "first"},
		"an error in another": {`{"error":{"error":{"message":"inner"}}}`, "inner"},
		"HTML":                {`<html><body>Welcome to the portal</body></html>`, "502"},
		"nothing":             {"", "without a body"},
		"an object":           {`{"hello":"world"}`, ""},
	} {
		for _, stream := range []bool{true, false} {
			for _, form := range []string{"JSON", "an event"} {
				body, contentType := c.body, "application/json"
				if form == "an event" {
					body, contentType = "data: "+c.body+"\n\n", "text/event-stream"
				}
				got, err := askFor(t, stream, answersWith(contentType, body))
				if err == nil {
					t.Errorf("%s as %s, stream %t: it is an answer: %q", name, form, stream, got)
				} else if words := c.words != "" && c.words != "502" && body != "data: \n\n"; words && !strings.Contains(err.Error(), c.words) {
					t.Errorf("%s as %s, stream %t: %v, without the vendor's words", name, form, stream, err)
				}
			}
		}
	}
}

func TestACodeUnderStatus200HasTheStatusOfItsMeaning(t *testing.T) {
	for code, want := range map[string]int{"1301": 400, "1210": 400, "1000": 401, "1113": 402, "1302": 429, "1308": 429, "1305": 529, "1311": 403} {
		body := `{"error":{"code":"` + code + `","message":"words"}}`
		for _, form := range []string{body, "data: " + body + "\n\n"} {
			_, err := askFor(t, true, answersWith("", form), func(v *config.Vendor) { v.Codes = "zhipu" })
			var refused *anthropic.Error
			if !errors.As(err, &refused) || refused.Status != want || refused.Code != code || gjson.GetBytes(refused.Envelope(), "error.type").Str != anthropic.TypeOf(want) {
				t.Errorf("%q: %v, want %d", form, err, want)
			}
		}
	}
}

func TestOnlyAnEventOfAMessageCommits(t *testing.T) {
	idle := "data: {}\n\nevent: queue\ndata: {\"position\":3}\n\n: keep-alive\n\nevent: keepalive\ndata: 1\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"
	if got, err := askFor(t, true, answersWith("text/event-stream", idle+"data: {\"error\":{\"message\":\"busy\"}}\n\n")); err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := askFor(t, true, answersWith("text/event-stream", idle)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := askFor(t, true, answersWith("text/event-stream", idle+eventsOfMessage(t))); err != nil || !strings.HasSuffix(got, eventsOfMessage(t)) {
		t.Errorf("%q, %v", got, err)
	}
}

// The official libraries know an error by its event's name only.
func TestAnErrorInAStreamHasTheNameError(t *testing.T) {
	begin, _, _ := strings.Cut(eventsOfMessage(t), "event: content_block_stop")
	for data, words := range map[string]string{
		`{"error":{"code":"1305","message":"busy"}}`:                            "busy",
		`{"type":"error","error":{"type":"overloaded_error","message":"full"}}`: "full",
		`{"error":"boom"}`: "boom",
	} {
		got, err := askFor(t, true, answersWith("text/event-stream", begin+"data: "+data+"\n\n"))
		last := got[strings.LastIndex(strings.TrimSuffix(got, "\n\n"), "\n\n")+2:]
		name, rest, _ := strings.Cut(last, "\n")
		if err != nil || name != "event: error" || gjson.Get(strings.TrimPrefix(rest, "data: "), "error.message").Str != words {
			t.Errorf("%s: %v, %q", data, err, last)
		}
	}
}

func TestARedirectSaysWhereTo(t *testing.T) {
	_, err := askFor(t, true, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://login.example/sign-in?token=secret")
		w.WriteHeader(302)
	})
	if err == nil || !strings.Contains(err.Error(), "https://login.example/sign-in") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}
