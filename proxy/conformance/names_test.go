package conformance

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestToolsKeepTheClientsNames has a vendor call each tool under the name that it was told.
func TestToolsKeepTheClientsNames(t *testing.T) {
	long := "mcp__plugin_yt-content-strategist_youtube-analytics__get_video_enhanced_transcript"
	for dialect, path := range map[string]struct{ name, answer string }{
		"openai": {"tools.0.function.name", `{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":%q,"arguments":"{}"}}]},"message":{"tool_calls":[{"index":0,"id":"a","function":{"name":%[1]q,"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}`},
		"gemini": {"tools.0.functionDeclarations.0.name", `{"candidates":[{"index":0,"content":{"parts":[{"functionCall":{"id":"a","name":%q,"args":{}}}]},"finishReason":"STOP"}]}`},
	} {
		for _, name := range []string{long, "21st_magic", "read/file", "Bash"} {
			for _, stream := range []bool{true, false} {
				base := through(t, dialect, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					answer := fmt.Sprintf(path.answer, gjson.GetBytes(body, path.name).Str)
					if stream {
						w.Header().Set("Content-Type", "text/event-stream")
						answer = "data: " + answer + "\n\n"
					} else {
						w.Header().Set("Content-Type", "application/json")
					}
					io.WriteString(w, answer)
				}))
				body := fmt.Sprintf(`{"model":"m","max_tokens":9,"stream":%v,"messages":[{"role":"user","content":"hi"}],"tools":[{"name":%q,"input_schema":{"type":"object"}}]}`, stream, name)
				resp, err := http.Post(base+"/v1/messages", "application/json", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				answer, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if !strings.Contains(string(answer), `"name":"`+name+`"`) {
					t.Errorf("%s, stream %v, %s: %s", dialect, stream, name, answer)
				}
			}
		}
	}
}
