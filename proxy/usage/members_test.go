package usage

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

func members(text string, chunk int) *Members {
	m := NewMembers("model", "usage")
	for text != "" {
		n := min(chunk, len(text))
		io.WriteString(m, text[:n])
		text = text[n:]
	}
	return m
}

func TestMembers(t *testing.T) {
	for name, tc := range map[string]struct{ in, model, usage string }{
		"plain":                         {`{"model":"m","usage":{"a":1}}`, `"m"`, `{"a":1}`},
		"odd spacing":                   {" \n{ \"model\" :\t\"m m\" ,\r\n\"usage\" : { \"a\" : [ 1 , 2 ] } } ", `"m m"`, `{"a":[1,2]}`},
		"only at the top":               {`{"x":{"model":"no"},"y":[{"usage":1}],"model":"m"}`, `"m"`, ""},
		"a name as a value":             {`{"x":"model","y":["usage"],"z":"\"model\":\"no\""}`, "", ""},
		"escapes":                       {`{"a\"model":"no","model":"a\\\"b\\"}`, `"a\\\"b\\"`, ""},
		"brackets in texts":             {`{"x":"}]{[","model":"m"}`, `"m"`, ""},
		"each element of an array":      {`[{"model":"m","usage":1},{"usage":2},[{"usage":3}]]`, `"m"`, "2"},
		"the last counts":               {`{"usage":1,"usage":{"b":2}}`, "", `{"b":2}`},
		"cut short":                     {`{"model":"m","usage":{"a`, `"m"`, `{"a`},
		"scalars":                       {`{"model":null,"usage":12.5e3,"x":true}`, "null", "12.5e3"},
		"no JSON":                       {`hello {"model":"no"}`, "", ""},
		"closed once too often":         {`{}}{"model":"no"}`, "", ""},
		"too long to keep":              {`{"model":"` + strings.Repeat("x", longestValue) + `","usage":1}`, "", "1"},
		"a long name is none of ours":   {`{"` + strings.Repeat("model", 100) + `":1}`, "", ""},
		"something long before and yet": {`{"x":"` + strings.Repeat("model", 1<<20) + `","usage":7}`, "", "7"},
	} {
		for _, chunk := range []int{1, 7, len(tc.in)} {
			m := members(tc.in, chunk)
			if got := m.Get("model").Raw; got != tc.model {
				t.Errorf("%s by %d: model %s, want %s", name, chunk, got, tc.model)
			}
			if got := m.Get("usage").Raw; got != tc.usage {
				t.Errorf("%s by %d: usage %s, want %s", name, chunk, got, tc.usage)
			}
		}
	}
}

// What Members finds in any JSON is what a parser finds.
func TestMembersFindWhatAParserFinds(t *testing.T) {
	value := rapid.Deferred(anyJSON)
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOf(rapid.OneOf(rapid.SampledFrom([]string{"model", "usage"}), rapid.String()), value).Draw(t, "object")
		text, err := json.MarshalIndent(object, "", rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "indent"))
		if err != nil {
			t.Fatal(err)
		}
		m := members(string(text), rapid.IntRange(1, 9).Draw(t, "chunk"))
		for _, name := range []string{"model", "usage"} {
			got, want := m.Get(name), gjson.GetBytes(text, name)
			if got.Exists() != want.Exists() || got.Get("@ugly").Raw != want.Get("@ugly").Raw {
				t.Fatalf("%s of %s: %s, want %s", name, text, got.Raw, want.Raw)
			}
		}
	})
}

func anyJSON() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.String().AsAny(), rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
		rapid.SliceOfN(rapid.Deferred(anyJSON), 0, 3).AsAny(),
		rapid.MapOfN(rapid.SampledFrom([]string{"model", "usage", "x", `a"b\`}), rapid.Deferred(anyJSON), 0, 3).AsAny(),
	)
}
