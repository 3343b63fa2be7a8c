package anthropic

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnread(t *testing.T) {
	for body, want := range map[string]Labels{
		`{"model":"m","stream":true,"max_tokens":1,"temperature":1,"top_p":1,"top_k":1,"stop_sequences":["x"],"system":"s","messages":[],"tools":[],"thinking":{"type":"enabled","budget_tokens":1,"display":"x"},"metadata":{"user_id":"u"},"output_format":{"type":"json_schema","schema":{"x":1}}}`: nil,
		`{"model":"m","service_tier":"auto","Bad Näme":1,"":2}`:                                                                                                                                         {"service_tier", "BadNme", "unknown"},
		`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","one":1},{"type":"text","text":"b","one":2}],"two":2}]}`:                                                          {"one", "two"},
		`{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"x","data":"y","three":1}}]}]}]}`: {"three"},
		`{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{"anything":1},"caller":{}}]}]}`:                                                        {"caller"},
		`{"model":"m","system":[{"type":"text","text":"s","four":1}],"tools":[{"name":"n","input_schema":{"x":1},"five":1}],"tool_choice":{"type":"auto","six":1}}`:                                     {"four", "five", "six"},
		`{"model":"m","thinking":{"type":"enabled","seven":1},"output_config":{"effort":"low","eight":1,"format":{"type":"json_schema","schema":{},"nine":1}},"metadata":{"ten":1}}`:                    {"seven", "eight", "nine", "ten"},
		`{"model":"m","messages":[{"role":"user","content":[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x","deep":1}]}}]}]}`:                                        {"deep"},
	} {
		r, err := ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, decoded(t, r.Body).Unread); d != "" {
			t.Errorf("%s: %s", body, d)
		}
	}
}

// A client must not fill the records with its own words.
func TestUnreadIsBounded(t *testing.T) {
	var many strings.Builder
	for n := range 100 {
		fmt.Fprintf(&many, `,"%s%d":1`, strings.Repeat("x", 100), n)
		fmt.Fprintf(&many, `,"field_%d":1`, n)
	}
	r, err := ParseRequest(`{"model":"m"` + many.String() + `}`)
	if err != nil {
		t.Fatal(err)
	}
	got := decoded(t, r.Body).Unread
	if len(got) != mostUnread {
		t.Errorf("%d labels", len(got))
	}
	for _, label := range got {
		if len(label) > 40 {
			t.Errorf("%q", label)
		}
	}
}

// Of a field that is given twice the last counts, as everywhere in JSON.
func TestContentGivenTwice(t *testing.T) {
	b := decoded(t, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}],"content":[{"type":"text","text":"b"}]}]}`)
	if c := b.Messages[0].Content; len(c) != 1 || c[0].Text != "b" {
		t.Errorf("%+v", c)
	}
}

func TestBlocksWithoutEndAreRefused(t *testing.T) {
	open, shut := `{"type":"tool_result","content":[`, `]}`
	for depth, fails := range map[int]bool{10: false, 1000: true} {
		r, err := ParseRequest(`{"model":"m","messages":[{"role":"user","content":[` + strings.Repeat(open, depth) + strings.Repeat(shut, depth) + `]}]}`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Decode(); (err != nil) != fails {
			t.Errorf("%d deep: %v", depth, err)
		}
	}
}
